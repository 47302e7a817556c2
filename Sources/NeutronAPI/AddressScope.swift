package import NetAddress

/// A set of addresses that are routed without translation: subnet pools of one scope do not overlap (extension
/// `address-scope`).
package struct AddressScope: Hashable, Sendable {
    package var id: ID<AddressScope>
    package var standard: StandardAttributes
    package var name = ""
    package var ipVersion = IPVersion.v4
    /// Whether every project may use it.
    package var shared = false

    package init(id: ID<AddressScope>, standard: StandardAttributes) {
        (self.id, self.standard) = (id, standard)
    }
}

extension AddressScope: DeclaredResource {
    package static var memberName: String { "address_scope" }
    package static var collectionName: String { "address_scopes" }

    package static let attributes = AttributeTable<AddressScope>(
        [
            .id,
            Attribute("name", \.name, .name, [.create, .update], key: "neutron:name"),
            Attribute("ip_version", \.ipVersion, .ipVersion, .create, key: "neutron:ip_version", isRequired: true),
            Attribute("shared", \.shared, .boolean, [.create, .update], key: "neutron:shared"),
        ] + Attribute.project)

    package static func notFound(_ id: String) -> NeutronError { .addressScopeNotFound(id) }
}
