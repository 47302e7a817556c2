package import Certificates
import HostMembership
import HostSetup
package import Logging
package import OVSDBClient

/// Renews the certificate of a host that has joined with one, long before it ends, and takes over the authorities that central trusts.
///
/// ovn-controller and Open vSwitch read the files again by themselves, and so does everything of ours.
package struct CertificateUpkeep: Sendable {
    let client: OVSDBClient
    let folder: CredentialFolder
    let logger: Logger

    /// `client` is of this host's Open_vSwitch database, running.
    package init(client: OVSDBClient, folder: CredentialFolder, logger: Logger) {
        (self.client, self.folder, self.logger) = (client, folder, logger)
    }

    /// While this host has joined nothing.
    private static let idleInterval = Duration.seconds(5)
    private static let limit = Duration.seconds(20)

    /// Returns by being cancelled.
    package func run() async throws {
        var complaint = ""
        var backoff = Duration.seconds(1)
        while true {
            let pause: Duration
            do {
                try await client.ready(within: .seconds(5))
                pause = try await pass() ?? Self.idleInterval
                complaint = ""
                backoff = .seconds(1)
            } catch {
                try Task.checkCancellation()
                let cause = HostError(error).message
                // Once for each cause, not for each time.
                if cause != complaint {
                    logger.warning("certificate not looked after", metadata: ["cause": "\(cause)"])
                }
                complaint = cause
                // Not all hosts at once when central is back.
                pause = backoff * Double.random(in: 0.5...1)
                backoff = min(backoff * 2, .seconds(60))
            }
            try await Task.sleep(for: pause)
        }
    }

    /// Looks once; returns when it is to be looked again, nil where there is no certificate to look after.
    func pass() async throws -> Duration? {
        let row = try HostDatabase(client: client).configuration
        guard let central = CentralPoint(row), central.isSecure else { return nil }
        let renewal = CertificateRenewal(central, folder: folder, logger: logger) {
            await HostVersions().current(row)
        }
        let (certificate, reason) = try await renewal.renew(within: Self.limit)
        if let reason {
            logger.info(
                "certificate renewed", metadata: ["cause": "\(reason.rawValue)", "until": "\(certificate.end)"])
        }
        return CertificateRenewal.interval(certificate)
    }
}
