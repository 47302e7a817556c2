import Certificates
import Deadlines
import Logging
import NetworkStore
import NeutronAPI
import NeutronServer
import ServiceLifecycle

/// Renews the certificate of this machine's servers long before its end, and when the machine has other names or addresses.
/// ovsdb-server reads the file again by itself.
struct CertificateUpkeep: Service {
    let certificates: CentralCertificates
    let tls: ServerTLS
    let store: NetworkStore
    let settings: SecuritySettings
    let logger: Logger

    func run() async throws {
        do {
            try await cancelWhenGracefulShutdown {
                while true {
                    try await Task.sleep(for: min(.seconds(60), settings.lifetime / 20))
                    await renew()
                }
            }
        } catch is CancellationError {
            // Normal shutdown.
        }
    }

    private func renew() async {
        do {
            // What hosts trust is not known while Northbound is away.
            let hosts =
                await store.unreadiness() == nil
                ? store.snapshot().joinedHosts.map {
                    CentralCertificates.HostTrust(trusted: Set($0.trusted), issuer: $0.issuer)
                } : nil
            guard try certificates.renew(names: try settings.names(), hosts: hosts, at: .now) else { return }
            let current = certificates.current
            try tls.replace(current)
            logger.info(
                "certificate renewed",
                metadata: ["end": "\(current.server.end)", "authorities": "\(current.authorities.count)"])
        } catch {
            // Tried again; a third of its time is left to find out why.
            logger.error("the certificate cannot be renewed", metadata: ["cause": "\(error)"])
        }
    }
}

extension ServerTLS {
    convenience init(_ current: CentralCertificates.Current, allowsPlainText: Bool) throws(CredentialError) {
        try self.init(
            chain: [current.server, current.authority.certificate], key: current.key, authorities: current.authorities,
            allowsPlainText: allowsPlainText)
    }

    func replace(_ current: CentralCertificates.Current) throws(CredentialError) {
        try replace(
            chain: [current.server, current.authority.certificate], key: current.key, authorities: current.authorities)
    }
}
