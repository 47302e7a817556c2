import JSONCoding
import NetworkStore
import NeutronAPI

/// What rules ask of a resource.
struct PolicyTarget: Sendable {
    /// Whose it is.
    var projectID: String
    /// The network that it is on, or, of a network, that network.
    var network: NetworkOwnership?
    /// Of a port, as it is to become.
    var deviceOwner = ""

    func isOnNetwork(of project: String?) -> Bool { network.map { $0.projectID == project } ?? false }
}

extension StoredResource {
    /// What rules ask of this resource. Only the project counts unless a kind of resource says more.
    func policyTarget(in snapshot: Snapshot) -> PolicyTarget { PolicyTarget(projectID: standard.projectID) }

    static var isOnNetwork: Bool { false }

    static func ports(in given: [String: JSON]) -> [ID<Port>] { [] }
}

extension Network {
    func policyTarget(in snapshot: Snapshot) -> PolicyTarget {
        PolicyTarget(
            projectID: standard.projectID,
            network: NetworkOwnership(projectID: standard.projectID, isShared: shared, isExternal: external))
    }
}

extension Subnet {
    static var isOnNetwork: Bool { true }

    func policyTarget(in snapshot: Snapshot) -> PolicyTarget {
        PolicyTarget(projectID: standard.projectID, network: snapshot.ownership(of: networkID))
    }
}

extension Trunk {
    /// The parent and the ports to be carried.
    static func ports(in given: [String: JSON]) -> [ID<Port>] {
        let subports = (given["sub_ports"]?.array ?? []).map { $0.object?["port_id"] }
        return ([given["port_id"]] + subports).compactMap { $0?.string.flatMap { ID<Port>($0) } }
    }
}

extension Port {
    static var isOnNetwork: Bool { true }

    func policyTarget(in snapshot: Snapshot) -> PolicyTarget {
        PolicyTarget(
            projectID: standard.projectID, network: snapshot.ownership(of: networkID), deviceOwner: deviceOwner)
    }
}
