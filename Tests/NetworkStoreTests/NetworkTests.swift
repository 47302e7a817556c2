import NetAddress
import NeutronAPI
import OVNModel
import OVSDB
import TestServers
import Testing

@testable import NetworkStore

@Suite struct NetworkTests {
    @Test func `a network survives a round trip`() throws {
        var ledger = Ledger()
        let made = try ledger.network(
            NetworkCreate(
                projectID: "a project, not a UUID", name: "blue", description: "größer", adminStateUp: false,
                shared: true,
                mtu: 1_400, portSecurityEnabled: false))
        #expect(ledger.snapshot.network(made.id) == made)
        #expect(ledger.snapshot.networkIDs(named: "blue") == [made.id])
        #expect(Array(ledger.snapshot.networks) == [made])
        #expect(made.standard.revision == 1)
        #expect(made.provider.networkType == "geneve")
    }

    /// ovn-northd handles added and removed ports incrementally, and recomputes everything when their switch changes
    /// otherwise.
    @Test func `adding and removing ports leaves the network's row unchanged`() throws {
        var ledger = Ledger()
        let network = try ledger.network()
        let generation = { ledger.snapshot.allocations(of: network.id)?.externalIDs["neutron:allocation_generation"] }
        #expect(generation() == "1")
        let subnet = try ledger.subnet(network, "10.0.0.0/24")
        #expect(generation() == "2")
        let row = ledger.row(network)
        let port = try ledger.port(network)
        #expect(generation() == "3")
        _ = try ledger.update(port, PortUpdate(name: "n"))
        #expect(generation() == "3")
        _ = try ledger.update(port, PortUpdate(fixedIPs: [.address("10.0.0.77", subnet)]))
        #expect(generation() == "4")
        try ledger.change { try $0.delete(port.id, nil as Int?) }
        #expect(ledger.row(network) == row)
        try ledger.change { try $0.delete(subnet.id, nil as Int?) }
        try ledger.change { try $0.delete(network.id, nil as Int?) }
        #expect(generation() == nil)
    }

    @Test func `the MTU is what the tunnels leave, or less`() throws {
        var ledger = Ledger()
        #expect(try ledger.network().mtu == 1_442)
        #expect(try ledger.network(NetworkCreate(projectID: "p", mtu: 0)).mtu == 1_442)
        ledger.configuration.tunnelVersion = .v6
        #expect(try ledger.network().mtu == 1_422)
        ledger.configuration.underlayMTU = 9_000
        #expect(try ledger.network().mtu == 8_922)
        let error = refusal { _ = try ledger.network(NetworkCreate(projectID: "p", mtu: 8_923)) }
        #expect(error?.message == "Invalid input for operation: Requested MTU is too big, maximum is 8922.")
    }

    @Test func `a change increments the revision, a change of nothing does not`() throws {
        var ledger = Ledger()
        let made = try ledger.network()
        let renamed = try ledger.change { try $0.update(made.id, NetworkUpdate(name: "red"), 1) }
        #expect(renamed.name == "red")
        #expect(renamed.standard.revision == 2)
        #expect(renamed.standard.updatedAt > made.standard.updatedAt)
        let same = try ledger.change { try $0.update(made.id, NetworkUpdate(name: "red"), nil) }
        #expect(same == renamed)
        #expect(ledger.operations.isEmpty)
    }

