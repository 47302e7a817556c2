import NetAddress
import NeutronAPI
import OVNModel
import OVSDB
import OVSDBClient
import TestServers
import Testing

@testable import NetworkStore

/// The ACLs that drop what only routers, DHCP servers and network equipment send.
@Suite struct RuleTests {
    @Test func `a network has one rule, an ordinary port none`() throws {
        var ledger = Ledger()
        let network = try ledger.network()
        let rule = try #require(ledger.snapshot.infrastructureRule(of: network.id))
        #expect((rule.action, rule.direction, rule.priority) == ("drop", "from-lport", 2_000))
        #expect(!rule.match.contains("inport"))
        #expect(ledger.snapshot.hasRules(ledger.row(network)))
        let port = try ledger.port(network)
        #expect(rules(ledger).count == 1)
        #expect(!touchesRules(ledger.operations))
        _ = try ledger.update(port, PortUpdate(name: "n", deviceID: "d", deviceOwner: "compute:docker"))
        #expect(!touchesRules(ledger.operations))
        try ledger.change { try $0.delete(port.id, nil) }
        #expect(!touchesRules(ledger.operations))
    }

    @Test func `a port is exempt while its port security is off`() throws {
        var ledger = Ledger()
        let network = try ledger.network()
        let port = try ledger.port(network) { $0.portSecurityEnabled = false }
        let exemption = try #require(ledger.snapshot.exemption(of: port.id))
        #expect((exemption.action, exemption.match) == ("allow", "inport == \"\(port.id)\""))
        #expect(exemption.priority > ledger.snapshot.infrastructureRule(of: network.id)?.priority ?? .max)
        _ = try ledger.update(port, PortUpdate(portSecurityEnabled: true))
        #expect(ledger.snapshot.exemption(of: port.id) == nil)
        _ = try ledger.update(port, PortUpdate(portSecurityEnabled: false))
        #expect(ledger.snapshot.exemption(of: port.id) != nil)
        try ledger.change { try $0.delete(port.id, nil) }
        #expect(rules(ledger).count == 1)
    }

    @Test func `the network's own devices are exempt, floating IPs are not`() throws {
        var ledger = Ledger()
        let network = try ledger.network()
        for (owner, isExempt) in [
            ("network:dhcp", true), ("network:router_interface", true), ("network:router_gateway", true),
            ("network:distributed", true), ("network:floatingip", false), ("compute:docker", false), ("", false),
        ] {
            let port = try ledger.port(network) { $0.deviceOwner = owner }
            #expect((ledger.snapshot.exemption(of: port.id) != nil) == isExempt, "\(owner)")
        }
        let port = try ledger.port(network)
        _ = try ledger.update(port, PortUpdate(deviceOwner: "network:dhcp"))
        #expect(ledger.snapshot.exemption(of: port.id) != nil)
        _ = try ledger.update(port, PortUpdate(deviceOwner: "compute:docker"))
        #expect(ledger.snapshot.exemption(of: port.id) == nil)
    }

    @Test func `ports of a network without port security are exempt unless they enable it`() throws {
        var ledger = Ledger()
        let network = try ledger.network(NetworkCreate(projectID: "p", portSecurityEnabled: false))
        let (open, secured) = (try ledger.port(network), try ledger.port(network) { $0.portSecurityEnabled = true })
        #expect(ledger.snapshot.exemption(of: open.id) != nil)
        #expect(ledger.snapshot.exemption(of: secured.id) == nil)
    }

    @Test func `a foreign network gets no rules`() throws {
        var ledger = Ledger()
        var row = Northbound.LogicalSwitch(id: .random())
        let id = ID<Network>.random()
        row.name = NetworkLayout.switchName(id)
        row.externalIDs[Layout.revision] = 1
        ledger.replica = try ledger.replica.applying([.insert(row)])
        #expect(ledger.snapshot.hasRules(row))
        let network = try #require(ledger.snapshot.network(id))
        _ = try ledger.port(network) { $0.portSecurityEnabled = false }
        _ = try ledger.port(network)
        #expect(rules(ledger).isEmpty)
    }

