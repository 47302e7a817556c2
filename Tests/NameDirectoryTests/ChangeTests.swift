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

    @Test func `a network's ports are replaced, and those of others stay`() throws {
        var directory = NameDirectory([
            NamedPort("p1", "10.0.0.1", names: ["one"]), NamedPort("p2", "10.0.0.2", names: ["two"]),
            NamedPort("p3", in: "n2", "10.0.0.3", names: ["three"]),
        ])
        directory.replaceAll(
            in: "n1",
            with: [
                NamedPort("p2", "10.0.0.2", names: ["two", "zwei"]), NamedPort("p4", "10.0.0.4", names: ["four"]),
                NamedPort("p5", in: "n2", "10.0.0.5", names: ["five"]),
            ])
        #expect(directory.names(in: "n1").map(\.name) == ["four", "two", "zwei"])
        #expect(directory.names(in: "n2").map(\.name) == ["three"])
        #expect(try directory.ask("one") == nil)
        // A port may come from another network.
        directory.replaceAll(in: "n1", with: [NamedPort("p3", "10.0.0.3", names: ["three"])])
        #expect(directory.names(in: "n1").map(\.name) == ["three"])
        #expect(directory.names(in: "n2").isEmpty)
        directory.replaceAll(in: "n1", with: [])
        #expect(directory.names(in: "n1").isEmpty)
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
