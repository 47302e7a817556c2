import HostNetwork
import NetAddress
import Testing

@testable import HostEndpoints
@testable import HostSetup

@Suite struct SubnetCheckTests {
    @Test(arguments: [
        "127.0.0.0/8", "127.5.0.0/16", "0.0.0.0/8", "0.0.0.0/0", "169.254.7.0/24", "224.0.0.0/24", "239.1.0.0/16",
        "240.0.0.0/8", "255.255.255.0/24", "126.0.0.0/7", "::/64", "::1/128", "::ffff:a00:0/104", "fe80::/64",
        "ff02::/16",
    ])
    func `a subnet that no container can have is refused, whoever has it`(text: String) throws {
        let subnet = try #require(IPPrefix(text))
        let error = #expect(throws: HostError.self) { try SubnetCheck.check(subnet) }
        #expect(error?.code == .usage)
        #expect(error?.message.hasPrefix("subnet \(subnet) overlaps ") == true)
    }

    @Test(arguments: [
        "10.1.0.0/16", "192.168.1.0/24", "172.18.0.0/16", "100.64.0.0/10", "203.0.113.0/24", "fd00:1::/64",
        "2001:db8::/64", "64:ff9b::/96",
    ])
    func `any other is not`(text: String) throws {
        try SubnetCheck.check(try #require(IPPrefix(text)))
    }

    static let taken: [NearPrefix] = [
        ("10.77.0.0/24", "eth0", false), ("10.77.0.11/32", "lo", false), ("172.18.0.0/16", "docker_gwbridge", true),
    ]
    .map { NearPrefix(IPPrefix(literal: $0), interface: $1, isBridge: $2) }

    @Test(arguments: [
        ("10.77.0.0/24", "10.77.0.0/24", "eth0"), ("10.77.0.128/25", "10.77.0.0/24", "eth0"),
        ("10.0.0.0/8", "10.77.0.0/24", "eth0"), ("172.16.0.0/12", "172.18.0.0/16", "docker_gwbridge"),
    ])
    func `a subnet that the host has itself is refused with both values`(text: String, other: String, interface: String)
        throws
    {
        let subnet = try #require(IPPrefix(text))
        let error = #expect(throws: HostError.self) { try SubnetCheck.check(subnet, beside: Self.taken) }
        let message =
            "subnet \(text) overlaps \(other), which this host reaches through its interface \(interface): "
            + "containers could not tell the two apart; choose another subnet, or give \(interface) another one"
        #expect(error?.message.hasPrefix(message) == true)
        // Who may replace it is told how.
        #expect(error?.message.contains("docker network rm docker_gwbridge") == (interface == "docker_gwbridge"))
    }

    @Test func `a network whose subnet the engine has given to docker_gwbridge since is refused with both`() throws {
        let taken = [try #require(IPPrefix("172.18.0.0/16"))]
        func check(_ subnet: String) throws {
            try SubnetCheck.check(
                [try #require(IPPrefix("10.1.0.0/16")), try #require(IPPrefix(subnet))], of: "blue",
                besideGatewayBridge: taken)
        }
        try check("172.19.0.0/16")
        let error = #expect(throws: HostError.self) { try check("172.18.4.0/24") }
        #expect(
            error?.message.hasPrefix("network \"blue\" has the subnet 172.18.4.0/24, and docker_gwbridge") == true
                && error?.message.contains(", 172.18.0.0/16: give docker_gwbridge another one") == true)
    }

    @Test(arguments: ["10.78.0.0/16", "172.19.0.0/16", "fd00::/64"])
    func `a subnet beside the host's is not`(text: String) throws {
        try SubnetCheck.check(try #require(IPPrefix(text)), beside: Self.taken)
    }

    @Test func `a kernel without IPv6 takes no network with it`() throws {
        try SubnetCheck.checkIPv6(of: "blue", mtu: 1280)
        let error = #expect(throws: HostError.self) {
            try SubnetCheck.checkIPv6(of: "blue", mtu: 1442, hasIPv6: false)
        }
        #expect(
            error?.message
                == "network \"blue\" has IPv6 addresses, and this host's kernel has no IPv6 (ipv6.disable=1): "
                + "make the network without --ipv6 here, or start the kernel with IPv6")
    }
}
