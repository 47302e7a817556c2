import DNSMessages
import NameDirectory
import NetAddress
import Testing

@Suite struct SharedNameTests {
    /// Ports with two names, one of which all have.
    static func many(_ count: Int) -> [NamedPort] {
        (0..<count).map {
            NamedPort("p\($0)", "\(IPv4Address(bits: 0x0a00_0001 + UInt32($0)))", names: ["c\($0)", "all"])
        }
    }

    @Test(arguments: [1, 2, 3, 5, 16, 17, 40])
    func `a name of several ports leads to all their addresses`(_ count: Int) throws {
        let directory = NameDirectory(Self.many(count))
        let addresses = (0..<count).map { IPv4Address(bits: 0x0a00_0001 + UInt32($0)).description }
        for rotation in [0, 1, -1, 7, Int.min, Int.max] {
            let answer = try #require(try directory.ask("all", rotation: rotation))
            #expect(answer.count == count)
            #expect(Set(answer) == Set(addresses))
        }
        #expect(try directory.ask("all", type: DNSQuery.aaaa) == [])
    }

    @Test(arguments: [2, 3, 5, 16, 17], [1, 2, 3, 4, 6, 1000])
    func `each address is first about equally often, whatever the step between queries`(
        _ count: Int, _ step: Int
    ) throws {
        let directory = NameDirectory(Self.many(count))
        let query = try DNSQuery("all")
        var first: [DNSRecord: Int] = [:]
        for number in 0..<1000 * count {
            let answer = directory.answer(query, in: [("n1", "net")], rotation: step * number, atMost: 1)
            first[try #require(answer?.first), default: 0] += 1
        }
        #expect(first.count == count)
        #expect(first.values.allSatisfy { 900...1100 ~= $0 }, "\(first)")
    }

    @Test func `the addresses of one port are first in turn, too`() throws {
        let directory = NameDirectory([NamedPort("p1", "10.0.0.1 fd00::1 10.0.0.2 fd00::2", names: ["db"])])
        for (type, expected) in [(DNSQuery.a, ["10.0.0.1", "10.0.0.2"]), (DNSQuery.aaaa, ["fd00::1", "fd00::2"])] {
            let answers = try (0..<8).map { try #require(try directory.ask("db", type: type, rotation: $0)) }
            #expect(Set(answers) == [expected, expected.reversed()])
        }
    }

    @Test func `an address that several ports of a name have is given once, until the last has gone`() throws {
        var directory = NameDirectory([
            NamedPort("p1", "10.0.0.1", names: ["db"]), NamedPort("p2", "10.0.0.1", names: ["db"]),
            NamedPort("p3", "10.0.0.2", names: ["db"]), NamedPort("p4", "10.0.0.1 10.0.0.1", names: ["db", "DB"]),
        ])
        #expect(try directory.ask("db").map(Set.init) == ["10.0.0.1", "10.0.0.2"])
        #expect(try directory.ask("db")?.count == 2)
        directory.remove(port: "p1")
        directory.remove(port: "p4")
        #expect(try directory.ask("db")?.count == 2)
        directory.remove(port: "p2")
        #expect(try directory.ask("db") == ["10.0.0.2"])
    }

    @Test func `an answer has more than a message has room for at most`() throws {
        let directory = NameDirectory(Self.many(5000))
        let query = try DNSQuery("all")
        let networks = [(id: "n1", name: "net")]
        for rotation in 0..<20 {
            let records = try #require(directory.answer(query, in: networks, rotation: rotation))
            #expect(Set(records).count == 4096)
            let message = DNSResponse(to: query, records: records).bytes(limit: DNSResponse.maximumLength)
            #expect(message[2] & 2 == 2)
        }
        #expect(directory.answer(query, in: networks, rotation: 1, atMost: 3)?.count == 3)
        #expect(directory.answer(query, in: networks, rotation: 1, atMost: 0)?.isEmpty == true)
        #expect(directory.answer(query, in: networks, rotation: 1, atMost: -1)?.isEmpty == true)
        #expect(directory.answer(try DNSQuery("c1"), in: networks, rotation: 1, atMost: 0)?.isEmpty == true)
    }
}
