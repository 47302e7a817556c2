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
    /// Of an RBAC policy, after the change.
    var targetProject = ""
    /// Of a port: the host that it is bound to; empty for none.
    var host = ""
    /// Of a port: the host that it shall be bound to; nil for the same.
    var newHost: String?
    /// Whether nothing is known of `host` any more: it has neither a record nor a chassis.
    var isHostGone = false
    /// Whether the requester's project may use it although it may not be its own; for what is on a network, the network.
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

    static func newHost(in given: [String: JSON], _ snapshot: Snapshot) -> String? { nil }

    func seen(in snapshot: Snapshot) -> Self { self }

    static func check(
        _ given: [String: JSON], for existing: Self?, by requester: Requester, in snapshot: Snapshot
    ) throws(NeutronError) {}
}

extension ServedResource where Self: Sharable {
    func seen(in snapshot: Snapshot) -> Self { asSeen(in: snapshot) }

    func policyTarget(in snapshot: Snapshot) -> PolicyTarget {
        PolicyTarget(projectID: standard.projectID, isShared: shared)
    }
}

extension RBACPolicy {
    /// Policies are made by the owners of their objects.
    static func check(
        _ given: [String: JSON], for existing: Self?, by requester: Requester, in snapshot: Snapshot
    ) throws(NeutronError) {
        guard let type = existing?.objectType ?? given["object_type"]?.string.flatMap({ ObjectType(neutron: $0) }),
            let object = existing?.objectID ?? given["object_id"]?.string.flatMap({ ID<Object>($0) })
        else { return }
        let standing = type.resource.standing(of: object, in: snapshot)
        guard let standing, standing.isShared || standing.owner == requester.projectID else {
            throw .rbacObjectNotFound(type.resource.notFound(object.description))
        }
        guard standing.owner == requester.projectID else { throw .rbacObjectOfAnother(type) }
    }
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
        var target = PolicyTarget(
            projectID: standard.projectID, on: snapshot.ownership(of: networkID), deviceOwner: deviceOwner)
        target.host = binding.hostID
        return target
    }

    /// Where its profile names a parent, it is where that is.
    static func newHost(in given: [String: JSON], _ snapshot: Snapshot) -> String? {
        if let parent = given["binding:profile"]?.object?["parent_name"]?.string {
            return ID<Port>(parent).flatMap { snapshot.port($0)?.binding.hostID } ?? ""
        }
        return given["binding:host_id"].map { $0.string ?? "" }
    }
}
