import DNSMessages
import NameDirectory
import NetAddress
import Testing

@Suite struct AnswerTests {
    static let directory = NameDirectory([
        NamedPort("p1", "10.0.0.7 fd00::7", names: ["Db", "database", "0123456789ab"]),
        NamedPort("p2", "10.0.0.8", names: ["web.1", "web"]),
        NamedPort("p3", "fd00::9", names: ["six"]),
        NamedPort("p4", in: "n2", "10.0.2.1", names: ["db", "net"]),
        NamedPort("p5", in: "n3", "10.0.3.1", names: ["web"]),
    ])

    @Test func `a container's names lead to its addresses, without case`() throws {
        for name in ["db", "DB", "dB.", "DATABASE", "0123456789ab"] {
            #expect(try Self.directory.ask(name) == ["10.0.0.7"])
            #expect(try Self.directory.ask(name, type: DNSQuery.aaaa) == ["fd00::7"])
        }
        for name in ["dbs", "d", "x", ".", "db.com", "net", "0123456789a"] {
            #expect(try Self.directory.ask(name) == nil)
        }
    }

    @Test(arguments: [0, 2, 5, 6, 15, 16, 33, 64, 65, 252, 255, 65_535] as [UInt16])
    func `a known name has no records of other types, and is never left to others`(_ type: UInt16) throws {
        #expect(try Self.directory.ask("db", type: type) == [])
        #expect(try Self.directory.ask("db.net", type: type) == [])
        #expect(try Self.directory.ask("db", type: DNSQuery.ptr) == [])
        #expect(try Self.directory.ask("7.0.0.10.in-addr.arpa", type: type) == [])
        #expect(try Self.directory.ask("x", type: type) == nil)
    }

    @Test func `a known name has no records of a version that it has no address of`() throws {
        #expect(try Self.directory.ask("web", type: DNSQuery.aaaa) == [])
        #expect(try Self.directory.ask("six") == [])
        #expect(try Self.directory.ask("six", type: DNSQuery.aaaa) == ["fd00::9"])
    }

    @Test func `a name is known in the networks of the asking container alone`() throws {
        #expect(try Self.directory.ask("db", in: []) == nil)
        #expect(try Self.directory.ask("db", in: [("n4", "net")]) == nil)
        #expect(try Self.directory.ask("six", in: [("n2", "net")]) == nil)
        #expect(try Self.directory.ask("7.0.0.10.in-addr.arpa", type: DNSQuery.ptr, in: [("n2", "net")]) == nil)
    }

    @Test func `the first network that knows a name answers`() throws {
        #expect(try Self.directory.ask("db", in: [("n1", "a"), ("n2", "b")]) == ["10.0.0.7"])
        #expect(try Self.directory.ask("db", in: [("n2", "b"), ("n1", "a")]) == ["10.0.2.1"])
        #expect(try Self.directory.ask("db", in: [("n4", "c"), ("n3", "d"), ("n2", "b")]) == ["10.0.2.1"])
        // Also where it has no such address.
        #expect(try Self.directory.ask("db", type: DNSQuery.aaaa, in: [("n2", "b"), ("n1", "a")]) == [])
    }

    @Test func `a name may be followed by what the asking host calls the network`() throws {
        #expect(try Self.directory.ask("db.net") == ["10.0.0.7"])
        #expect(try Self.directory.ask("DB.NET.", in: [("n1", "Net")]) == ["10.0.0.7"])
        #expect(try Self.directory.ask("db.n1") == nil)
        #expect(try Self.directory.ask("db.b", in: [("n1", "a"), ("n2", "b")]) == ["10.0.2.1"])
        #expect(try Self.directory.ask("six.b", in: [("n1", "a"), ("n2", "b")]) == nil)
        #expect(try Self.directory.ask("x.net") == nil)
        #expect(try Self.directory.ask("net") == nil)
    }

    @Test func `names of containers and of networks may have dots`() throws {
        #expect(try Self.directory.ask("web.1") == ["10.0.0.8"])
        #expect(try Self.directory.ask("web.1.net") == ["10.0.0.8"])
        #expect(try Self.directory.ask("db.my.net_1", in: [("n1", "my.net_1")]) == ["10.0.0.7"])
        #expect(try Self.directory.ask("web.1.my.net_1", in: [("n1", "my.net_1")]) == ["10.0.0.8"])
        #expect(try Self.directory.ask(#"web\.1"#) == nil)
        #expect(try Self.directory.ask(#"db\.net"#) == nil)
    }

