import Hummingbird
import Logging
import NetAddress
import NetworkStore
import NeutronAPI

/// `/v2.0/address-groups/<id>/add_addresses` and `remove_addresses` (extension `address-group`).
struct AddressController: Sendable {
    let store: NetworkStore
    let work: Workload

    func addRoutes(to routes: Routes) {
        route("add_addresses", routes) { try await store.addAddresses($0, to: $1) }
        route("remove_addresses", routes) { try await store.removeAddresses($0, from: $1) }
    }

    private func route(
        _ action: String, _ routes: Routes,
        _ change: @escaping @Sendable ([IPPrefix], ID<AddressGroup>) async throws -> AddressGroup
    ) {
        routes.route(
            "address-groups/:id/\(action)",
            [
                .put: { request, context in
                    let text = try context.parameter("id")
                    guard let id = ID<AddressGroup>(text) else { throw AddressGroup.notFound(text.shortened) }
                    let access = Access<AddressGroup>(store: store, requester: try context.requester)
                    try await access.authorize(action, id)
                    let group = try await work.reading(request, for: context.client) { json, _ in
                        try await change(try json.addresses(), id)
                    }
                    context.logger.info("address_group changed", metadata: ["id": "\(id)"])
                    return .json { $0.member(group, hiding: access.hidden) }
                }
            ])
    }
}
