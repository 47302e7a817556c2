import DNSMessages
import NameDirectory
import NetAddress
import Testing

@Suite struct ChangeTests {
    @Test func `a port that is set again is another one`() throws {
        var directory = NameDirectory([NamedPort("p1", "10.0.0.7", names: ["db", "old"])])
        directory.set(NamedPort("p1", "10.0.0.8", names: ["DB", "new"]))
        #expect(try directory.ask("db") == ["10.0.0.8"])
        #expect(try directory.ask("new") == ["10.0.0.8"])
        #expect(try directory.ask("old") == nil)
        #expect(try directory.ask("7.0.0.10.in-addr.arpa", type: DNSQuery.ptr) == nil)
        #expect(try directory.ask("8.0.0.10.in-addr.arpa", type: DNSQuery.ptr) == ["DB.net"])
        directory.set(NamedPort("p1", in: "n2", "10.0.0.8", names: ["db"]))
        #expect(try directory.ask("db") == nil)
        #expect(try directory.ask("db", in: [("n2", "net")]) == ["10.0.0.8"])
        #expect(directory.names(in: "n1").isEmpty)
    }

    @Test func `an absent port is removed with success`() throws {
        var directory = NameDirectory([NamedPort("p1", "10.0.0.7", names: ["db"])])
        directory.remove(port: "p2")
        directory.remove(port: "p1")
        directory.remove(port: "p1")
        #expect(try directory.ask("db") == nil)
        directory.set(NamedPort("p3", "10.0.0.9", names: ["db"]))
        #expect(try directory.ask("db") == ["10.0.0.9"])
    }

    @Test func `all ports but some are removed, and the names that only the others had`() throws {
        var directory = AnswerTests.directory
        let before = directory.names(in: "n2")
        let kept = Set(directory.names(in: "n2").flatMap(\.ports))
        directory.removeAll(except: kept)
        #expect(directory.names(in: "n1").isEmpty)
        #expect(directory.names(in: "n2") == before)
        #expect(directory.networkIDs == ["n2"])
        directory.removeAll(except: [])
        #expect(directory.networkIDs.isEmpty)
    }

    @Test func `a network is forgotten with its names`() throws {
        var directory = AnswerTests.directory
        directory.forget(network: "n1")
        directory.forget(network: "n9")
        #expect(try directory.ask("db") == nil)
        #expect(try directory.ask("db", in: [("n1", "a"), ("n2", "b")]) == ["10.0.2.1"])
        #expect(try directory.ask("7.0.0.10.in-addr.arpa", type: DNSQuery.ptr) == nil)
        #expect(try AnswerTests.directory.ask("db") == ["10.0.0.7"])
    }

    @Test func `names are listed with their addresses and ports, sorted`() {
        let directory = NameDirectory([
            NamedPort("p3", "10.0.0.10 fd00::1", names: ["web-2", "Web"]),
            NamedPort("p1", "10.0.0.9", names: ["web-1", "web"]), NamedPort("p2", "", names: ["idle"]),
        ])
        let listed = directory.names(in: "n1")
        #expect(listed.map { $0.name.lowercased() } == ["idle", "web", "web-1", "web-2"])
        #expect(
            listed.map { $0.addresses.map(\.description) }
                == [[], ["10.0.0.9", "10.0.0.10", "fd00::1"], ["10.0.0.9"], ["10.0.0.10", "fd00::1"]])
        #expect(listed.map(\.ports) == [["p2"], ["p1", "p3"], ["p1"], ["p3"]])
        #expect(directory.names(in: "n2").isEmpty)
    }
}
