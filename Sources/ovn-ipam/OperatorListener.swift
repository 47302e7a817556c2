import Certificates
import Deadlines
import EmbeddedOVN
import Logging
import NeutronServer
import ServiceLifecycle

/// Where the API is served a second time, with a certificate that the operator gives. Hosts keep to the first listener, since they trust
/// the deployment's own authority alone.
struct OperatorListener: Hashable, Sendable {
    let address: ListenAddress
    let certificate: OperatorCertificate

    /// Nil where none of the three is given.
    init?(_ address: ListenAddress?, certificateFile: String?, keyFile: String?) throws(SettingsError) {
        guard address != nil || certificateFile != nil || keyFile != nil else { return nil }
        guard let address, let certificateFile, let keyFile else {
            throw SettingsError("api-listen, api-certificate and api-key must be given together")
        }
        self.address = address
        certificate = OperatorCertificate(certificateFile: certificateFile, keyFile: keyFile)
    }
}

/// Serves with what the operator's files hold, also after they are replaced, and says when their certificate ends.
struct OperatorCertificateUpkeep: Service {
    /// Between two looks at the files.
    static let interval = Duration.seconds(2)

    private let certificate: OperatorCertificate
    private let logger: Logger
    let tls: ServerTLS
    private let first: OperatorCertificate.Content

    /// Throws where the files cannot be used.
    init(_ certificate: OperatorCertificate, logger: Logger) throws {
        (self.certificate, self.logger) = (certificate, logger)
        first = try certificate.read()
        tls = try ServerTLS(first)
    }

    func run() async throws {
        do {
            try await cancelWhenGracefulShutdown { try await follow() }
        } catch is CancellationError {
            // Normal shutdown.
        }
    }

    private func follow() async throws {
        var served = first
        var validity = Validity.good
        var faults: (last: String?, said: String?) = (nil, nil)
        while true {
            let now = Validity(served, at: .now)
            if now != validity { say(now, served) }
            validity = now
            try await Task.sleep(for: Self.interval)
            do throws(CredentialError) {
                let found = try certificate.read()
                faults = (nil, nil)
                guard found != served else { continue }
                try tls.replace(found)
                served = found
                validity = .good
                logger.info("the operator's certificate was replaced", metadata: ["end": "\(found.end)"])
            } catch {
                // Of two files one is replaced before the other: only what is so at a second look is a fault.
                if faults.last == error.description, faults.said != error.description {
                    logger.error(
                        "the files of api-certificate and api-key cannot be used: what they held before is served",
                        metadata: ["cause": "\(error)"])
                    faults.said = error.description
                }
                faults.last = error.description
            }
        }
    }

    private enum Validity {
        /// `early` before its time, `ending` in the last tenth of it.
        case good, early, ending, ended

        init(_ content: OperatorCertificate.Content, at now: Timestamp) {
            guard content.start <= now else {
                self = .early
                return
            }
            let left = content.end.seconds - now.seconds
            self = left <= 0 ? .ended : left * 10 < content.end.seconds - content.start.seconds ? .ending : .good
        }
    }

    private func say(_ validity: Validity, _ content: OperatorCertificate.Content) {
        let file = certificate.certificateFile
        switch validity {
        case .good: return
        case .early:
            logger.error(
                "the certificate in \(file) is not valid yet, or this machine's clock is behind: clients refuse it",
                metadata: ["start": "\(content.start)"])
        case .ending:
            logger.warning(
                "the certificate in \(file) ends soon and is to be replaced", metadata: ["end": "\(content.end)"])
        case .ended:
            logger.error("the certificate in \(file) has ended: clients refuse it", metadata: ["end": "\(content.end)"])
        }
    }
}
