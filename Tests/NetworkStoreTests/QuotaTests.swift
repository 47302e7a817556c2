import Deadlines
import NetAddress
import NeutronAPI
import OVNModel
import OVSDB
import OVSDBClient
import TestServers
import Testing

@testable import NetworkStore

/// Limits of projects, over several replicas.
@Suite(.timeLimit(.minutes(3)))
struct QuotaTests {
    @Test(arguments: [true, false])
    func `three replicas never exceed a quota by one, and never fall short of it`(_ isOwn: Bool) async throws {
        try await withOVSDBServer(schema: .northbound) { server in
            try await withThreeStores(server, { if !isOwn { $0.quotas["port"] = 20 } }) { stores in
                var networks: [Network] = []
                for index in 0..<3 { networks.append(try await stores[0].network("n\(index)", "10.0.0.0/16")) }
                let all = networks
                if isOwn { _ = try await stores[0].updateQuota(of: "p", QuotaUpdate(limits: ["port": 20])) }
                for _ in 0..<2 {
                    let told = try await withThrowingTaskGroup(of: String.self) { group in
                        for client in 0..<64 {
                            group.addTask { try await answer(stores[client % 3], all[client / 3 % 3]) }
                        }
                        return try await group.reduce(into: [String: Int]()) { $0[$1, default: 0] += 1 }
                    }
                    #expect(told == ["made": 20, "Quota exceeded for resources: ['port'].": 44])
                    try await stores[1].lookAgain()
                    let ports = Array(stores[1].ports())
                    #expect(ports.count == 20)
                    #expect(try await stores[2].quotaUsage(of: "p").first { $0.kind == "port" }?.used == 20)
                    try await withThrowingTaskGroup(of: Void.self) { group in
                        for (place, port) in ports.enumerated() {
                            group.addTask { try await stores[place % 3].delete(port.id) }
                        }
                        try await group.waitForAll()
                    }
                }
            }
        }
    }

    @Test func `random creations and deletions on three replicas keep to a quota, and fill it in the end`() async throws
    {
        try await withOVSDBServer(schema: .northbound) { server in
            try await withThreeStores(server, { $0.quotas["port"] = 12 }) { stores in
                let network = try await stores[0].network("n", "10.0.0.0/16")
                let most = try await withThrowingTaskGroup(of: Int.self) { group in
                    for client in 0..<18 {
                        group.addTask {
                            let store = stores[client % 3]
                            var most = 0
                            for _ in 0..<15 {
                                if Bool.random(), let port = store.snapshot().ports(of: network.id).randomElement() {
                                    do { try await store.delete(port.id) } catch let error as NeutronError {
                                        #expect(error.status == 404)
                                    }
                                } else {
                                    _ = try await answer(store, network)
                                }
                                most = max(most, store.snapshot().ports(of: network.id).count)
                            }
                            return most
                        }
                    }
                    return try await group.reduce(0) { max($0, $1) }
                }
                #expect(most <= 12)
                while try await answer(stores[0], network) == "made" {}
                #expect(Array(stores[0].ports()).count == 12)
            }
        }
    }

