import NetAddress
import Testing

@Suite struct AddressTests {
    @Test(arguments: ["0.0.0.0", "10.1.2.3", "255.255.255.255"])
    func `an IPv4 address survives a round trip`(text: String) {
        #expect(IPv4Address(text)?.description == text)
    }

    @Test(arguments: [
        "", "1.2.3", "1.2.3.4.5", "256.1.1.1", "01.2.3.4", "1..2.3", "1.2.3.4 ", "1.2.3.", ".1.2.3", "a.b.c.d",
    ])
    func `an invalid IPv4 address is refused`(text: String) {
        #expect(IPv4Address(text) == nil)
    }

    @Test(arguments: [
        ("::", "::"), ("::1", "::1"), ("1::", "1::"), ("2001:DB8:0:0:0:0:0:1", "2001:db8::1"),
        ("2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"), ("1:0:0:2:0:0:0:3", "1:0:0:2::3"),
        ("1:0:0:2:3:0:0:4", "1::2:3:0:0:4"), ("::ffff:1.2.3.4", "::ffff:1.2.3.4"),
        ("64:ff9b::1.2.3.4", "64:ff9b::102:304"), ("fe80::f816:3eff:fe40:3137", "fe80::f816:3eff:fe40:3137"),
    ])
    func `an IPv6 address is written in the canonical form`(text: String, canonical: String) {
        #expect(IPv6Address(text)?.description == canonical)
    }

    @Test(arguments: [
        "", ":", ":::", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "1::2::3", "12345::", "g::", "1:2:3:4:5:6:7::8",
        "fe80::1%eth0",
        "1:", ":1", "::1.2.3", "1.2.3.4::", "1:2:3:4:5:6:7:1.2.3.4", "+1::", "::-1",
    ])
    func `an invalid IPv6 address is refused`(text: String) {
        #expect(IPv6Address(text) == nil)
    }

    @Test func `an EUI-64 address is formed from prefix and MAC`() throws {
        let mac = try #require(MACAddress("fa:16:3e:40:31:37"))
        let prefix = try #require(IPv6Address("fd00:80::"))
        #expect(IPv6Address(eui64: mac, in: prefix).description == "fd00:80::f816:3eff:fe40:3137")
    }

    @Test(arguments: ["10.0.0.0/8", "0.0.0.0/0", "fd00:80::/64", "::/0", "192.0.2.1/32"])
    func `a prefix survives a round trip`(text: String) {
        #expect(IPPrefix(text)?.description == text)
    }

    @Test(arguments: [
        "10.0.0.0", "10.0.0.0/33", "::/129", "10.0.0.0/-1", "10.0.0.0/08", "10.0.0.0/", "/8", "10.0.0.0/8/8",
        "1.2.3.4/+8",
    ])
    func `an invalid prefix is refused`(text: String) {
        #expect(IPPrefix(text) == nil)
    }

    @Test func `a prefix has a first and last address, and contains what lies between`() throws {
        let prefix = try #require(IPPrefix("10.1.2.77/24"))
        #expect(prefix.description == "10.1.2.0/24")
        #expect(prefix.last == IPAddress("10.1.2.255"))
        #expect(prefix.mask == IPAddress("255.255.255.0"))
        #expect(prefix.range.count == 256)
        #expect(prefix.contains(IPAddress("10.1.2.9")!))
        #expect(!prefix.contains(IPAddress("10.1.3.0")!))
        #expect(!prefix.contains(IPAddress("::10.1.2.9")!))
        #expect(prefix.overlaps(IPPrefix("10.0.0.0/8")!))
        #expect(!prefix.overlaps(IPPrefix("10.1.3.0/24")!))
    }

    @Test func `advancing past either end of the address space gives nil`() {
        #expect(IPAddress("255.255.255.255")?.advanced(by: 1) == nil)
        #expect(IPAddress("0.0.0.0")?.advanced(by: -1) == nil)
        #expect(IPAddress("10.0.0.255")?.advanced(by: 1) == IPAddress("10.0.1.0"))
        #expect(IPAddress("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff")?.advanced(by: 1) == nil)
    }

    @Test func `a range has two ends of one version in order`() {
        #expect(IPRange(IPAddress("10.0.0.2")!, IPAddress("10.0.0.1")!) == nil)
        #expect(IPRange(IPAddress("10.0.0.1")!, IPAddress("::1")!) == nil)
        #expect(IPPrefix("::/0")!.range.count == .max)
    }

