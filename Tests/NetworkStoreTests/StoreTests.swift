import JSONCoding
import NetAddress
import NeutronAPI
import OVNModel
import OVSDB
import OVSDBClient
import TestServers
import Testing

@testable import NetworkStore

@Suite(.timeLimit(.minutes(3)))
struct StoreTests {
    @Test func `a write through one replica is read through another at once`() async throws {
        try await withOVSDBServer(schema: .northbound) { server in
            try await withThreeStores(server) { stores in
                for round in 0..<20 {
                    let network = try await stores[round % 3].network("n\(round)")
                    let next = stores[(round + 1) % 3]
                    #expect(try await next.find(network.id) == network)
                    let subnet = try await next.create(
                        Subnet.self,
                        [
                            SubnetCreate(projectID: "p", networkID: network.id, cidr: IPPrefix("10.0.0.0/24")!)
                        ])[0]
                    let port = try await stores[(round + 2) % 3].port(network)
                    #expect(port.fixedIPs.map(\.subnetID) == [subnet.id])
                    #expect(try await stores[round % 3].find(port.id) == port)
                    try await stores[round % 3].delete(port.id)
                    // The subnet is free again, though this replica may still have the port.
                    try await next.delete(subnet.id)
                    try await stores[(round + 2) % 3].delete(network.id)
                    try await stores[round % 3].lookAgain()
                    await #expect(throws: NeutronError.networkNotFound(network.id)) {
                        try await stores[round % 3].find(network.id)
                    }
                }
            }
        }
    }

    @Test func `a failed bulk request changes nothing`() async throws {
        try await withOVSDBServer(schema: .northbound) { server in
            try await withStore(server) { store in
                let network = try await store.network("n", "10.0.0.0/29")
                let request = PortCreate(projectID: "p", networkID: network.id)
                await #expect(throws: NeutronError.ipAddressGenerationFailure(network.id)) {
                    try await store.create(Port.self, Array(repeating: request, count: 6))
                }
                #expect(Array(store.ports()).isEmpty)
                let ports = try await store.create(Port.self, Array(repeating: request, count: 5))
                #expect(Set(ports.flatMap(\.addresses)).count == 5)
                #expect(Set(store.ports()) == Set(ports))
                let listed = try await server.control(
                    "ovn-nbctl", "--bare", "--columns=name", "list", "Logical_Switch_Port")
                #expect(listed.split(separator: "\n").count == 5)
            }
        }
    }

    @Test func `concurrent requests share transactions and get distinct addresses`() async throws {
        try await withOVSDBServer(schema: .northbound) { server in
            try await withStore(server) { store in
                let network = try await store.network("n", "10.0.0.0/24", "fd00::/64")
                let ports = try await withThrowingTaskGroup(of: Port.self) { group in
                    for _ in 0..<253 { group.addTask { try await store.port(network) } }
                    return try await group.reduce(into: []) { $0.append($1) }
                }
                #expect(Set(ports.flatMap(\.addresses)).count == 506)
                #expect(Set(ports.map(\.macAddress)).count == 253)
                #expect(Set(store.ports()) == Set(ports))
                await #expect(throws: NeutronError.ipAddressGenerationFailure(network.id)) {
                    try await store.port(network)
                }
            }
        }
    }

    @Test func `three replicas fill a pool together and allocate no address twice`() async throws {
        try await withOVSDBServer(schema: .northbound) { server in
            try await withThreeStores(server) { stores in
                let network = try await stores[0].network("n", "10.0.0.0/25")
                let outcomes = await withTaskGroup(of: Result<Port, any Error>.self) { group in
                    for index in 0..<200 {
                        group.addTask {
                            do { return .success(try await stores[index % 3].port(network)) } catch {
                                return .failure(error)
                            }
                        }
                    }
                    return await group.reduce(into: []) { $0.append($1) }
                }
                var given: [String] = []
                for outcome in outcomes {
                    switch outcome {
                    case .success(let port): given += port.addresses
                    case .failure(let error):
                        #expect(error as? NeutronError == .ipAddressGenerationFailure(network.id))
                    }
                }
                #expect(given.count == 125)
                #expect(Set(given).count == 125)
                for store in stores {
                    try await store.lookAgain()
                    #expect(Set(store.ports().flatMap(\.addresses)) == Set(given))
                }
            }
        }
    }

    @Test func `of two requests for one address or MAC one succeeds`() async throws {
        try await withOVSDBServer(schema: .northbound) { server in
            try await withThreeStores(server) { stores in
                let network = try await stores[0].network("n", "10.0.0.0/24")
                let mac = MACAddress("02:00:00:00:00:01")!
                for round in 2..<12 {
                    let winners = await withTaskGroup(of: Int.self) { group in
                        for store in stores {
                            group.addTask {
                                let port = try? await store.port(network) {
                                    $0.fixedIPs = [.address("10.0.0.\(round)")]
                                    if round % 2 == 0 { $0.macAddress = mac }
                                }
                                return port == nil ? 0 : 1
                            }
                        }
                        return await group.reduce(0, +)
                    }
                    #expect(winners == 1)
                    if round % 2 == 0 {
                        try await stores[0].lookAgain()
                        for port in stores[0].ports() where port.macAddress == mac {
                            try await stores[1].delete(port.id)
                        }
                    }
                }
            }
        }
    }

    @Test func `no concurrent change of a port is lost`() async throws {
        try await withOVSDBServer(schema: .northbound) { server in
            try await withThreeStores(server) { stores in
                let network = try await stores[0].network("n", "10.0.0.0/24")
                let port = try await stores[0].port(network)
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for index in 0..<30 {
                        group.addTask { try await stores[index % 3].addTags(["tag-\(index)"], to: port.id) }
                    }
                    try await group.waitForAll()
                }
                try await stores[1].lookAgain()
                let changed = try await stores[1].find(port.id)
                #expect(changed.standard.tags == (0..<30).map { "tag-\($0)" }.sorted())
                #expect(changed.standard.revision == 31)
                await #expect(throws: NeutronError.revisionNumberConstraintFailed(expected: 1, current: 31)) {
                    try await stores[2].update(port.id, PortUpdate(name: "late"), ifRevision: 1)
                }
            }
        }
    }

    @Test func `the server's rows match the planned ones`() async throws {
        try await withOVSDBServer(schema: .northbound) { server in
            try await withStore(server) { store in
                let network = try await store.network("n", "10.0.0.0/24", "10.0.1.0/24")
                let subnet = try #require(store.subnets().first { $0.cidr == IPPrefix("10.0.0.0/24") })
                var port = try await store.port(network) {
                    $0.extraDHCPOptions = [ExtraDHCPOption(name: "mtu", value: "1200")]
                }
                #expect(try await store.find(port.id) == port)
                port = try await store.update(
                    port.id,
                    PortUpdate(
                        name: "ö\"\\", fixedIPs: [.any(subnet), .address("10.0.1.9")],
                        extraDHCPOptions: [ExtraDHCPOption(name: "router", value: "10.0.0.9")],
                        profile: ["a": ["b": [1, .number(2.5), nil, true]]]))
                #expect(try await store.find(port.id) == port)
                let changed = try await store.update(
                    subnet.id, SubnetUpdate(gatewayIP: .null, hostRoutes: [], enableDHCP: false))
                #expect(try await store.find(subnet.id) == changed)
                #expect(store.snapshot().logicalSwitchPort(port.id)?.dhcpv4Options != nil)  // the other subnet's
                let slaac = try await store.create(
                    Subnet.self,
                    [
                        SubnetCreate(
                            projectID: "p", networkID: network.id, cidr: IPPrefix("fd00::/64")!, ipv6RAMode: .slaac,
                            ipv6AddressMode: .slaac)
                    ])[0]
                #expect(try await store.find(port.id).fixedIPs.last?.subnetID == slaac.id)
                #expect(try await store.find(network.id).subnets.count == 3)
                try await store.setTags(["x"], of: slaac.id)
                #expect(try await store.find(slaac.id).standard.tags == ["x"])
                try await store.delete(port.id)
                try await store.delete(network.id)
                for table in ["Logical_Switch", "Logical_Switch_Port", "DHCP_Options"] {
                    #expect(try await server.control("ovn-nbctl", "--bare", "list", table) == "")
                }
            }
        }
    }

    @Test func `foreign rows stay unchanged`() async throws {
        try await withOVSDBServer(schema: .northbound) { server in
            let stranger = "neutron-11111111-2222-4333-8444-555555555555"
            try await server.control("ovn-nbctl", "ls-add", stranger)
            try await server.control("ovn-nbctl", "lsp-add", stranger, "11111111-2222-4333-8444-666666666666")
            try await withStore(server) { store in
                #expect(Array(store.networks()).isEmpty)
                #expect(Array(store.ports()).isEmpty)
                let id = ID<Network>("11111111-2222-4333-8444-555555555555")!
                await #expect(throws: NeutronError.networkNotFound(id)) { try await store.delete(id) }
                await #expect(throws: NeutronError.networkNotFound(id)) {
                    try await store.create(Port.self, [PortCreate(projectID: "p", networkID: id)])
                }
            }
            #expect(
                try await server.control("ovn-nbctl", "lsp-list", stranger).contains(
                    "11111111-2222-4333-8444-666666666666"))
        }
    }

    @Test func `a foreign external_ids key in our row survives a change`() async throws {
        try await withOVSDBServer(schema: .northbound) { server in
            try await withStore(server) { store in
                let network = try await store.network("n", "10.0.0.0/24")
                let port = try await store.port(network)
                try await server.control(
                    "ovn-nbctl", "set", "Logical_Switch_Port", "\(port.id)", "external_ids:their-key=1",
                    "options:their-option=2")
                _ = try await store.update(port.id, PortUpdate(name: "new", hostID: "h"))
                let row = try #require(store.snapshot().logicalSwitchPort(port.id))
                #expect(row.externalIDs["their-key"] == "1")
                #expect(row.options["their-option"] == "2")
                #expect(row.externalIDs["neutron:port_name"] == "new")
            }
        }
    }

    @Test func `an unavailable database is reported and recovered from`() async throws {
        try await withOVSDBServer(schema: .northbound) { server in
            try await withStore(server, { $0.changeTimeout = .seconds(1) }) { store in
                let network = try await store.network("n", "10.0.0.0/24")
                await server.kill()
                let error = await #expect(throws: NeutronError.self) { try await store.port(network) }
                // It depends on whether the request had been sent when the server died.
                let expected = error?.status == 504 ? "safe" : "Nothing was changed"
                #expect(error?.status == 503 || error?.status == 504)
                #expect(error?.message.contains(expected) == true)
                // Reads still work.
                #expect(try await store.find(network.id).name == "n")
                try await server.launch()
                try await store.northbound.ready(within: .seconds(20))
                #expect(try await store.port(network).fixedIPs.count == 1)
            }
        }
    }

    @Test func `a change interrupted by a server crash happens once or is retryable`() async throws {
        try await withOVSDBServer(schema: .northbound) { server in
            try await withStore(server) { store in
                let network = try await store.network("n", "10.0.0.0/16")
                let outcomes = try await withThrowingTaskGroup(of: Result<Port, any Error>?.self) { group in
                    group.addTask {
                        for _ in 0..<5 {
                            await server.kill()
                            try await server.launch()
                            try await store.northbound.ready(within: .seconds(20))
                        }
                        return nil
                    }
                    for worker in 0..<16 {
                        group.addTask {
                            var last: Result<Port, any Error>?
                            for round in 0..<20 {
                                do {
                                    last = .success(try await store.port(network) { $0.name = "\(worker)-\(round)" })
                                } catch {
                                    last = .failure(error)
                                    #expect([503, 504].contains((error as? NeutronError)?.status))
                                }
                            }
                            return last
                        }
                    }
                    return try await group.reduce(into: []) { if let outcome = $1 { $0.append(outcome) } }
                }
                #expect(outcomes.count == 16)
                try await store.lookAgain()
                // A retried change is there once.
                let names = store.ports().map(\.name)
                #expect(Set(names).count == names.count)
                let addresses = store.ports().flatMap(\.addresses)
                #expect(Set(addresses).count == addresses.count)
            }
        }
    }
}
