import Deadlines
import NetAddress
import NeutronAPI
import OVNModel
import OVSDB
import TestServers
import Testing

@testable import NetworkStore

/// Many clients of three replicas make random changes; the rows must be consistent in the end.
@Suite(.timeLimit(.minutes(3)))
struct StormTests {
    @Test func `rows stay consistent under concurrent random changes`() async throws {
        try await withOVSDBServer(schema: .northbound) { server in
            try await withThreeStores(server) { stores in
                var networks: [Network] = []
                for index in 0..<3 {
                    networks.append(try await stores[0].network("n\(index)", "10.0.0.0/26", "10.1.0.0/26"))
                }
                let all = networks
                let told = try await withThrowingTaskGroup(of: [String: Int].self) { group in
                    for client in 0..<24 {
                        group.addTask {
                            var told: [String: Int] = [:]
                            for _ in 0..<20 {
                                let answer = try await act(stores[client % 3], on: all.randomElement()!)
                                told[answer, default: 0] += 1
                            }
                            return told
                        }
                    }
                    return try await group.reduce(into: [:]) { $0.merge($1, uniquingKeysWith: +) }
                }
                // Most changes succeed, and no client sees a lost race.
                #expect(told["done", default: 0] > 150)
                #expect(told["503"] == nil)
                try await stores[0].lookAgain()
                let found = try inconsistencies(stores[0])
                #expect(found.isEmpty, "\(found.prefix(3))")
                // Unreferenced rows are gone: the server has what we see.
                let ids = try await server.control(
                    "ovn-nbctl", "--bare", "--columns=name", "list", "Logical_Switch_Port")
                #expect(ids.split(separator: "\n").count == Array(stores[0].ports()).count)
            }
        }
    }

    /// Makes one random change; returns its outcome.
    private func act(_ store: NetworkStore, on network: Network) async throws -> String {
        do {
            let port = store.snapshot().ports(of: network.id).randomElement()
            let subnet = store.snapshot().subnets(of: network.id).randomElement()
            switch (Int.random(in: 0..<16), port, subnet) {
            case (0, let port?, _): try await store.delete(port.id)
            case (1, let port?, let subnet?):
                _ = try await store.update(port.id, PortUpdate(fixedIPs: [.any(subnet)]))
            case (2, let port?, _):
                _ = try await store.update(
                    port.id,
                    PortUpdate(extraDHCPOptions: [
                        ExtraDHCPOption(name: "mtu", value: [nil, "1000", "1100"][.random(in: 0..<3)])
                    ]))
            case (3, let port?, _):
                _ = try await store.update(port.id, PortUpdate(macAddress: .some(try randomMAC())))
            case (4, let port?, _): try await store.addTags(["\(Int.random(in: 0..<9))"], to: port.id)
            case (5, _, let subnet?):
                _ = try await store.update(subnet.id, SubnetUpdate(enableDHCP: .random()))
            case (6, _, let subnet?):
                let server = IPAddress(subnet.ipVersion, bits: UInt128(Int.random(in: 1..<99)))
                _ = try await store.update(subnet.id, SubnetUpdate(dnsNameservers: [server]))
            case (7, _, _):
                _ = try await store.update(network.id, NetworkUpdate(mtu: .random(in: 1_300...1_400)))
            case (8, _, let subnet?): try await store.delete(subnet.id)
            case (9, _, _):
                _ = try await store.create(
                    Subnet.self,
                    [
                        SubnetCreate(
                            projectID: "p", networkID: network.id,
                            cidr: IPPrefix(literal: ["10.2.0.0/26", "10.0.0.0/26", "fd00::/64"][.random(in: 0..<3)]))
                    ])
            case (10, _, _):
                _ = try await store.create(
                    Subnet.self,
                    [
                        SubnetCreate(
                            projectID: "p", networkID: network.id, cidr: IPPrefix(literal: "fd01::/64"),
                            ipv6AddressMode: .slaac)
                    ])
            case (11, let port?, _):
                let pair = AllowedAddressPair(
                    address: store.snapshot().ports(of: network.id)[0].fixedIPs.first?.ipAddress
                        ?? IPAddress(literal: "10.0.0.9"))
                _ = try await store.update(port.id, PortUpdate(allowedAddressPairs: Bool.random() ? [] : [pair]))
            default: _ = try await store.port(network)
            }
            return "done"
        } catch let error as NeutronError {
            return "\(error.status)"
        }
    }

    private func randomMAC() throws -> MACAddress {
        try #require(MACAddress(bits: 0x0200_0000_0000 | .random(in: 0..<1 << 20)))
    }

    /// The inconsistencies found.
    private func inconsistencies(_ store: NetworkStore) throws -> [String] {
        let snapshot = store.snapshot()
        var found: [String] = []
        for network in snapshot.networks {
            let ports = snapshot.ports(of: network.id)
            let addresses = ports.flatMap(\.addresses)
            if Set(addresses).count != addresses.count { found.append("an address twice on \(network.name)") }
            if Set(ports.map(\.macAddress)).count != ports.count { found.append("a MAC twice on \(network.name)") }
            let subnets = snapshot.subnets(of: network.id)
            for subnet in subnets {
                if subnets.contains(where: { $0.id != subnet.id && $0.cidr.overlaps(subnet.cidr) }) {
                    found.append("\(subnet.cidr) overlaps")
                }
                let row = try #require(snapshot.dhcpOptions(subnet.id))
                let options = subnet.dhcpOptions(mtu: network.mtu, keeping: row.options, store.configuration)
                if options != row.options {
                    found.append("options of \(subnet.cidr): \(row.options), should be \(options)")
                }
            }
        }
        for port in snapshot.ports {
            // Rewriting the port would change nothing.
            var draft = Draft(
                snapshot, committed: snapshot.northbound, configuration: store.configuration,
                time: Timestamp(seconds: 0))
            let row = try #require(snapshot.logicalSwitchPort(port.id))
            if row.addressesInUse.count != port.fixedIPs.count {
                found.append("port \(port.id) has an address of no subnet")
            }
            try draft.rewrite(row, as: port)
            let changes = draft.operations.filter { !$0.isWait }
            if !changes.isEmpty { found.append("port \(port.id) lacks \(changes)") }
        }
        for row in snapshot.northbound[Northbound.DHCPOptions.self] {
            if let network = row.allocationNetworkID, snapshot.logicalSwitch(network) == nil {
                found.append("allocations of no network: \(row)")
            }
            guard let id = row.portID else { continue }
            let port = snapshot.logicalSwitchPort(id)
            if port?.dhcpv4Options != row.id, port?.dhcpv6Options != row.id {
                found.append("unreferenced options: \(row)")
            }
        }
        return found
    }
}
