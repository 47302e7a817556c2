import JSONCoding
import NIOCore
import NIOHTTP1
package import NeutronAPI

extension NeutronClient {
    /// Whether the service has an extension: `trunk`.
    ///
    /// Lists all of them: for a missing one Neutron returns a 404 that any other server could have sent.
    package func hasExtension(_ alias: String, within timeout: Duration) async throws(NeutronClientError) -> Bool {
        try await pages("extensions", query: QueryString([]), within: timeout)
            .contains { $0.object?["alias"]?.string == alias }
    }

    /// Adds ports to a trunk, all or none; returns the trunk.
    @discardableResult
    package func addSubports(
        _ subports: [SubportRequest], to id: ID<Trunk>, within timeout: Duration
    ) async throws(NeutronClientError) -> Trunk {
        try await changeSubports(
            id, "add_subports", subports.map(\.wire), "add \(Self.list(subports.map(\.portID))) to trunk \(id)", timeout
        )
    }

    /// Removes ports from a trunk, all or none; returns the trunk.
    @discardableResult
    package func removeSubports(
        _ ports: [ID<Port>], from id: ID<Trunk>, within timeout: Duration
    ) async throws(NeutronClientError) -> Trunk {
        try await changeSubports(
            id, "remove_subports", ports.map { ["port_id": .string("\($0)")] },
            "remove \(Self.list(ports)) from trunk \(id)", timeout)
    }

    private func changeSubports(
        _ id: ID<Trunk>, _ action: String, _ subports: [JSON], _ goal: String, _ timeout: Duration
    ) async throws(NeutronClientError) -> Trunk {
        let request = Request(
            method: .PUT, path: "/v2.0/trunks/\(id)/\(action)", body: ["sub_ports": .array(subports)], goal: goal)
        // Neutron does not wrap it in the resource's name.
        let members = try object(try await send(request, within: timeout), goal: goal)
        return try resources([members[Trunk.memberName] ?? .object(members)], goal)[0]
    }

    private static func list(_ ports: [ID<Port>]) -> String {
        "port\(ports.count == 1 ? "" : "s") \(ports.map(\.description).joined(separator: ", "))"
    }

    /// The tags of the ports whose `binding:profile` names a parent, by port. Neutron has no filter for it, so all
    /// ports are listed, with the needed attributes only. Empty without permission to see profiles.
    package func profileTags(
        parent: ID<Port>, within timeout: Duration
    ) async throws(NeutronClientError) -> [ID<Port>: Int] {
        let fields = [("fields", "id"), ("fields", "binding:profile")]
        let ports = try await pages("ports", query: QueryString(fields), within: timeout)
        var tags: [ID<Port>: Int] = [:]
        for port in ports {
            guard let members = port.object, let id = members["id"]?.string.flatMap({ ID<Port>($0) }),
                let profile = members["binding:profile"]?.object,
                profile["parent_name"]?.string.flatMap({ ID<Port>($0) }) == parent,
                case .integer(let tag) = profile["tag"]
            else { continue }
            tags[id] = Int(tag)
        }
        return tags
    }
}
