import AsyncHTTPClient
import Deadlines
import Discretion
import Glibc
import NIOCore
import NIOPosix
import NIOSSL

/// Classifies errors of the underlying libraries.
extension TransportError {
    init(_ error: any Error, _ wire: HTTPClientRequest, limit: Duration, connectTimeout: Duration) {
        switch error {
        case let error as TransportError: self = error
        case let error as NIOConnectionError:
            let reason =
                error.connectionErrors.first.map { "\($0.error)" } ?? error.dnsAError.map { "\($0)" } ?? "\(error)"
            self.init(.unreachable, reason)
        case let error as IOError where Self.neverConnected.contains(error.errnoCode):
            self.init(.unreachable, "\(error)")
        case let error as HTTPClientError where error == .connectTimeout || error == .getConnectionFromPoolTimeout:
            self.init(.unreachable, "no connection within \(connectTimeout.inSeconds)")
        case let error as HTTPClientError where error == .tlsHandshakeTimeout:
            self.init(.unreachable, "no TLS handshake within \(connectTimeout.inSeconds)")
        case let error as HTTPClientError where Self.badURLs.contains(error):
            self.init(.misconfigured, "\"\(wire.url)\" is not a URL")
        case let error as NIOSSLError: self.init(error)
        case let error as NIOSSLExtraError:
            self.init(.untrusted, "its certificate is for another name: \(error)")
        case is DeadlineExceeded: self.init(.lost, "no answer within \(limit.inSeconds)")
        case is CancellationError: self.init(.lost, "cancelled")
        case is NIOTooManyBytesError:
            self.init(.lost, "the answer is longer than what is asked for can be")
        default: self.init(text: "\(error)".withoutSourcePlaces)
        }
    }

    /// With TLS 1.3 a server looks at the client's certificate when the client already sends: what it says of it comes as an alert
    /// (RFC 8446 §6.2) in the place of an answer.
    private init(text: String) {
        let alerts = [
            ("CERTIFICATE_EXPIRED", "it has ended"), ("CERTIFICATE_REVOKED", "it is revoked"),
            ("CERTIFICATE_REQUIRED", "there is none"), ("UNKNOWN_CA", "it is not of its authority"),
            ("BAD_CERTIFICATE", "it is not valid"), ("CERTIFICATE_UNKNOWN", "it is not valid"),
            ("UNSUPPORTED_CERTIFICATE", "it is not for this"),
        ]
        if let (_, reason) = alerts.first(where: { text.contains("ALERT_\($0.0)") || text.contains("V1_\($0.0)") }) {
            self.init(.unwelcome, "it does not accept this machine's certificate: \(reason)")
        } else {
            self.init(.lost, text)
        }
    }

    private init(_ error: NIOSSLError) {
        guard case .handshakeFailed(let cause) = error else {
            self.init(text: "\(error)".withoutSourcePlaces)
            return
        }
        let text = "\(cause)".withoutSourcePlaces
        let alert = TransportError(text: text)
        if alert.kind == .unwelcome {
            self = alert
            return
        }
        if text.contains("CERTIFICATE_VERIFY_FAILED") {
            self.init(.untrusted, "its certificate is not signed by a trusted authority")
        } else {
            self.init(.untrusted, "no TLS handshake: \(text)")
        }
    }

    private static let badURLs: [HTTPClientError] = [.emptyHost, .emptyScheme, .invalidURL]

    /// Errors of connect(2); an established connection reports a reset or a timeout.
    private static let neverConnected = [
        ECONNREFUSED, ENETUNREACH, EHOSTUNREACH, ENETDOWN, EADDRNOTAVAIL, EACCES, EPERM,
    ]
}
