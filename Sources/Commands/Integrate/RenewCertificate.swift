import ArgumentParser
import Certificates
import Deadlines
import HostMembership
import HostSetup

/// `ovn-integrate renew`
struct RenewCertificate: HostCommand {
    static let configuration = CommandConfiguration(
        commandName: "renew",
        abstract: "Renew this host's certificate now.",
        discussion: """
            ovn-docker-plugin does so by itself, long before the certificate ends. On a host where that does not run, this \
            command is for a timer, a few times in a certificate's life.
            """)

    @OptionGroup var host: LocalOptions

    func run(in context: Context) async throws {
        let deadline = host.deadline()
        let logger = host.logger(context)
        let progress = host.progress(context)
        try await HostDatabase.with(host.remote(context), until: deadline, logger: logger) { database in
            let row = try database.configuration
            guard let central = CentralPoint(row), central.isSecure else {
                throw HostError(
                    .refused, "this host has no certificate: 'ovn-integrate join TOKEN' gets one; nothing changed")
            }
            let renewal = CertificateRenewal(central, folder: .ofHost(context.environment), logger: logger) {
                await HostVersions().current(row)
            }
            let (certificate, _) = try await renewal.renew(always: true, within: deadline.remaining)
            progress("certificate until \(certificate.end)")
        }
    }
}
