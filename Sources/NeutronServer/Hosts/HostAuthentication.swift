import Certificates
import NetworkStore
import NeutronAPI

/// Who a host's certificate is.
struct HostAuthentication: Sendable {
    let store: NetworkStore

    /// The host whose certificate the connection's other end has shown; nil where it has shown none.
    ///
    /// Throws `HostUnknown` for one that has been removed, or has joined again with another key.
    func host() async throws -> JoinedHost? {
        guard let certificate = Peer.current.shown else { return nil }
        guard let name = certificate.name else { throw NeutronError.hostUnknown("without a name") }
        return try await store.host(systemID: name.text, keyHash: certificate.publicKeyHash)
    }

    /// The same as who makes a request.
    func requester() async throws -> Requester? { try await host().map { Requester(host: $0) } }
}

extension Requester {
    /// A member of the host's project, with the rights of that host.
    init(host: JoinedHost) {
        self.init(projectID: host.standard.projectID, userID: "host \(host.hostName)", roles: ["member"])
        self.host = RequestingHost(systemID: host.systemID, hostName: host.hostName)
    }
}
