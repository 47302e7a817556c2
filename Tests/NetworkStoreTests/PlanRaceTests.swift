import NeutronAPI
import OVSDB
import OVSDBClient
import TestServers
import Testing

@testable import NetworkStore

/// Two replicas plan on the same copy; who commits second must not undo what it has not seen.
@Suite(.timeLimit(.minutes(1)))
struct PlanRaceTests {
    @Test(arguments: [true, false])
    func `a port's own options and its subnet's DHCP do not change at once`(_ subnetFirst: Bool) async throws {
        try await withOVSDBServer(schema: .northbound) { server in
            try await withStore(server) { store in
                let network = try await store.network("n", "10.0.0.0/24")
                let subnet = try #require(network.subnets.first)
                _ = try await store.updateSubnet(subnet, SubnetUpdate(enableDHCP: false))
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

    /// What `change` comes to on a copy.
    private func plan(
        _ copy: Snapshot, _ store: NetworkStore, _ change: (inout Draft) throws -> Void
    ) throws -> [OVSDB.Operation] {
        var draft = Draft(
            copy, committed: copy.northbound, configuration: store.configuration, time: Timestamp(seconds: 0))
        try change(&draft)
        return draft.operations
    }
}
