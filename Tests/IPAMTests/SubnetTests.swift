import IPAM
import NetAddress
import Testing

@Suite struct SubnetTests {
    @Test(arguments: [
        ("10.0.0.0/24", "10.0.0.1-10.0.0.254"), ("10.0.0.0/30", "10.0.0.1-10.0.0.2"),
        ("10.0.0.0/31", "10.0.0.0-10.0.0.1"),
        ("10.0.0.7/32", "10.0.0.7-10.0.0.7"), ("fd00::/64", "fd00::1-fd00::ffff:ffff:ffff:ffff"),
        ("fd00::/127", "fd00::1-fd00::1"), ("fd00::5/128", "fd00::5-fd00::5"), ("0.0.0.0/0", "0.0.0.1-255.255.255.254"),
    ])
    func `reserved addresses are not assignable`(prefix: String, expected: String) throws {
        #expect(try #require(IPPrefix(prefix)).assignable.description == expected)
    }

    @Test func `a subnet's first host is its gateway, an IPv6 subnet's the anycast address`() {
        #expect(IPPrefix("10.80.0.0/24")!.defaultGateway == IPAddress("10.80.0.1"))
        #expect(IPPrefix("fd00:80::/64")!.defaultGateway == IPAddress("fd00:80::"))
        #expect(IPPrefix("255.255.255.255/32")!.defaultGateway == nil)
    }

    @Test func `only a router may have the anycast address`() {
        let prefix = IPPrefix("fd00::/64")!
        #expect(!prefix.admits(IPAddress("fd00::")!, router: false))
        #expect(prefix.admits(IPAddress("fd00::")!, router: true))
        #expect(!IPPrefix("10.0.0.0/24")!.admits(IPAddress("10.0.0.0")!, router: true))
        #expect(!IPPrefix("10.0.0.0/24")!.admits(IPAddress("10.0.1.1")!, router: true))
    }

    @Test(
        arguments: [
            ("10.80.0.0/24", "10.80.0.1", ["10.80.0.2-10.80.0.254"]),
            ("10.80.0.0/24", "10.80.0.254", ["10.80.0.1-10.80.0.253"]),
            ("10.80.0.0/24", "10.80.0.100", ["10.80.0.1-10.80.0.99", "10.80.0.101-10.80.0.254"]),
            ("10.80.0.0/24", nil, ["10.80.0.1-10.80.0.254"]),
            ("10.80.0.0/24", "192.0.2.1", ["10.80.0.1-10.80.0.254"]),
            ("10.80.0.0/31", nil, ["10.80.0.0-10.80.0.1"]),
            ("10.80.0.0/32", "10.80.0.1", ["10.80.0.0-10.80.0.0"]),
            ("fd00:80::/64", "fd00:80::", ["fd00:80::1-fd00:80::ffff:ffff:ffff:ffff"]),
            ("fd00:80::/64", "fd00:80::1", ["fd00:80::2-fd00:80::ffff:ffff:ffff:ffff"]),
        ] as [(String, String?, [String])])
    func `the default pools are everything but the gateway`(prefix: String, gateway: String?, expected: [String])
        throws
    {
        let pools = AllocationPools.standard(
            for: try #require(IPPrefix(prefix)), gateway: gateway.flatMap { IPAddress($0) })
        #expect(pools.map(\.description) == expected)
    }

    @Test func `pools lie in the subnet, apart from each other and from the gateway`() throws {
        let prefix = IPPrefix("10.0.0.0/24")!
        let (a, b) = (range("10.0.0.10", "10.0.0.20"), range("10.0.0.20", "10.0.0.30"))
        try AllocationPools.check([a], in: prefix, gateway: IPAddress("10.0.0.1"))
        #expect(throws: AllocationPoolError.overlapping(a, b, prefix)) {
            try AllocationPools.check([a, b], in: prefix, gateway: nil)
        }
        #expect(throws: AllocationPoolError.gatewayInside(IPAddress("10.0.0.15")!, a)) {
            try AllocationPools.check([a], in: prefix, gateway: IPAddress("10.0.0.15"))
        }
        for (first, last) in [("10.0.0.0", "10.0.0.9"), ("10.0.0.9", "10.0.0.255"), ("10.0.1.1", "10.0.1.2")] {
            let pool = range(first, last)
            #expect(throws: AllocationPoolError.outside(pool, prefix)) {
                try AllocationPools.check([pool], in: prefix, gateway: nil)
            }
        }
        let six = range("fd00::1", "fd00::2")
        #expect(throws: AllocationPoolError.wrongVersion(six)) {
            try AllocationPools.check([six], in: prefix, gateway: nil)
        }
    }
}

func range(_ first: String, _ last: String) -> IPRange {
    IPRange(ordered: IPAddress(literal: first), IPAddress(literal: last))
}
