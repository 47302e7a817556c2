import DHCPOptions
import JSONCoding
import NetAddress
import NeutronAPI
import OVNModel
import OVSDB
import TestServers
import Testing

@testable import NetworkStore

/// Names of ports, and the rows of the table `DNS` that OVN answers from.
@Suite(.timeLimit(.minutes(2)))
struct NameTests {
    @Test func `a used port has the records that ML2/OVN writes`() async throws {
        try await withOVSDBServer(schema: .northbound) { server in
            try await withStore(server, { $0.dnsDomain = DomainName("Example.org") }) { store in
                var network = try await store.network("n", "10.0.0.0/24", "fd00::/64")
                network = try await store.update(network.id, NetworkUpdate(dnsDomain: "blue.test."))
                #expect(network.dnsDomain == "blue.test.")
                let port = try await store.port(network) {
                    $0.fixedIPs = [.address("10.0.0.5"), .address("fd00::5")]
                    $0.dnsName = "web"
                }
                #expect(port.names?.qualifiedName == "web.example.org.")
                #expect(try await names(server) == nil)

                _ = try await store.update(port.id, PortUpdate(deviceID: "vm"))
                let pointer = "5" + String(repeating: ".0", count: 27) + ".0.0.d.f.ip6.arpa"
                #expect(
                    try await names(server) == [
                        "web": "10.0.0.5 fd00::5", "web.example.org": "10.0.0.5 fd00::5",
                        "web.blue.test": "10.0.0.5 fd00::5", "5.0.0.10.in-addr.arpa": "web.example.org",
                        pointer: "web.example.org",
                    ])
                let row = try #require(store.snapshot().names(of: network.id))
                #expect(row.externalIDs.dictionary == ["ls_name": "neutron-\(network.id)"])
                let reference = try await server.control(
                    "ovn-nbctl", "get", "Logical_Switch", "neutron-\(network.id)", "dns_records")
                #expect(reference.contains(row.id.description))

                _ = try await store.update(port.id, PortUpdate(fixedIPs: [.address("10.0.0.9")], dnsName: "db"))
                _ = try await store.update(network.id, NetworkUpdate(dnsDomain: ""))
                #expect(
                    try await names(server) == [
                        "db": "10.0.0.9", "db.example.org": "10.0.0.9", "9.0.0.10.in-addr.arpa": "db.example.org",
                    ])
                try await store.delete(port.id)
                #expect(try await names(server) == [:])
                try await store.delete(network.id)
                #expect(try await names(server) == nil)
            }
        }
    }

    @Test func `ports of one name share its record`() async throws {
        try await withOVSDBServer(schema: .northbound) { server in
            try await withStore(server) { store in
                let network = try await store.network("n", "10.0.0.0/24")
                let other = try await store.network("other", "10.0.0.0/24")
                var ports: [Port] = []
                for (address, name) in [("10.0.0.4", "web"), ("10.0.0.5", "web.openstacklocal."), ("10.0.0.6", "web")] {
                    ports.append(
                        try await store.port(network) {
                            $0.fixedIPs = [.address(address)]
                            $0.dnsName = name
                            $0.deviceID = "vm"
                        })
                }
                func shared(_ name: String) async throws -> Set<Substring>? {
                    try await names(server)?[name].map { Set($0.split(separator: " ")) }
                }
                #expect(try await shared("web") == ["10.0.0.4", "10.0.0.6"])
                #expect(try await shared("web.openstacklocal") == ["10.0.0.4", "10.0.0.5", "10.0.0.6"])
                try await store.delete(ports[0].id)
                #expect(try await shared("web") == ["10.0.0.6"])
                _ = try await store.update(ports[2].id, PortUpdate(deviceID: ""))
                #expect(try await shared("web") == nil)
                #expect(try await shared("web.openstacklocal") == ["10.0.0.5"])
                _ = try await store.update(ports[1].id, PortUpdate(dnsName: ""))
                #expect(try await names(server) == [:])
                #expect(store.snapshot().names(of: other.id) == nil)
            }
        }
    }

    @Test func `a subport has its name while it is carried`() async throws {
        try await withOVSDBServer(schema: .northbound) { server in
            try await withStore(server) { store in
                let network = try await store.network("n", "10.0.0.0/24", "10.0.1.0/24")
                let parent = try await store.port(network)
                let port = try await store.port(network) {
                    $0.fixedIPs = [.address("10.0.0.5")]
                    $0.dnsName = "sub"
                }
                let trunk = try await store.create(
                    Trunk.self,
                    [
                        TrunkCreate(
                            projectID: "p", portID: parent.id,
                            subports: [SubportRequest(portID: port.id, segmentation: .vlan(7))])
                    ])[0]
                #expect(try await names(server)?["sub"] == "10.0.0.5")
                _ = try await store.removeSubports([port.id], from: trunk.id)
                #expect(try await names(server) == [:])
            }
        }
    }

    @Test func `records are right after concurrent changes through three replicas`() async throws {
        try await withOVSDBServer(schema: .northbound) { server in
            try await withThreeStores(server) { stores in
                let network = try await stores[0].network("n", "10.0.0.0/24")
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for client in 0..<12 {
                        group.addTask {
                            let store = stores[client % 3]
                            for round in 0..<8 {
                                let port = try await store.port(network) {
                                    $0.dnsName = "name\(client % 2)"
                                    $0.deviceID = "vm"
                                }
                                switch round % 4 {
                                case 0: try await store.delete(port.id)
                                case 1: _ = try await store.update(port.id, PortUpdate(dnsName: "name\(round)"))
                                case 2: _ = try await store.update(port.id, PortUpdate(deviceID: ""))
                                default: break
                                }
                            }
                        }
                    }
                    try await group.waitForAll()
                }
                try await stores[0].lookAgain()
                let snapshot = stores[0].snapshot()
                let row = try #require(snapshot.logicalSwitch(network.id))
                let expected = stores[0].configuration.nameDomains(of: row).records(
                    of: snapshot.portRows(of: network.id).compactMap { NamedPort($0) })
                #expect(expected.count > 10)
                #expect(try await names(server) == expected)
            }
        }
    }

    @Test func `a port without a name costs nothing, and one with a name only its own records`() throws {
        var ledger = Ledger()
        let network = try ledger.network()
        _ = try ledger.subnet(network, "10.0.0.0/16")
        _ = try ledger.port(network) { $0.deviceID = "vm" }
        let plain = ledger.operations.count
        for number in 0..<200 {
            _ = try ledger.port(network) {
                $0.dnsName = "p\(number)"
                $0.deviceID = "vm"
            }
        }
        #expect(ledger.operations.count == plain + 1)
        guard case .mutateRow("DNS", _, let mutations)? = ledger.operations.last(where: { !$0.isWait }) else {
            Issue.record("\(ledger.operations)")
            return
        }
        #expect(mutations.map(\.mutator) == [.delete, .insert])
        #expect(mutations.last?.value.pairs?.count == 3)
        let unused = try ledger.port(network) { $0.dnsName = "unused" }
        #expect(ledger.operations.count == plain)
        try ledger.change { try $0.delete(unused.id, nil as Int?) }
        #expect(ledger.operations.allSatisfy { if case .mutateRow("DNS", _, _) = $0 { false } else { true } })
    }

    @Test func `a port's names survive a round trip`() throws {
        var ledger = Ledger()
        let network = try ledger.network(NetworkCreate(projectID: "p", dnsDomain: "a.test."))
        #expect(ledger.snapshot.network(network.id) == network)
        let port = try ledger.port(network) {
            $0.dnsName = "web"
            $0.dnsDomain = "b.test."
        }
        #expect(port.names == PortDNS(name: "web", domain: "b.test."))
        #expect(ledger.snapshot.port(port.id) == port)
    }

    @Test(
        arguments: [
            ("web.example.org.", nil), ("web", nil), ("", nil), ("web.example.org", nil),
            ("example.org.", "The dns_name passed is a FQDN."), ("web.other.", "The dns_name passed is a FQDN."),
            ("xexample.org.", "The dns_name passed is a FQDN."),
            (String(repeating: "a.", count: 122) + "b", "The dns_name passed is a PQDN and its size is '245'."),
        ] as [(String, String?)])
    func `a name must fit into the service's domain`(_ name: String, _ reason: String?) {
        var configuration = NetworkStoreConfiguration()
        configuration.dnsDomain = DomainName("example.org")
        let error = refusal { try configuration.check(dnsName: name) }
        #expect(error?.type == reason.map { _ in "HTTPBadRequest" })
        #expect(error?.message.hasPrefix("Invalid input for dns_name. Reason: \(reason ?? "")") != false)
    }

    @Test func `addresses have pointers`() throws {
        #expect(IPAddress("10.0.200.5")?.pointerName == "5.200.0.10.in-addr.arpa")
        #expect(
            IPAddress("2001:db8::567:89ab")?.pointerName
                == "b.a.9.8.7.6.5.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa")
    }

    /// The records of the only row of `DNS`; nil where there is none.
    private func names(_ server: OVSDBServer) async throws -> [String: String]? {
        let text = try await server.control("ovn-nbctl", "--format=json", "--columns=records", "list", "DNS")
        let rows = try #require(try JSON(parsing: text.utf8)["data"]?.array)
        #expect(rows.count <= 1)
        guard let pairs = rows.first?.array?.first?.array?.last?.array else { return nil }
        return Dictionary(
            uniqueKeysWithValues: pairs.compactMap { pair in
                pair.array.flatMap { $0.count == 2 ? ($0[0].string ?? "", $0[1].string ?? "") : nil }
            })
    }
}
