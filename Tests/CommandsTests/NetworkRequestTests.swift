import Deadlines
import HostSetup
import NetAddress
import NeutronAPI
import Testing

@testable import Commands

struct NetworkRequestTests {
    static func prefix(_ text: String) throws -> IPPrefix { try #require(IPPrefix(text)) }
    static func address(_ text: String) throws -> IPAddress { try #require(IPAddress(text)) }

    func request(
        _ cidrs: [String], gateways: [NetworkRequest.Gateway] = [], dns: [String] = [], pools: [IPRange] = [],
        mtu: Int? = nil
    ) throws -> NetworkRequest {
        try NetworkRequest(
            name: "ls0", cidrs: cidrs.map(Self.prefix), gateways: gateways, dns: dns.map(Self.address), pools: pools,
            mtu: mtu)
    }

    static func network(mtu: Int = 1442) -> Network {
        Network(
            id: ID(high: 1, low: 1), name: "ls0",
            standard: StandardAttributes(
                projectID: "admin", createdAt: Timestamp(seconds: 0), updatedAt: Timestamp(seconds: 0)),
            mtu: mtu, provider: .init(networkType: "geneve"))
    }

    static func subnet(_ cidr: String, gateway: String?, dns: [String] = []) throws -> Subnet {
        let prefix = try prefix(cidr)
        return Subnet(
            id: ID(high: 2, low: UInt64(truncatingIfNeeded: prefix.network.bits)), networkID: ID(high: 1, low: 1),
            standard: network().standard, cidr: prefix, gatewayIP: try gateway.map(address),
            allocationPools: [prefix.range], dnsNameservers: try dns.map(address))
    }

    @Test func `options go to the subnet they belong to`() throws {
        let pool = try #require(IPRange(try Self.address("10.0.0.10"), try Self.address("10.0.0.20")))
        let request = try request(
            ["10.0.0.0/24", "2001:db8::/64", "10.1.0.0/24"],
            gateways: [.address(try Self.address("2001:db8::ff")), .address(try Self.address("10.0.0.254"))],
            dns: ["10.0.0.53", "2001:db8::53"], pools: [pool])
        let subnets = request.subnets
        #expect(subnets[0].gateway == .value(try Self.address("10.0.0.254")))
        #expect(subnets[1].gateway == .value(try Self.address("2001:db8::ff")))
        #expect(subnets[2].gateway == .absent)
        #expect(subnets.map { $0.pools.count } == [1, 0, 0])
        #expect(subnets.map { $0.dns.count } == [1, 1, 1])
    }

    @Test func `no gateway at all can be asked for`() throws {
        #expect(
            try request(["10.0.0.0/24", "2001:db8::/64"], gateways: [.none]).subnets.map(\.gateway) == [.null, .null])
    }

    @Test func `what belongs nowhere is usage and named`() throws {
        let outside = try #require(IPRange(try Self.address("10.0.0.250"), try Self.address("10.0.1.5")))
        let attempts: [(String, () throws -> NetworkRequest)] = [
            ("10.1.0.1", { try request(["10.0.0.0/24"], gateways: [.address(try Self.address("10.1.0.1"))]) }),
            ("2001:db8::53", { try request(["10.0.0.0/24"], dns: ["2001:db8::53"]) }),
            ("10.0.0.250-10.0.1.5", { try request(["10.0.0.0/24"], pools: [outside]) }),
            ("overlaps", { try request(["10.0.0.0/24", "10.0.0.0/25"]) }),
            (
                "a gateway already",
                {
                    try request(
                        ["10.0.0.0/24"],
                        gateways: [.address(try Self.address("10.0.0.1")), .address(try Self.address("10.0.0.2"))])
                }
            ),
            ("none", { try request(["10.0.0.0/24"], gateways: [.none, .address(try Self.address("10.0.0.2"))]) }),
        ]
        for (word, attempt) in attempts {
            let error = #expect(throws: HostError.self) { try attempt() }
            #expect(error?.code == .usage)
            #expect(error?.message.contains(word) == true)
        }
    }

    @Test func `a name that is free is created`() throws {
        #expect(try request(["10.0.0.0/24"]).plan(existing: [], subnets: []) == .createNetwork)
    }

    @Test func `repeating a command that was done changes nothing`() throws {
        let request = try request(["10.0.0.0/24", "2001:db8::/64"])
        let subnets = [
            try Self.subnet("2001:db8::/64", gateway: "2001:db8::1"),
            try Self.subnet("10.0.0.0/24", gateway: "10.0.0.1"),
        ]
        #expect(try request.plan(existing: [Self.network()], subnets: subnets) == .nothing(Self.network()))
    }

    @Test func `repeating a command that was cut short adds the subnets that are missing`() throws {
        let request = try request(["10.0.0.0/24", "2001:db8::/64"])
        let plan = try request.plan(
            existing: [Self.network()], subnets: [try Self.subnet("10.0.0.0/24", gateway: "10.0.0.1")])
        #expect(plan == .completeSubnets(Self.network(), [request.subnets[1]]))
    }

    @Test func `a name that stands for another network is refused and the difference named`() throws {
        let network = Self.network()
        let attempts: [(String, () throws -> NetworkRequest.Action)] = [
            ("MTU is 1442", { try request(["10.0.0.0/24"], mtu: 1400).plan(existing: [network], subnets: []) }),
            (
                "subnet 10.9.0.0/24",
                {
                    try request(["10.0.0.0/24"]).plan(
                        existing: [network], subnets: [try Self.subnet("10.9.0.0/24", gateway: nil)])
                }
            ),
            (
                "no gateway",
                {
                    try request(["10.0.0.0/24"], gateways: [.address(try Self.address("10.0.0.1"))]).plan(
                        existing: [network], subnets: [try Self.subnet("10.0.0.0/24", gateway: nil)])
                }
            ),
            (
                "gateway 10.0.0.1",
                {
                    try request(["10.0.0.0/24"], gateways: [.none]).plan(
                        existing: [network], subnets: [try Self.subnet("10.0.0.0/24", gateway: "10.0.0.1")])
                }
            ),
            (
                "name servers",
                {
                    try request(["10.0.0.0/24"], dns: ["10.0.0.53"]).plan(
                        existing: [network], subnets: [try Self.subnet("10.0.0.0/24", gateway: nil)])
                }
            ),
            ("2 networks", { try request(["10.0.0.0/24"]).plan(existing: [network, network], subnets: []) }),
        ]
        for (word, attempt) in attempts {
            let error = #expect(throws: HostError.self) { try attempt() }
            #expect(error?.code == .refused)
            #expect(error?.message.contains(word) == true, "\(error?.message ?? "")")
        }
    }
}
