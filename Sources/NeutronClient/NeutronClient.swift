import AsyncHTTPClient
package import Logging
import NIOCore

/// A typed client of the Networking API v2.0, ovn-ipam's or OpenStack Neutron's, without authentication.
///
/// Every call takes how long it may last and throws `NeutronClientError`. A change whose reply was lost is
/// `unknownOutcome`; questions are asked once more on a fresh connection, changes never.
/// Owns its connections: `shutdown()` closes them.
package struct NeutronClient: Sendable {
    /// Where the API is, `http://192.0.2.1:9696`, without a slash at the end.
    package let endpoint: String

    let http: HTTPClient
    let logger: Logger

    /// - Parameters:
    ///   - endpoint: base URL, to which `/v2.0/…` is added.
    ///   - connectTimeout: how long a connection may take to be made; keep it below the calls' own timeouts, so that a
    ///     machine that is down is told from a change whose reply was lost.
    package init(endpoint: String, connectTimeout: Duration, logger: Logger) {
        self.endpoint = endpoint.hasSuffix("/") ? String(endpoint.dropLast()) : endpoint
        self.logger = logger
        var configuration = HTTPClient.Configuration()
        configuration.timeout.connect = .nanoseconds(max(1, connectTimeout.nanoseconds))
        configuration.connectionPool.retryConnectionEstablishment = false
        configuration.redirectConfiguration = .disallow
        configuration.httpVersion = .http1Only
        http = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }

    /// Closes the connections; no call may follow.
    package func shutdown() async {
        do {
            try await http.shutdown()
        } catch {
            logger.debug("neutron connections not closed", metadata: ["cause": "\(error)"])
        }
    }
}

extension Duration {
    var nanoseconds: Int64 {
        let (seconds, attoseconds) = components
        let (product, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        return overflow ? .max : product.addingReportingOverflow(attoseconds / 1_000_000_000).partialValue
    }

    /// Rounded for messages: `2.9 s`.
    var inSeconds: String {
        let tenths = (components.seconds * 10) + components.attoseconds / 100_000_000_000_000_000
        return tenths % 10 == 0 ? "\(tenths / 10) s" : "\(tenths / 10).\(tenths % 10) s"
    }
}