    @Test func `a MAC is read with colons or dashes and written with colons`() {
        #expect(MACAddress("FA-16-3E-00-00-01")?.description == "fa:16:3e:00:00:01")
        #expect(MACAddress("fa:16:3e:00:00") == nil)
        #expect(MACAddress("fa:16-3e:00:00:01") == nil)
        #expect(MACAddress("fa:16:3e:00:00:0g") == nil)
        #expect(MACAddress("01:00:5e:00:00:01")?.isMulticast == true)
    }
}

struct AddressSetTests {
    private static func set(_ texts: String...) -> AddressSet { AddressSet(texts.map { IPPrefix(literal: $0) }) }

    @Test(
        arguments: [
            ([], []),
            (["10.0.0.0/24", "10.0.1.0/24"], ["10.0.0.0/23"]),
            (["10.0.1.0/24", "10.0.2.0/24"], ["10.0.1.0/24", "10.0.2.0/24"]),
            (["10.0.0.0/8", "10.1.0.0/16", "10.0.0.0/8"], ["10.0.0.0/8"]),
            (["255.255.255.255/32", "255.255.255.254/32", "0.0.0.0/32"], ["0.0.0.0/32", "255.255.255.254/31"]),
            (["128.0.0.0/1", "0.0.0.0/1"], ["0.0.0.0/0"]),
            (["8000::/1", "::/1"], ["::/0"]),
            (["fd00:0:0:1::/64", "10.0.0.0/8", "fd00::/64"], ["10.0.0.0/8", "fd00::/63"]),
            (["255.255.255.255/32", "::/128"], ["255.255.255.255/32", "::/128"]),
        ] as [([String], [String])])
    func `blocks are joined to the fewest`(_ given: [String], _ fewest: [String]) {
        let set = AddressSet(given.compactMap { IPPrefix($0) })
        #expect(set.blocks.map(\.description) == fewest)
    }

    @Test(
        arguments: [
            ("10.0.0.0/22", ["10.0.0.0/24"], ["10.0.1.0/24", "10.0.2.0/23"]),
            ("10.0.0.0/22", ["10.0.3.0/24", "10.0.1.0/24"], ["10.0.0.0/24", "10.0.2.0/24"]),
            ("10.0.0.0/22", ["10.0.0.0/8"], []),
            ("10.0.0.0/22", ["10.0.4.0/24", "9.0.0.0/8", "fd00::/8"], ["10.0.0.0/22"]),
            ("255.255.255.252/30", ["255.255.255.255/32"], ["255.255.255.252/31", "255.255.255.254/32"]),
            ("0.0.0.0/30", ["0.0.0.0/32"], ["0.0.0.1/32", "0.0.0.2/31"]),
            ("::/0", ["::/1"], ["8000::/1"]),
            ("fd00::/126", ["fd00::2/128"], ["fd00::/127", "fd00::3/128"]),
        ] as [(String, [String], [String])])
    func `what is taken out is gone, and nothing else`(_ all: String, _ taken: [String], _ rest: [String]) {
        let left = Self.set(all).subtracting(AddressSet(taken.compactMap { IPPrefix($0) }))
        #expect(left.blocks.map(\.description) == rest)
    }

    @Test func `sets are compared`() {
        #expect(Self.set("10.0.1.0/24").isSubset(of: Self.set("10.0.0.0/24", "10.0.1.0/24")))
        #expect(!Self.set("10.0.1.0/24", "10.0.2.0/24").isSubset(of: Self.set("10.0.0.0/23")))
        #expect(Self.set("10.0.1.0/24").isDisjoint(with: Self.set("10.0.0.0/24", "10.0.2.0/24", "::/0")))
        #expect(!Self.set("10.0.0.0/8").isDisjoint(with: Self.set("10.9.9.9/32")))
        #expect(Self.set().isEmpty)
    }

    @Test func `the smallest block that is large enough is found`() {
        let set = Self.set("10.0.0.0/24", "10.0.2.0/26", "10.0.3.0/26", "10.0.4.0/32", "fd00::/64")
        #expect(set.block(ofLength: 26)?.description == "10.0.2.0/26")
        #expect(set.block(ofLength: 25)?.description == "10.0.0.0/25")
        #expect(set.block(ofLength: 32)?.description == "10.0.4.0/32")
        #expect(set.block(ofLength: 64)?.description == "fd00::/64")
        #expect(set.block(ofLength: 23) == nil)
        #expect(Self.set("10.0.0.0/31").block(ofLength: 33) == nil)
    }
}
