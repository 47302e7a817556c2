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
        guard let (name, keyHash) = try shown() else { return nil }
        return try await store.host(systemID: name, keyHash: keyHash)
    }

    /// The same as who makes a request.
    func requester() async throws -> Requester? {
        guard let (name, keyHash) = try shown() else { return nil }
        return Requester(host: try await store.certifiedHost(systemID: name, keyHash: keyHash))
    }

    private func shown() throws(NeutronError) -> (name: String, keyHash: String)? {
        guard let certificate = Peer.current.shown else { return nil }
        guard let name = certificate.name else { throw .hostUnknown("without a name") }
        return (name.text, certificate.publicKeyHash)
    }
}

extension Requester {
    /// A member of the host's project, with the rights of that host.
    init(host: CertifiedHost) {
        self.init(projectID: host.projectID, userID: "host \(host.hostName)", roles: ["member"])
        self.host = RequestingHost(systemID: host.systemID, hostName: host.hostName)
    }
}
