import Deadlines
import NetAddress
import NeutronAPI
import OVNModel
import OVSDB
import OVSDBClient
import TestServers
import Testing

@testable import NetworkStore

/// Two replicas plan on the same state; the second commit must not undo what it has not seen.
@Suite(.timeLimit(.minutes(1)))
struct PlanRaceTests {
    @Test(arguments: [true, false])
    func `concurrent changes of a port's own options and its subnet's DHCP are serialized`(_ subnetFirst: Bool)
        async throws
    {
        try await withOVSDBServer(schema: .northbound) { server in
            try await withStore(server) { store in
                let network = try await store.network("n", "10.0.0.0/24")
                let subnet = try #require(network.subnets.first)
                _ = try await store.update(subnet, SubnetUpdate(enableDHCP: false))
                let port = try await store.port(network) {
                    $0.extraDHCPOptions = [ExtraDHCPOption(name: "mtu", value: "1000")]
                }

                let copy = store.snapshot()
                let cleared = try plan(copy, store) {
                    let nothing = PortUpdate(extraDHCPOptions: [ExtraDHCPOption(name: "mtu", value: nil)])
                    _ = try $0.update(port.id, nothing, nil)
                }
                let enabled = try plan(copy, store) { _ = try $0.update(subnet, SubnetUpdate(enableDHCP: true), nil) }
                let (first, second) = subnetFirst ? (enabled, cleared) : (cleared, enabled)
                try await store.northbound.transact(first, within: .seconds(5))
                let error = await #expect(throws: OVSDBError.self) {
                    try await store.northbound.transact(second, within: .seconds(5))
                }
                #expect(error?.code == .waitFailed)
            }
        }
    }

    /// A foreign network has no row that counts its allocations until an address is allocated.
    @Test(arguments: [true, false])
    func `an address of a network is allocated once`(_ isOurs: Bool) async throws {
        try await withOVSDBServer(schema: .northbound) { server in
            try await withStore(server) { store in
                let network = try await store.network("n", "10.0.0.0/24")
                if !isOurs { try await forgetAllocations(of: network, store) }
                let copy = store.snapshot()
                let plans = try (0..<2).map { _ in
                    try plan(copy, store) {
                        let request = [FixedIPRequest(ipAddress: IPAddress("10.0.0.9")!)]
                        _ = try $0.create(
                            .random(), PortCreate(projectID: "p", networkID: network.id, fixedIPs: request))
                    }
                }
                try await store.northbound.transact(plans[0], within: .seconds(5))
                let error = await #expect(throws: OVSDBError.self) {
                    try await store.northbound.transact(plans[1], within: .seconds(5))
                }
                #expect(error?.code == .waitFailed)
                try await store.northbound.barrier(within: .seconds(5))
                #expect(store.snapshot().ports(of: network.id).count == 1)
                #expect(store.snapshot().allocations(of: network.id) != nil)
            }
        }
    }

    @Test(arguments: [true, false], [true, false])
    func `deleting a network and allocating its address exclude each other`(_ isOurs: Bool, _ deleteFirst: Bool)
        async throws
    {
        try await withOVSDBServer(schema: .northbound) { server in
            try await withStore(server) { store in
                let network = try await store.network("n", "10.0.0.0/24")
                if !isOurs { try await forgetAllocations(of: network, store) }
                let copy = store.snapshot()
                let given = try plan(copy, store) {
                    _ = try $0.create(.random(), PortCreate(projectID: "p", networkID: network.id))
                }
                let deleted = try plan(copy, store) { try $0.delete(network.id, nil as Int?) }
                let (first, second) = deleteFirst ? (deleted, given) : (given, deleted)
                try await store.northbound.transact(first, within: .seconds(5))
                let error = await #expect(throws: OVSDBError.self) {
                    try await store.northbound.transact(second, within: .seconds(5))
                }
                #expect(error?.code == .waitFailed)
                try await store.northbound.barrier(within: .seconds(5))
                let snapshot = store.snapshot()
                #expect(snapshot.ports(of: network.id).count == (deleteFirst ? 0 : 1))
                #expect((snapshot.allocations(of: network.id) == nil) == deleteFirst)
                if !deleteFirst {
                    for port in snapshot.ports(of: network.id) { try await store.delete(port.id) }
                    try await store.delete(network.id)
                    #expect(store.snapshot().allocations(of: network.id) == nil)
                }
            }
        }
    }

    private func forgetAllocations(of network: Network, _ store: NetworkStore) async throws {
        let row = try #require(store.snapshot().allocations(of: network.id))
        try await store.northbound.transact(
            [.delete(Northbound.DHCPOptions.self, row.id)], within: .seconds(5))
        try await store.northbound.barrier(within: .seconds(5))
    }

    /// The operations of `change` on a copy.
    private func plan(
        _ copy: Snapshot, _ store: NetworkStore, _ change: (inout Draft) throws -> Void
    ) throws -> [OVSDB.Operation] {
        var draft = Draft(
            copy, committed: copy.northbound, configuration: store.configuration, time: Timestamp(seconds: 0))
        try change(&draft)
        return draft.operations
    }
}
