import Logging
import NetAddress
import NeutronAPI
import TestServers
import Testing

@testable import NeutronClient

@Suite(.timeLimit(.minutes(1)))
struct TrunkTests {
    private static let limit = Duration.seconds(5)
    private static let trunk = "b9a1f0c2-6d1d-4d36-9d9f-0c1d6a4f7e55"
    private static let parent = "5f3f7a7c-9a35-4a0e-8b61-21f43bd0f1a3"
    private static let child = "6f3f7a7c-9a35-4a0e-8b61-21f43bd0f1a4"

    private static let body = """
        {"id": "\(trunk)", "name": "t", "project_id": "p", "status": "ACTIVE", "admin_state_up": true,
         "port_id": "\(parent)", "revision_number": 2, "description": "", "tags": [],
         "sub_ports": [{"port_id": "\(child)", "segmentation_id": 7, "segmentation_type": "vlan"}]}
        """

    @Test func `a trunk is read with its subports`() async throws {
        try await ScriptedServer.run(.reply(200, "{\"trunks\": [\(Self.body)]}")) { server in
            try await withClient(server) { (client: NeutronClient) async throws in
                let trunks: [Trunk] = try await client.list(where: [("port_id", Self.parent)], within: Self.limit)
                let trunk = try #require(trunks.first)
                #expect(trunk.portID.description == Self.parent)
                #expect(trunk.status == .active)
                #expect(trunk.subports.map(\.segmentationID) == [7])
                #expect(trunk.subports.map(\.portID.description) == [Self.child])
                #expect(trunk.standard.revision == 2)
            }
            #expect(server.requests[0].hasPrefix("GET /v2.0/trunks?port_id=\(Self.parent) "))
        }
    }

    @Test func `subports are added and removed by unwrapped replies`() async throws {
        try await ScriptedServer.run(.reply(200, Self.body), .reply(200, Self.body)) { server in
            try await withClient(server) { (client: NeutronClient) async throws in
                let (id, child) = (try #require(ID<Trunk>(Self.trunk)), try #require(ID<Port>(Self.child)))
                let trunk = try await client.addSubports(
                    [SubportRequest(portID: child, segmentation: .vlan(7))], to: id, within: Self.limit)
                #expect(trunk.name == "t")
                try await client.removeSubports([child], from: id, within: Self.limit)
            }
            #expect(server.requests[0].hasPrefix("PUT /v2.0/trunks/\(Self.trunk)/add_subports "))
            #expect(
                server.requests[0].hasSuffix(
                    #"{"sub_ports":[{"port_id":"\#(Self.child)","segmentation_id":7,"segmentation_type":"vlan"}]}"#))
            #expect(server.requests[1].hasPrefix("PUT /v2.0/trunks/\(Self.trunk)/remove_subports "))
            #expect(server.requests[1].hasSuffix(#"{"sub_ports":[{"port_id":"\#(Self.child)"}]}"#))
        }
    }

    @Test func `an extension is present, absent, or the check fails`() async throws {
        let extensions = #"{"extensions": [{"alias": "binding"}, {"alias": "trunk", "name": "Trunk Extension"}]}"#
        try await ScriptedServer.run(
            .reply(200, extensions), .reply(200, extensions), .reply(404, "not here"), .reply(500, "{}")
        ) { server in
            try await withClient(server) { (client: NeutronClient) async throws in
                #expect(try await client.hasExtension("trunk", within: Self.limit))
                #expect(try await client.hasExtension("network-name-claim", within: Self.limit) == false)
                for _ in 0..<2 {
                    await #expect(throws: NeutronClientError.self) {
                        _ = try await client.hasExtension("trunk", within: Self.limit)
                    }
                }
            }
            #expect(server.requests[0].hasPrefix("GET /v2.0/extensions "))
        }
    }

    @Test func `the tags of a parent's ports are read from their profiles`() async throws {
        let ports = """
            {"ports": [{"id": "\(Self.child)", "binding:profile": {"parent_name": "\(Self.parent)", "tag": 9}},
             {"id": "\(Self.parent)", "binding:profile": {}}, {"id": "\(Self.trunk)"},
             {"id": "\(Self.trunk)", "binding:profile": {"parent_name": "\(Self.trunk)", "tag": 8}}]}
            """
        try await ScriptedServer.run(.reply(200, ports)) { server in
            try await withClient(server) { (client: NeutronClient) async throws in
                let (parent, child) = (try #require(ID<Port>(Self.parent)), try #require(ID<Port>(Self.child)))
                #expect(try await client.profileTags(parent: parent, within: Self.limit) == [child: 9])
            }
            #expect(server.requests[0].hasPrefix("GET /v2.0/ports?fields=id&fields=binding%3Aprofile "))
        }
    }

    @Test func `a parent port names its trunk`() async throws {
        let body = """
            {"port": {"id": "\(Self.parent)", "network_id": "\(Self.trunk)", "mac_address": "fa:16:3e:00:00:01",
             "trunk_details": {"trunk_id": "\(Self.trunk)", "sub_ports": [{"port_id": "\(Self.child)",
             "segmentation_id": 7, "segmentation_type": "vlan", "mac_address": "fa:16:3e:00:00:02"}]}}}
            """
        try await ScriptedServer.run(.reply(200, body)) { server in
            try await withClient(server) { (client: NeutronClient) async throws in
                let id = try #require(ID<Port>(Self.parent))
                let port = try #require(try await client.find(id, within: Self.limit))
                #expect(port.trunk?.trunkID.description == Self.trunk)
                #expect(port.trunk?.subports.first?.macAddress == MACAddress("fa:16:3e:00:00:02"))
            }
        }
    }

    private func withClient(_ server: ScriptedServer, _ body: (NeutronClient) async throws -> Void) async throws {
        let client = NeutronClient(
            endpoint: server.endpoint, connectTimeout: .seconds(2), logger: Logger(label: "test"))
        do {
            try await body(client)
        } catch {
            await client.shutdown()
            throw error
        }
        await client.shutdown()
    }
}