    @Test func `an operator's additions to a rule stay, changes are reverted`() throws {
        var ledger = Ledger()
        let network = try ledger.network()
        var row = try #require(ledger.snapshot.infrastructureRule(of: network.id))
        row.match = "0"
        ledger.replica = try ledger.replica.applying([.update(row, columns: [.match])])
        #expect(!ledger.snapshot.hasRules(ledger.row(network)))
        try ledger.change { try $0.ensureRules(of: network.id) }
        #expect(ledger.snapshot.hasRules(ledger.row(network)))
        #expect(ledger.operations.count == 1)
    }

    @Test func `rules are deleted with their network`() async throws {
        try await withOVSDBServer(schema: .northbound) { server in
            try await withStore(server) { store in
                let network = try await store.network("n", "10.0.0.0/24")
                let port = try await store.port(network) { $0.portSecurityEnabled = false }
                #expect(try await rows(server).count == 2)
                try await store.delete(port.id)
                #expect(try await rows(server) == [RowID(ofRuleFor: network.id).description])
                try await store.delete(network.id)
                #expect(try await rows(server) == [])
            }
        }
    }

    @Test func `several replicas add the rules of an earlier release's networks concurrently`() async throws {
        try await withOVSDBServer(schema: .northbound) { server in
            try await withThreeStores(server) { stores in
                var expected: Set<String> = []
                for number in 0..<20 {
                    let network = try await stores[0].network("n\(number)", "10.0.0.0/24")
                    let open = try await stores[0].port(network) { $0.portSecurityEnabled = false }
                    _ = try await stores[0].port(network)
                    expected.formUnion([
                        RowID(ofRuleFor: network.id).description, RowID(ofRuleFor: open.id).description,
                    ])
                    try await server.control("ovn-nbctl", "clear", "Logical_Switch", "neutron-\(network.id)", "acls")
                }
                for store in stores { try await store.lookAgain() }
                #expect(try await rows(server) == [])
                let counts = try await withThrowingTaskGroup(of: Int.self) { group in
                    for store in stores { group.addTask { try await store.updateRules() } }
                    return try await group.reduce(0, +)
                }
                #expect(counts >= 20)
                #expect(try await Set(rows(server)) == expected)
                for store in stores { try await store.lookAgain() }
                for store in stores { #expect(try await store.updateRules() == 0) }
            }
        }
    }

    @Test func `a network of an earlier release gets its rule with its next port`() async throws {
        try await withOVSDBServer(schema: .northbound) { server in
            try await withThreeStores(server) { stores in
                let network = try await stores[0].network("n", "10.0.0.0/24")
                try await server.control("ovn-nbctl", "clear", "Logical_Switch", "neutron-\(network.id)", "acls")
                for store in stores { try await store.lookAgain() }
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for store in stores {
                        for _ in 0..<10 { group.addTask { _ = try await store.port(network) } }
                    }
                    try await group.waitForAll()
                }
                #expect(try await rows(server) == [RowID(ofRuleFor: network.id).description])
            }
        }
    }

    private func rules(_ ledger: Ledger) -> [Northbound.ACL] {
        ledger.replica[Northbound.ACL.self].filter { $0.externalIDs[RuleLayout.networkID] != nil }
    }

    private func touchesRules(_ operations: [OVSDB.Operation]) -> Bool {
        operations.contains { operation in
            switch operation {
            case .insertRow(let row): row is Northbound.ACL
            case .deleteRow(from: "ACL", _): true
            case .mutateRow(in: "Logical_Switch", _, let mutations): mutations.contains { $0.column != "ports" }
            case .wait(on: "ACL", _, _, _, _, _): true
            default: false
            }
        }
    }

    private func rows(_ server: OVSDBServer) async throws -> [String] {
        try await server.control("ovn-nbctl", "--bare", "--columns=_uuid", "list", "ACL").split(separator: "\n")
            .map(String.init)
    }
}
