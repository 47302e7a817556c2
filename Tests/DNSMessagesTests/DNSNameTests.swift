import NetAddress
import Testing

@testable import DNSMessages

@Suite struct DNSNameTests {
    @Test(arguments: [
        ("db", "026462 00"), ("db.", "026462 00"), (".", "00"), ("Db.Net", "024462 034e6574 00"),
        (#"a\.b.c"#, "03612e62 0163 00"), (#"a\\b"#, "03615c62 00"), (#"\065\255"#, "0241ff 00"), (#"\d"#, "0164 00"),
        ("_x-1", "045f782d31 00"), ("ü", "02c3bc 00"),
    ])
    func `a text is the name on the wire`(_ text: String, _ wire: String) throws {
        #expect(try #require(DNSName(text)).wire == bytes(wire))
    }

    @Test(arguments: ["", "..", ".a", "a..b", "a..", #"a\"#, #"\1"#, #"\12"#, #"\256"#, #"\999"#, #"\12x"#, #"a.\"#])
    func `a text with an empty label or half an escape is no name`(_ text: String) {
        #expect(DNSName(text) == nil)
    }

    @Test func `a label has at most 63 octets`() throws {
        let label = String(repeating: "x", count: 63)
        #expect(try #require(DNSName(label + ".y")).wire.first == 63)
        #expect(DNSName(label + "x") == nil)
        #expect(DNSName("y." + label + "x") == nil)
        let escaped = String(repeating: #"\120"#, count: 63)
        #expect(DNSName(escaped) == DNSName(label))
        #expect(DNSName(escaped + #"\120"#) == nil)
    }

    @Test func `a name has at most 255 octets on the wire`() throws {
        let label = String(repeating: "x", count: 63)
        let rest = label + "." + label + "." + label + "."
        let longest = rest + String(repeating: "y", count: 61)
        for dot in ["", "."] {
            #expect(try #require(DNSName(longest + dot)).wire.count == 255)
            #expect(DNSName(longest + "y" + dot) == nil)
            #expect(DNSName(rest + String(repeating: "y", count: 59) + ".z" + dot)?.wire.count == 255)
            #expect(DNSName(longest + ".z" + dot) == nil)
        }
    }

    @Test func `names that differ in the case of letters of ASCII are one name`() throws {
        let names = try ["db.Net", "DB.nET", "db.net."].map { try #require(DNSName($0)) }
        #expect(Set(names).count == 1)
        #expect(names.map(\.description) == ["db.Net", "DB.nET", "db.net"])
        // @ and `, [ and {, and the letters of Latin-1, differ in the bit that tells case, too.
        for (one, other) in [("@", "`"), ("[", "{"), (#"\192"#, #"\224"#), ("db", "dc"), ("a.b", #"a\.b"#)] {
            #expect(try #require(DNSName(one)) != #require(DNSName(other)))
        }
    }

    @Test func `a name reads the same when its text is read again`() throws {
        for byte in UInt8.min...UInt8.max {
            let name = DNSName(checkedWire: [3, 97, byte, 98, 1, byte, 0])
            #expect(try #require(DNSName(name.description)).wire == name.wire)
        }
        #expect(DNSName.root.description == ".")
        #expect(DNSName.root.isRoot)
        #expect(DNSName("a b\t")?.description == #"a\032b\009"#)
    }

    @Test func `names are joined while they fit`() throws {
        let db = try #require(DNSName("db"))
        #expect(try db.appending(#require(DNSName("net.example"))) == DNSName("db.net.example"))
        #expect(db.appending(.root) == db)
        #expect(DNSName.root.appending(db) == db)
        let long = try #require(DNSName(Array(repeating: "x", count: 126).joined(separator: ".")))
        #expect(long.wire.count == 253)
        #expect(long.appending(db) == nil)
        let short = try #require(DNSName("y"))
        #expect(long.appending(short)?.wire.count == 255)
    }

    @Test(arguments: [
        ("db.net", "net", "db"), ("db.NET", "nEt", "db"), ("a.b.c", "c", "a.b"), ("a.b.c", "b.c", "a"),
        ("a.b.c", "b", nil), ("a.b.c", "a.b.c", nil), ("a.b.c", "x.c", nil), ("db", "db", nil), ("db.net", "et", nil),
        ("db.net", "", nil), ("db.net", ".net", nil), ("db.net", "net.", nil), (#"db.a\.b"#, "a.b", nil),
        (#"x\.net"#, "net", nil), (".", "", nil), (".", ".", nil), ("a.b.c", "b-c", nil), ("a.bxc", "b.c", nil),
        ("a.b", "longer.than.the.name", nil),
    ])
    func `a network's name is taken off the end`(_ name: String, _ suffix: String, _ rest: String?) throws {
        #expect(try #require(DNSName(name)).dropping(suffix: suffix)?.description == rest)
    }

    @Test(arguments: [
        ("7.0.0.10.in-addr.arpa", "10.0.0.7"), ("255.255.255.255.IN-ADDR.ARPA", "255.255.255.255"),
        ("0.0.0.0.in-addr.arpa", "0.0.0.0"), ("0.0.10.in-addr.arpa", nil), ("1.7.0.0.10.in-addr.arpa", nil),
        ("07.0.0.10.in-addr.arpa", nil), ("256.0.0.10.in-addr.arpa", nil), ("x.0.0.10.in-addr.arpa", nil),
        ("1234.0.0.10.in-addr.arpa", nil), ("in-addr.arpa", nil), ("10.0.0.7", nil), ("7.0.0.10.ip6.arpa", nil),
        (#"\046.0.0.10.in-addr.arpa"#, nil),
    ])
    func `the name of an IPv4 address is read backwards`(_ name: String, _ address: String?) throws {
        #expect(try #require(DNSName(name)).reverseAddress == address.map(IPAddress.init(literal:)))
    }

    @Test func `the name of an IPv6 address is read backwards`() throws {
        let address = "2001:db8::f00:b"
        let nibbles = try #require(IPv6Address(address)).octets.reversed().flatMap { [$0 & 15, $0 >> 4] }
            .map { String($0, radix: 16) }
        let name = nibbles.joined(separator: ".") + ".ip6.arpa"
        #expect(DNSName(name)?.reverseAddress == IPAddress(address))
        #expect(DNSName(name.uppercased())?.reverseAddress == IPAddress(address))
        #expect(try #require(DNSName(String(name.dropFirst(2)))).reverseAddress == nil)
        #expect(try #require(DNSName("0." + name)).reverseAddress == nil)
        #expect(try #require(DNSName("g" + name.dropFirst())).reverseAddress == nil)
        #expect(try #require(DNSName("bb." + name.dropFirst(4))).reverseAddress == nil)
    }
}
