import JSONCoding

/// What may reach ports and leave them: rules, each of which allows something (extension `security-group`).
package struct SecurityGroup: Hashable, Sendable {
    package var id: ID<SecurityGroup>
    package var standard: StandardAttributes
    package var name = ""
    /// Whether answers to what a rule allows are allowed too.
    package var isStateful = true
    /// Whether it is its project's default group: that of ports that name none.
    package var isDefault = false
    /// Whether the requester sees it without owning it.
    package var shared = false
    package var rules: [SecurityGroupRule] = []

    package init(id: ID<SecurityGroup>, standard: StandardAttributes) {
        (self.id, self.standard) = (id, standard)
    }

    package static let defaultName = "default"
}

extension SecurityGroup: DeclaredResource {
    package static var memberName: String { "security_group" }
    package static var collectionName: String { "security_groups" }

    package static let attributes = AttributeTable<SecurityGroup>(
        [
            .id,
            Attribute("name", \.name, .groupName, [.create, .update], key: "neutron:security_group_name"),
            Attribute("stateful", \.isStateful, .boolean, [.create, .update], key: "neutron:stateful"),
        ] + Attribute.project + [
            .described,
            Attribute("shared", \.shared, .boolean),
            .other("security_group_rules", []) { group, writer in
                let fields = SecurityGroupRule.attributes.fields([])
                writer.array(group.rules) { SecurityGroupRule.write($1, fields, hiding: [], to: &$0) }
            },
            .keptOnly("neutron:security_group_default", \.isDefault, .boolean),
        ] + Attribute.stamped)

    package static func notFound(_ id: String) -> NeutronError {
        NeutronError(status: 404, type: "SecurityGroupNotFound", message: "Security group \(id) does not exist")
    }
}

extension Kind<String> {
    /// A name that is not that of the default group.
    fileprivate static var groupName: Self {
        Kind<String>.name.refusing { name throws(NeutronError) in
            if name.lowercased() == SecurityGroup.defaultName { throw .securityGroupDefaultAlreadyExists }
        }
    }
}

extension NeutronError {
    package static let securityGroupDefaultAlreadyExists = NeutronError(
        status: 409, type: "SecurityGroupDefaultAlreadyExists", message: "Default security group already exists.")

    package static let securityGroupCannotUpdateDefault = NeutronError(
        status: 409, type: "SecurityGroupCannotUpdateDefault",
        message: "Updating default security group not allowed.")

    package static let securityGroupCannotRemoveDefault = NeutronError(
        status: 409, type: "SecurityGroupCannotRemoveDefault",
        message: "Insufficient rights for removing default security group.")

    /// 409: ports are in the group.
    package static func securityGroupInUse(_ id: ID<SecurityGroup>) -> Self {
        Self(status: 409, type: "SecurityGroupInUse", message: "Security Group \(id) in use.")
    }

    /// 409: OVN tracks the connections of all of a port's groups, or of none.
    package static let securityGroupsOfBothKinds = NeutronError(
        status: 409, type: "SecurityGroupConflict",
        message: "Error Cannot apply both stateful and stateless security groups on the same port at the same time "
            + "while attempting the operation.")

    /// 400: security groups on a port without port security.
    package static let portSecurityRequiredForSecurityGroups = NeutronError(
        status: 400, type: "PortSecurityAndIPRequiredForSecurityGroups",
        message: "Port security must be enabled and port must have an IP address in order to use security groups.")

    package static let portSecurityPortHasSecurityGroup = NeutronError(
        status: 409, type: "PortSecurityPortHasSecurityGroup",
        message: "Port has security group associated. Cannot disable port security or IP address until security group "
            + "is removed.")
}
