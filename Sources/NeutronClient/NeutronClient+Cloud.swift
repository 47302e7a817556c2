package import Keystone
package import Logging

extension NeutronClient {
    /// Logs in to a cloud and finds its network service in the catalogue.
    /// - Throws: `refused` when Keystone refuses the login or has no such service, `unreachable` when it does not
    ///   answer.
    package static func connect(
        to cloud: Cloud, connectTimeout: Duration, within timeout: Duration, logger: Logger
    ) async throws(NeutronClientError) -> NeutronClient {
        guard case .keystone(let credentials) = cloud.login else {
            guard let endpoint = cloud.endpoint else {
                throw NeutronClientError(
                    .refused, "OS_ENDPOINT is not set: without a login there is no catalogue to find it in")
            }
            return NeutronClient(
                endpoint: endpoint, trust: cloud.trust, connectTimeout: connectTimeout, logger: logger)
        }
        let session = KeystoneSession(credentials, connectTimeout: connectTimeout, logger: logger)
        do {
            // Requested even where the endpoint is known: a wrong password is reported first.
            _ = try await session.token(within: timeout)
            let found: String
            if let endpoint = cloud.endpoint {
                found = endpoint
            } else {
                found = try await session.url(
                    of: "network", region: cloud.region, interface: cloud.interface, within: timeout)
            }
            return NeutronClient(
                endpoint: found, session: session, trust: cloud.trust, connectTimeout: connectTimeout, logger: logger)
        } catch {
            await session.shutdown()
            throw NeutronClientError(error)
        }
    }
}

extension NeutronClientError {
    init(_ error: KeystoneError) {
        switch error.code {
        case .unreachable: self.init(.unreachable, "\(error.message); nothing changed")
        case .badReply: self.init(.badReply, error.message)
        default: self.init(.refused, error.message)
        }
    }
}
