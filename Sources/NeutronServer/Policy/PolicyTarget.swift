import JSONCoding
import NetworkStore
import NeutronAPI

/// The properties of a resource that rules depend on.
struct PolicyTarget: Sendable {
    /// Its owner.
    var projectID: String
    /// The network that it is on; for a network, itself.
    var network: NetworkOwnership?
    /// Of a port, after the change.
    var deviceOwner = ""
    /// The owner of what it belongs to: of a security group's rule the group's.
    var parentProjectID: String?
    /// Whether every project may use it; for what is on a network, whether it may use the network.
    var isShared = false

    init(projectID: String, isShared: Bool = false) { (self.projectID, self.isShared) = (projectID, isShared) }

    /// Of something on a network, or of a network.
    init(projectID: String, on network: NetworkOwnership?, deviceOwner: String = "") {
        (self.projectID, self.network, self.deviceOwner) = (projectID, network, deviceOwner)
        isShared = network?.isShared ?? false
    }

    func isOnNetwork(of project: String?) -> Bool { network.map { $0.projectID == project } ?? false }
}

extension ServedResource {
    /// The properties of this resource that rules depend on; by default only its project.
    func policyTarget(in snapshot: Snapshot) -> PolicyTarget { PolicyTarget(projectID: standard.projectID) }

    static var isOnNetwork: Bool { false }

    static func ports(in given: [String: JSON]) -> [ID<Port>] { [] }
}

extension Network {
    func policyTarget(in snapshot: Snapshot) -> PolicyTarget {
        PolicyTarget(
            projectID: standard.projectID,
            on: NetworkOwnership(projectID: standard.projectID, isShared: shared, isExternal: external))
    }
}

extension Subnet {
    static var isOnNetwork: Bool { true }

    func policyTarget(in snapshot: Snapshot) -> PolicyTarget {
        PolicyTarget(projectID: standard.projectID, on: snapshot.ownership(of: networkID))
    }
}

extension Trunk {
    /// The parent and the subports.
    static func ports(in given: [String: JSON]) -> [ID<Port>] {
        let subports = (given["sub_ports"]?.array ?? []).map { $0.object?["port_id"] }
        return ([given["port_id"]] + subports).compactMap { $0?.string.flatMap { ID<Port>($0) } }
    }
}

extension Port {
    static var isOnNetwork: Bool { true }

    func policyTarget(in snapshot: Snapshot) -> PolicyTarget {
        PolicyTarget(
            projectID: standard.projectID, on: snapshot.ownership(of: networkID), deviceOwner: deviceOwner)
    }
}