    @Test func `a limit that is checked against usage excludes creations at the same time`() async throws {
        try await withOVSDBServer(schema: .northbound) { server in
            try await withStore(server, { $0.quotas["network"] = 5 }) { store in
                _ = try await store.network("n")
                let copy = store.snapshot()
                let made = try plan(copy, store) { draft in
                    let request = NetworkCreate(projectID: "p")
                    try draft.takeQuota(for: [(id: ID<Network>.random(), request: request)])
                    _ = try draft.create(ID<Network>.random(), request)
                }
                let limited = try plan(copy, store) {
                    _ = try $0.update(quotaOf: "p", QuotaUpdate(limits: ["network": 1], checksUsage: true))
                }
                try await store.northbound.transact(limited, within: .seconds(5))
                let error = await #expect(throws: OVSDBError.self) {
                    try await store.northbound.transact(made, within: .seconds(5))
                }
                #expect(error?.code == .waitFailed)
                let refused = await #expect(throws: NeutronError.self) {
                    _ = try await store.create(Network.self, [NetworkCreate(projectID: "p")])
                }
                #expect(refused == .overQuota(["network"]))
            }
        }
    }

    /// The first resource of a project makes its row.
    @Test func `of two replicas one makes a project's row`() async throws {
        try await withOVSDBServer(schema: .northbound) { server in
            try await withStore(server, { $0.quotas["network"] = 1 }) { store in
                let copy = store.snapshot()
                let plans = try (0..<2).map { _ in
                    try plan(copy, store) { try $0.takeQuota(of: "network", for: "p") }
                }
                try await store.northbound.transact(plans[0], within: .seconds(5))
                let error = await #expect(throws: OVSDBError.self) {
                    try await store.northbound.transact(plans[1], within: .seconds(5))
                }
                #expect(error?.code == .waitFailed)
            }
        }
    }

    @Test func `without a limit a creation has no operation more`() async throws {
        try await withOVSDBServer(schema: .northbound) { server in
            try await withStore(server) { store in
                _ = try await store.network("n", "10.0.0.0/24")
                _ = try await store.updateQuota(of: "p", QuotaUpdate(limits: ["port": -1, "network": 1]))
                let none = try plan(store.snapshot(), store) {
                    try $0.takeQuota(64, of: "port", for: "p")
                    try $0.takeQuota(64, of: "port", for: "others")
                    try $0.takeQuota(0, of: "network", for: "p")
                }
                #expect(none.isEmpty)
            }
        }
    }

    @Test func `what a request makes is counted as a whole, and by project`() async throws {
        try await withOVSDBServer(schema: .northbound) { server in
            try await withStore(server, { $0.quotas["network"] = 3 }) { store in
                let own = NetworkCreate(projectID: "p")
                let other = NetworkCreate(projectID: "q")
                _ = try await store.create(Network.self, [own, own, other, other])
                for requests in [[own, own], [own, other, other]] {
                    let error = await #expect(throws: NeutronError.self) {
                        _ = try await store.create(Network.self, requests)
                    }
                    #expect(error == .overQuota(["network"]))
                }
                _ = try await store.create(Network.self, [own, other])
                #expect(Array(store.networks()).count == 6)
            }
        }
    }

    @Test func `every kind that can be made is counted`() async throws {
        try await withOVSDBServer(schema: .northbound) { server in
            try await withStore(server) { store in
                let network = try await store.network("n", "10.0.0.0/24", "10.1.0.0/24")
                let port = try await store.port(network) {
                    $0.extraDHCPOptions = [ExtraDHCPOption(name: "mtu", value: "1000")]
                }
                _ = try await store.port(network)
                _ = try await store.create(Trunk.self, [TrunkCreate(projectID: "t", portID: port.id)])
                func used(_ project: String) async throws -> [String: Int] {
                    Dictionary(
                        uniqueKeysWithValues: try await store.quotaUsage(of: project).filter { $0.used > 0 }
                            .map { ($0.kind, $0.used) })
                }
                #expect(try await used("p") == ["network": 1, "subnet": 2, "port": 2])
                #expect(try await used("t") == ["trunk": 1])
                #expect(try await used("q") == [:])
            }
        }
    }

    private func answer(_ store: NetworkStore, _ network: Network) async throws -> String {
        do {
            _ = try await store.port(network)
            return "made"
        } catch let error as NeutronError {
            return error.message
        }
    }

    private func plan(
        _ copy: Snapshot, _ store: NetworkStore, _ change: (inout Draft) throws -> Void
    ) throws -> [OVSDB.Operation] {
        var draft = Draft(
            copy, committed: copy.northbound, configuration: store.configuration, time: Timestamp(seconds: 0))
        try change(&draft)
        return draft.operations
    }
}
