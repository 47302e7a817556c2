package import HTTPTransport
package import Keystone
package import Logging

/// A typed client of the Networking API v2.0, ovn-ipam's or OpenStack Neutron's, with Keystone's tokens or without.
///
/// Every call takes a time limit and throws `NeutronClientError`. A change whose reply was lost is
/// `unknownOutcome`; reads are retried once on a fresh connection, changes never.
/// A token that the API refuses is renewed once and the request repeated: a refusal has changed nothing.
/// Owns its connections and its session: `shutdown()` closes them.
package struct NeutronClient: Sendable {
    /// The API's base URL, `http://192.0.2.1:9696`, without a slash or version at the end.
    package let endpoint: String

    /// Nil where the API has no authentication.
    let session: KeystoneSession?
    let transport: HTTPTransport
    let logger: Logger

    /// `endpoint` is the base URL, with or without the version `/v2.0`. `connectTimeout` limits how long connecting may
    /// take; keep it below the calls' own timeouts, so that a machine that is down is distinguished from a change whose
    /// reply was lost.
    package init(
        endpoint: String, session: KeystoneSession? = nil, trust: Trust = .system, connectTimeout: Duration,
        logger: Logger
    ) {
        var base = endpoint[...]
        while base.hasSuffix("/") { base = base.dropLast() }
        if base.hasSuffix("/v2.0") { base = base.dropLast(5) }
        self.endpoint = String(base)
        self.session = session
        self.logger = logger
        transport = HTTPTransport(trust: trust, connectTimeout: connectTimeout, logger: logger)
    }

    /// Closes the connections; no call may follow.
    package func shutdown() async {
        await transport.shutdown()
        await session?.shutdown()
    }
}
