import Deadlines
import JSONCoding
import NetAddress
import NeutronAPI
import OVNModel
import OVSDB
import OVSDBClient
import TestServers
import Testing

@testable import NetworkStore

/// Subnet pools of several replicas.
@Suite(.timeLimit(.minutes(3)))
struct SubnetPoolTests {
    @Test func `three replicas give every prefix of a pool once, until it is exhausted`() async throws {
        try await withOVSDBServer(schema: .northbound) { server in
            try await withThreeStores(server) { stores in
                let pool = try await stores[0].pool(["10.0.0.0/22", "10.0.8.0/23"], ["default_prefixlen": 27])
                for round in 0..<2 {
                    // 48 blocks, and 64 that want one.
                    let made = await withTaskGroup(of: Result<Subnet, any Error>.self) { group in
                        for creator in 0..<64 {
                            group.addTask {
                                do {
                                    return .success(try await stores[creator % 3].subnet(of: pool))
                                } catch {
                                    return .failure(error)
                                }
                            }
                        }
                        return await group.reduce(into: []) { $0.append($1) }
                    }
                    let subnets = made.compactMap { try? $0.get() }
                    #expect(subnets.count == 48 - round * 31)
                    for case .failure(let error) in made {
                        #expect((error as? NeutronError)?.type == "SubnetAllocationError", "\(error)")
                    }
                    try await stores[0].lookAgain()
                    let cidrs = Set(stores[0].subnets().map(\.cidr))
                    #expect(cidrs.count == 48)
                    #expect(Set(stores[0].subnets().map(\.id)).count == 48)
                    #expect(AddressSet(cidrs) == AddressSet(pool.prefixes))
                    // What is deleted is free at once, whichever replica is asked.
                    guard round == 0 else { continue }
                    for (place, subnet) in subnets.prefix(17).enumerated() {
                        try await stores[place % 3].delete(subnet.id)
                    }
                }
            }
        }
    }

    @Test(arguments: 0..<6)
    func `what excludes each other does so on two replicas`(_ pair: Int) async throws {
        try await withOVSDBServer(schema: .northbound) { server in
            try await withStore(server) { store in
                let scope = try await store.scope()
                let pool = try await store.pool(["10.0.0.0/24"], ["default_prefixlen": 25])
                let other = try await store.pool(["10.1.0.0/24"])
                let network = try await store.network("n")
                let request = SubnetCreate(
                    projectID: "p", networkID: network.id, cidr: nil, ipVersion: .v4, pool: .pool(pool.id))
                let changes: [(String, @Sendable (inout Draft) throws -> Void)] = [
                    ("take", { _ = try Subnet.create(.random(), request, in: &$0) }),
                    ("delete", { try SubnetPool.delete(pool.id, ifRevision: nil, in: &$0) }),
                    (
                        "default",
                        {
                            _ = try SubnetPool.update(
                                pool.id, try Given(["is_default": true], .update), ifRevision: nil, in: &$0)
                        }
                    ),
                    (
                        "other default",
                        {
                            _ = try SubnetPool.update(
                                other.id, try Given(["is_default": true], .update), ifRevision: nil, in: &$0)
                        }
                    ),
                    (
                        "join",
                        {
                            let given = try Given<SubnetPool>(
                                ["address_scope_id": .string(scope.id.description)], .update)
                            _ = try SubnetPool.update(pool.id, given, ifRevision: nil, in: &$0)
                        }
                    ),
                    (
                        "join overlapping",
                        {
                            let given = try Given<SubnetPool>([
                                "name": "o", "prefixes": ["10.0.0.0/16"],
                                "address_scope_id": .string(scope.id.description),
                            ])
                            _ = try SubnetPool.create(.random(), given, in: &$0)
                        }
                    ),
                    ("delete scope", { try AddressScope.delete(scope.id, ifRevision: nil, in: &$0) }),
                ]
                let pairs = [(0, 0), (0, 1), (2, 3), (4, 5), (5, 6), (1, 4)]
                let (one, two) = pairs[pair]
                let copy = store.snapshot()
                let plans = try [one, two].map { try plan(copy, store, changes[$0].1) }
                try await store.northbound.transact(plans[0], within: .seconds(5))
                let error = await #expect(throws: OVSDBError.self, "\(changes[one].0), \(changes[two].0)") {
                    try await store.northbound.transact(plans[1], within: .seconds(5))
                }
                #expect(error?.code == .waitFailed)
            }
        }
    }

    @Test func `a repeated request takes no second prefix`() async throws {
        try await withOVSDBServer(schema: .northbound) { server in
            try await withStore(server) { store in
                let pool = try await store.pool(["10.0.0.0/24"], ["default_prefixlen": 26])
                let network = try await store.network("n")
                let id = ID<Subnet>.random()
                let request = SubnetCreate(
                    projectID: "p", networkID: network.id, cidr: nil, ipVersion: .v4, pool: .pool(pool.id))
                let operations = try plan(store.snapshot(), store) { _ = try Subnet.create(id, request, in: &$0) }
                try await store.northbound.transact(operations, within: .seconds(5))
                try await store.lookAgain()
                let copy = store.snapshot()
                var draft = Draft(
                    copy, committed: copy.northbound, configuration: store.configuration, time: .now,
                    isRepetition: true)
                #expect(try Subnet.create(id, request, in: &draft).cidr.description == "10.0.0.0/26")
                #expect(draft.operations.isEmpty)
            }
        }
    }

    private func plan(
        _ snapshot: Snapshot, _ store: NetworkStore, _ body: (inout Draft) throws -> Void
    ) throws -> [OVSDB.Operation] {
        var draft = Draft(
            snapshot, committed: snapshot.northbound, configuration: store.configuration, time: .now)
        try body(&draft)
        return draft.operations
    }
}

extension NetworkStore {
    func pool(_ prefixes: JSON, _ more: [String: JSON] = [:]) async throws -> SubnetPool {
        let members = more.merging(["name": "p", "prefixes": prefixes]) { old, _ in old }
        return try await create(SubnetPool.self, [try Given(members, projectID: "p")])[0]
    }

    fileprivate func scope() async throws -> AddressScope {
        try await create(AddressScope.self, [try Given(["name": "s", "ip_version": 4], projectID: "p")])[0]
    }

    /// A new network with a subnet of the pool.
    fileprivate func subnet(of pool: SubnetPool) async throws -> Subnet {
        let network = try await network("n")
        let request = SubnetCreate(
            projectID: "p", networkID: network.id, cidr: nil, ipVersion: pool.ipVersion, pool: .pool(pool.id))
        return try await create(Subnet.self, [request])[0]
    }
}
