import JSONCoding
import NetAddress
import NeutronAPI
import OVSDB
import TestServers
import Testing

@testable import NetworkStore

/// Three replicas assign tags of one parent at once.
@Suite(.timeLimit(.minutes(2)))
struct TagRaceTests {
    @Test func `no tag of a parent is assigned twice by any replica`() async throws {
        try await withOVSDBServer(schema: .northbound) { server in
            try await withThreeStores(server) { stores in
                let network = try await stores[0].network("n", "10.0.0.0/16")
                let parent = try await stores[0].port(network)
                let trunk = try await stores[0].create(Trunk.self, [TrunkCreate(projectID: "p", portID: parent.id)])[0]
                // Sixteen tags for twenty-four clients, half of them by profile: all conflict.
                let told = try await withThrowingTaskGroup(of: String.self) { group in
                    for client in 0..<24 {
                        group.addTask {
                            try await carry(stores[client % 3], network, parent, trunk, byProfile: client % 2 == 0)
                        }
                    }
                    return try await group.reduce(into: [String: Int]()) { $0[$1, default: 0] += 1 }
                }
                #expect(told == ["carried": 16, "none left": 8])
                try await stores[1].lookAgain()
                let tags = Array(stores[1].ports()).compactMap { $0.binding.profile["tag"] }
                #expect(Set(tags) == Set((1...16).map { .integer($0) }))
                #expect(tags.count == 16)
                #expect(try await stores[1].find(trunk.id).subports.count == told["carried"]! - profiled(stores[1]))
                let rows = try await server.control(
                    "ovn-nbctl", "--bare", "--columns=tag", "find", "Logical_Switch_Port", "tag!=[]")
                #expect(rows.split(separator: "\n").count == 16)
            }
        }
    }

    @Test func `of two requests for one tag from two replicas one succeeds`() async throws {
        try await withOVSDBServer(schema: .northbound) { server in
            try await withThreeStores(server) { stores in
                let network = try await stores[0].network("n", "10.0.0.0/16")
                let parent = try await stores[0].port(network)
                let trunk = try await stores[0].create(Trunk.self, [TrunkCreate(projectID: "p", portID: parent.id)])[0]
                for tag in 1...20 {
                    let ports = [try await stores[0].port(network), try await stores[1].port(network)]
                    let told = await withTaskGroup(of: String.self) { group in
                        for (store, port) in zip(stores, ports) {
                            group.addTask {
                                await answer {
                                    _ = try await store.addSubports(
                                        [SubportRequest(portID: port.id, segmentation: .vlan(tag))], to: trunk.id)
                                }
                            }
                        }
                        group.addTask {
                            await answer {
                                _ = try await stores[2].port(network) {
                                    $0.profile = [
                                        "parent_name": .string(parent.id.description), "tag": .integer(Int64(tag)),
                                    ]
                                }
                            }
                        }
                        return await group.reduce(into: []) { $0.append($1) }.sorted()
                    }
                    #expect(told == ["DuplicateSubPort", "DuplicateSubPort", "done"])
                }
            }
        }
    }

    private func answer(_ body: () async throws -> Void) async -> String {
        do {
            try await body()
            return "done"
        } catch {
            return (error as? NeutronError)?.type ?? "\(error)"
        }
    }

    /// Requests one tag after another until one is free.
    private func carry(
        _ store: NetworkStore, _ network: Network, _ parent: Port, _ trunk: Trunk, byProfile: Bool
    ) async throws -> String {
        let port = byProfile ? nil : try await store.port(network)
        for tag in 1...16 {
            do {
                if let port {
                    _ = try await store.addSubports(
                        [SubportRequest(portID: port.id, segmentation: .vlan(tag))], to: trunk.id)
                } else {
                    _ = try await store.port(network) {
                        $0.profile = ["parent_name": .string(parent.id.description), "tag": .integer(Int64(tag))]
                    }
                }
                return "carried"
            } catch let error as NeutronError where error.type == "DuplicateSubPort" {
                continue
            }
        }
        return "none left"
    }

    private func profiled(_ store: NetworkStore) -> Int {
        Array(store.ports()).count { $0.subportOf == nil && $0.binding.profile["tag"] != nil }
    }
}