    @Test func `a subnet's change increments its network's revision`() throws {
        var ledger = Ledger()
        let network = try ledger.network()
        func now() throws -> StandardAttributes { try #require(ledger.snapshot.network(network.id)).standard }
        let one = try ledger.subnet(network, "10.0.0.0/24")
        let other = try ledger.subnet(network, "fd00::/64")
        #expect(try now().revision == 3)
        #expect(try now().updatedAt == other.standard.createdAt)
        let changed = try ledger.change { try $0.update(one.id, SubnetUpdate(name: "x"), nil) }
        #expect(try now().revision == 4)
        #expect(try now().updatedAt == changed.standard.updatedAt)
        // Nothing has changed.
        _ = try ledger.change { try $0.update(one.id, SubnetUpdate(name: "x"), nil) }
        #expect(try now().revision == 4)
        let port = try ledger.port(network)
        try ledger.change { try $0.delete(port.id, nil as Int?) }
        #expect(try now().revision == 4)
        try ledger.change { try $0.delete(one.id, nil) }
        #expect(try now().revision == 5)
        #expect(try now().createdAt == network.standard.createdAt)
        let both = try ledger.change { draft in
            try ["10.1.0.0/24", "10.2.0.0/24"].map {
                try draft.create(
                    .random(), SubnetCreate(projectID: "p", networkID: network.id, cidr: IPPrefix($0)!))
            }
        }
        #expect(both.count == 2)
        #expect(try now().revision == 7)
    }

    @Test func `a subnet is shared as its network is`() throws {
        var ledger = Ledger()
        var request = NetworkCreate(projectID: "p")
        request.shared = true
        let network = try ledger.network(request)
        let subnet = try ledger.subnet(network, "10.0.0.0/24")
        #expect(subnet.isShared)
        #expect(ledger.snapshot.subnet(subnet.id) == subnet)
        _ = try ledger.change { try $0.update(network.id, NetworkUpdate(shared: false), nil) }
        #expect(ledger.snapshot.subnet(subnet.id)?.isShared == false)
    }

    @Test func `a change that expects another revision is refused`() throws {
        var ledger = Ledger()
        let made = try ledger.network()
        let error = refusal { try ledger.change { _ = try $0.update(made.id, NetworkUpdate(name: "x"), 7) } }
        #expect(error?.status == 412)
        #expect(error?.type == "RevisionNumberConstraintFailed")
        #expect(refusal { try ledger.change { try $0.delete(made.id, 7) } }?.status == 412)
        #expect(ledger.snapshot.network(made.id) == made)
    }

    @Test func `a network with ports cannot be deleted, subnets are deleted with it`() throws {
        var ledger = Ledger()
        let network = try ledger.network()
        let subnet = try ledger.subnet(network, "10.0.0.0/24")
        let port = try ledger.port(network)
        _ = try ledger.port(network) { $0.deviceOwner = "network:dhcp" }
        let error = refusal { try ledger.change { try $0.delete(network.id, nil) } }
        #expect(error?.type == "NetworkInUse")
        #expect(error?.status == 409)
        #expect(error?.message.contains(port.id.description) == true)
        try ledger.change { try $0.delete(port.id, nil) }
        try ledger.change { try $0.delete(network.id, nil) }
        #expect(ledger.snapshot.network(network.id) == nil)
        #expect(ledger.snapshot.subnet(subnet.id) == nil)
        #expect(Array(ledger.snapshot.ports).isEmpty)
        #expect(refusal { try ledger.change { try $0.delete(network.id, nil) } }?.type == "NetworkNotFound")
    }

    @Test func `of concurrent claims of a name in three replicas one succeeds`() async throws {
        try await withOVSDBServer(schema: .northbound) { server in
            try await withThreeStores(server) { stores in
                let claim = NetworkCreate(projectID: "p", name: "blue", claimsName: true)
                let told = try await withThrowingTaskGroup(of: String.self) { group in
                    for client in 0..<12 {
                        group.addTask {
                            do {
                                _ = try await stores[client % 3].create(Network.self, [claim])
                                return "made"
                            } catch let error as NeutronError { return "\(error.status) \(error.type)" }
                        }
                    }
                    return try await group.reduce(into: [:]) { $0[$1, default: 0] += 1 }
                }
                #expect(told == ["made": 1, "409 NetworkNameInUse": 11])
                // Names are per project, and only claimed ones are unique.
                _ = try await stores[0].create(
                    Network.self,
                    [
                        NetworkCreate(projectID: "q", name: "blue", claimsName: true),
                        NetworkCreate(projectID: "p", name: "blue"),
                    ])
                await #expect(throws: NeutronError.networkNameInUse("red")) {
                    let red = NetworkCreate(projectID: "p", name: "red", claimsName: true)
                    _ = try await stores[0].create(Network.self, [red, red])
                }
                #expect(stores[0].snapshot().networks.map(\.name).sorted() == ["blue", "blue", "blue"])
            }
        }
    }

    @Test func `a network used by other projects cannot be unshared`() throws {
        var ledger = Ledger()
        let network = try ledger.network(NetworkCreate(projectID: "p", shared: true))
        let port = try ledger.port(network) { $0.projectID = "q" }
        let unshare = NetworkUpdate(shared: false)
        #expect(
            refusal { try ledger.change { _ = try $0.update(network.id, unshare, nil) } }?.type
                == "InvalidSharedSetting")
        try ledger.change { try $0.delete(port.id, nil) }
        #expect(try ledger.change { try $0.update(network.id, unshare, nil) }.shared == false)
    }

    @Test func `an MTU too small for the subnets is refused`() throws {
        var ledger = Ledger()
        let network = try ledger.network()
        _ = try ledger.subnet(network, "fd00::/64")
        let error = refusal { try ledger.change { _ = try $0.update(network.id, NetworkUpdate(mtu: 1_279), nil) } }
        #expect(error?.type == "NetworkMTUSubnetConflict")
        let small = try ledger.network(NetworkCreate(projectID: "p", mtu: 1_000))
        #expect(refusal { _ = try ledger.subnet(small, "fd00::/64") }?.type == "NetworkMTUSubnetConflict")
        _ = try ledger.subnet(small, "10.0.0.0/24")
    }

    @Test func `a foreign row is not shown`() throws {
        var ledger = Ledger()
        let network = try ledger.network()
        var row = ledger.row(network)
        row.externalIDs[Layout.revision] = nil
        ledger.replica = try ledger.replica.applying([.update(row, columns: [.externalIDs])])
        #expect(ledger.snapshot.network(network.id) == nil)
        #expect(Array(ledger.snapshot.networks).isEmpty)
        #expect(refusal { try ledger.change { try $0.delete(network.id, nil) } }?.type == "NetworkNotFound")
    }
}
