import JSONCoding

/// Shares an object with one project or with all (extension `rbac-policies`).
package struct RBACPolicy: Hashable, Sendable {
    /// What can be shared.
    package enum ObjectType: String, Hashable, Sendable, CaseIterable {
        case addressGroup = "address_group"
        case addressScope = "address_scope"
        case network
        case securityGroup = "security_group"
        case subnetPool = "subnetpool"
    }

    /// Anything of an ``ObjectType``.
    package enum Object {}

    package var id: ID<RBACPolicy>
    package var standard: StandardAttributes
    package var objectType = ObjectType.network
    package var objectID = ID<Object>(high: 0, low: 0)
    package var action = Self.shared
    /// A project, or ``everyone``.
    package var target = ""

    package init(id: ID<RBACPolicy>, standard: StandardAttributes) {
        (self.id, self.standard) = (id, standard)
    }

    /// The action that lets the target use the object.
    package static let shared = "access_as_shared"
    /// The target that is every project.
    package static let everyone = "*"

    package var isForEveryone: Bool { target == Self.everyone }

    /// Whether both say the same, whoever made them.
    package func means(_ other: RBACPolicy) -> Bool {
        objectType == other.objectType && objectID == other.objectID && action == other.action
            && target == other.target
    }
}

extension RBACPolicy.ObjectType {
    /// As requests write it: letters of either case, with spaces around.
    package init?(neutron text: String) { self.init(rawValue: text.trimmed.lowercased()) }

    /// Networks have `access_as_external` too once the API has external networks.
    var actions: [String] { [RBACPolicy.shared] }
}

extension RBACPolicy: DeclaredResource {
    package static var memberName: String { "rbac_policy" }
    package static var collectionName: String { "rbac_policies" }

    package static let attributes = AttributeTable<RBACPolicy>(
        [
            .id,
            Attribute(
                "object_type", \.objectType, .objectType, .create, key: "neutron:object_type", always: true,
                isRequired: true),
            Attribute("object_id", \.objectID, .id(), .create, key: objectKey, always: true, isRequired: true),
            Attribute("action", \.action, .text(), .create, key: actionKey, always: true, isRequired: true),
            Attribute("target_tenant", \.target, .text(), [.create, .update], key: targetKey, isRequired: true),
        ] + Attribute.project)

    /// Under which a policy's object is kept.
    package static let objectKey = "neutron:object_id"
    /// Under which its action is kept.
    package static let actionKey = "neutron:action"
    /// Under which its target is kept.
    package static let targetKey = "neutron:target_project"

    package static func check(_ made: RBACPolicy, _ given: Given<RBACPolicy>) throws(NeutronError) {
        let valid = made.objectType.actions
        guard !valid.contains(made.action) else { return }
        let list = valid.map { "'\($0)'" }.joined(separator: ", ") + (valid.count == 1 ? "," : "")
        throw NeutronError(
            status: 400, type: "InvalidActionForType",
            message: "Invalid action '\(made.action.shortened)' for object type '\(made.objectType.rawValue)'. "
                + "Valid actions: (\(list))")
    }

    package static func notFound(_ id: String) -> NeutronError {
        NeutronError(
            status: 404, type: "RbacPolicyNotFound", message: "RBAC policy of type unknown with ID \(id) not found")
    }
}

extension Kind<RBACPolicy.ObjectType> {
    fileprivate static var objectType: Self {
        let words = Self.choice()
        return Self(
            read: { json, _ throws(NeutronError) in
                guard case .string(let text) = json, let type = RBACPolicy.ObjectType(neutron: text) else {
                    throw .invalidInput("'\(json.shown)' is not a valid RBAC object type")
                }
                return type
            },
            json: words.json, filter: words.filter, sortKey: words.sortKey, parse: words.parse, write: words.write)
    }
}

// Refusals about RBAC policies.
extension NeutronError {
    /// 409: there is one that says the same.
    package static var duplicateRBACPolicy: Self {
        Self(status: 409, type: "DuplicateRbacPolicy", message: "An RBAC policy already exists with those values.")
    }

    /// 409: what the target has depends on it.
    package static func rbacPolicyInUse(_ object: ID<RBACPolicy.Object>, details: String) -> Self {
        Self(
            status: 409, type: "RbacPolicyInUse",
            message: "RBAC policy on object \(object) cannot be removed because other objects depend on it.\n"
                + "Details: \(details)")
    }

    /// 400: an object that is not there, or not for the requester to see.
    package static func rbacObjectNotFound(_ error: NeutronError) -> Self {
        var reason = error.message[...]
        if reason.hasSuffix(".") { reason = reason.dropLast() }
        return .invalidInput(String(reason))
    }

    /// 400: an object of another project.
    package static func rbacObjectOfAnother(_ type: RBACPolicy.ObjectType) -> Self {
        let objects = type == .network ? "networks" : "objects"
        return .invalidInput("Only admins can manipulate policies on \(objects) they do not own")
    }
}