    @Test func `the whole name is tried before its end as a network's, and short ends before long ones`() throws {
        // "web.1" is a name in n1, and "web" one in a network called 1.
        #expect(try Self.directory.ask("web.1", in: [("n3", "1"), ("n1", "net")]) == ["10.0.0.8"])
        #expect(try Self.directory.ask("web.1", in: [("n3", "1")]) == ["10.0.3.1"])
        for networks in [[("n3", "1.x"), ("n1", "x")], [("n1", "x"), ("n3", "1.x")]] {
            #expect(try Self.directory.ask("web.1.x", in: networks) == ["10.0.0.8"])
        }
        #expect(try Self.directory.ask("web.1.x", in: [("n3", "1.x"), ("n2", "x")]) == ["10.0.3.1"])
    }

    @Test func `an address leads to its container in its network`() throws {
        #expect(try Self.directory.ask("7.0.0.10.in-addr.arpa", type: DNSQuery.ptr) == ["Db.net"])
        #expect(try Self.directory.ask("7.0.0.10.IN-ADDR.ARPA.", type: DNSQuery.ptr) == ["Db.net"])
        #expect(
            try Self.directory.ask("1.2.0.10.in-addr.arpa", type: DNSQuery.ptr, in: [("n1", "a"), ("n2", "b.c")])
                == ["db.b.c"])
        let rest = Array(repeating: "0.", count: 29).joined() + "d.f.ip6.arpa"
        #expect(try Self.directory.ask("7." + rest, type: DNSQuery.ptr) == ["Db.net"])
        #expect(try Self.directory.ask("8." + rest, type: DNSQuery.ptr) == nil)
        for name in ["9.0.0.10.in-addr.arpa", "0.0.10.in-addr.arpa", "10.in-addr.arpa", "8.8.8.8.in-addr.arpa"] {
            #expect(try Self.directory.ask(name, type: DNSQuery.ptr) == nil)
        }
    }

    @Test func `an address whose container's name cannot be written is not left to others`() throws {
        let long = String(repeating: "x", count: 64)
        let directory = NameDirectory([NamedPort("p1", "10.0.0.7", names: [long, "db"])])
        #expect(try directory.ask("7.0.0.10.in-addr.arpa", type: DNSQuery.ptr) == [])
        #expect(try directory.ask("db") == ["10.0.0.7"])
        let network = Array(repeating: String(repeating: "x", count: 63), count: 4).joined(separator: ".")
        for name in [network, long, "a..b", ""] {
            #expect(
                try Self.directory.ask("7.0.0.10.in-addr.arpa", type: DNSQuery.ptr, in: [("n1", name)]) == [])
        }
    }

    @Test func `an address that two ports have for a moment leads to one of them, then to the one left`() throws {
        var directory = NameDirectory([
            NamedPort("old", "10.0.0.7", names: ["db"]), NamedPort("new", "10.0.0.7", names: ["db2"]),
        ])
        #expect(try directory.ask("7.0.0.10.in-addr.arpa", type: DNSQuery.ptr) == ["db2.net"])
        directory.remove(port: "old")
        #expect(try directory.ask("7.0.0.10.in-addr.arpa", type: DNSQuery.ptr) == ["db2.net"])
        directory.set(NamedPort("old", "10.0.0.7", names: ["db"]))
        directory.remove(port: "new")
        #expect(try directory.ask("7.0.0.10.in-addr.arpa", type: DNSQuery.ptr) == ["db.net"])
    }

    @Test func `names that cannot be asked for are left out`() throws {
        let label = String(repeating: "x", count: 63)
        let directory = NameDirectory([
            NamedPort(
                "p1", "10.0.0.7",
                names: [
                    "db", "", ".", "a..b", ".a", label + "x", "a\0b", #"a\000b"#, label, "DB", "trailing.",
                    Array(repeating: label, count: 4).joined(separator: "."), #"half\"#,
                ])
        ])
        #expect(directory.names(in: "n1").map(\.name) == ["db", "trailing", label])
        #expect(try directory.ask(label) == ["10.0.0.7"])
        #expect(try directory.ask(".") == nil)
        #expect(try directory.ask(#"a\000b"#) == nil)
    }
}
