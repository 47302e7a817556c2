/// A group of hosts where routers have their gateways (extension `availability_zone`).
package struct AvailabilityZone: Hashable, Sendable {
    /// Made of the name, and not shown.
    package var id: ID<AvailabilityZone>
    package var name: String

    package init(id: ID<AvailabilityZone>, name: String) { (self.id, self.name) = (id, name) }
}

extension AvailabilityZone: DerivedResource {
    package static var memberName: String { "availability_zone" }
    package static var collectionName: String { "availability_zones" }
    /// Neutron's path has no hyphen here.
    package static var path: String { collectionName }
    package static func notFound(_ id: String) -> NeutronError { .availabilityZoneNotFound(id) }

    package static let attributes = AttributeTable<AvailabilityZone>([
        .text("name", []) { $0.name },
        .text("resource", []) { _ in "router" },
        .text("state", []) { _ in "available" },
    ])
}

/// Who provides a service: there is none (extension `service-type`).
package struct ServiceProvider: Hashable, Sendable {
    package var id: ID<ServiceProvider>
}

extension ServiceProvider: DerivedResource {
    package static var memberName: String { "service_provider" }
    package static var collectionName: String { "service_providers" }
    package static func notFound(_ id: String) -> NeutronError { .pathNotFound }

    package static let attributes = AttributeTable<ServiceProvider>([
        .text("service_type", []) { _ in "" },
        .text("name", []) { _ in "" },
        .boolean("default", []) { _ in false },
    ])
}
