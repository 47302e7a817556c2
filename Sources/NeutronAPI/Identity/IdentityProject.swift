/// A project of the service's own identity: what owns resources of the API.
package struct IdentityProject: Hashable, Sendable {
    package var id: ID<IdentityProject>
    package var standard: StandardAttributes
    package var name = ""
    package var isEnabled = true

    package init(id: ID<IdentityProject>, standard: StandardAttributes) {
        (self.id, self.standard) = (id, standard)
    }
}

extension IdentityProject: DeclaredResource {
    package static var memberName: String { "identity_project" }
    package static var collectionName: String { "identity_projects" }
    /// The key under which a project is found by name.
    package static let nameKey = "neutron:identity_project_name"

    package static let attributes = AttributeTable<IdentityProject>([
        .id,
        .keptOnly(nameKey, \.name, .name),
        .keptOnly("neutron:enabled", \.isEnabled, .boolean),
    ])

    package static func notFound(_ id: String) -> NeutronError { .identityNotFound("project", id) }
}
