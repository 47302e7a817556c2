import JSONCoding
import NeutronAPI
import Testing

@testable import ContainerFirewall
@testable import HostSetup

struct FirewallTableTests {
    /// What nft 1.0.6 lists of one chain with one rule, with another chain's hook.
    static let listing = """
        {"nftables": [{"metainfo": {"version": "1.0.6", "release_name": "Lester Gooch #5", "json_schema_version": 1}},
        {"table": {"family": "inet", "name": "ovn_containers", "handle": 2}},
        {"chain": {"family": "inet", "table": "ovn_containers", "name": "inside", "handle": 1}},
        {"chain": {"family": "inet", "table": "ovn_containers", "name": "input", "handle": 3, "type": "filter", "hook": "input", "prio": -10, "policy": "accept"}},
        {"rule": {"family": "inet", "table": "ovn_containers", "chain": "inside", "handle": 16, "comment": "everything else",
        "expr": [{"match": {"op": "==", "left": {"payload": {"protocol": "udp", "field": "dport"}}, "right": {"set": [4789, 6081]}}},
        {"counter": {"packets": 7, "bytes": 500}}, {"drop": null}]}}]}
        """

    static func table() throws -> FirewallTable { try FirewallTable(listing: listing.utf8) }

    static func wanted() throws -> FirewallTable {
        FirewallTable(
            try #require(FirewallPolicy(try FirewallPolicyTests.database(nics: ["eth0"]))))
    }

    @Test func `a listing is read by type, whatever the order of sets and the counts`() throws {
        let table = try Self.table()
        #expect(table.dropped == 7)
        #expect(table.chains.keys.sorted() == ["input", "inside"])
        #expect(table.chains["inside"]?.hook == nil)
        #expect(table.chains["input"]?.hook == .init(type: "filter", hook: "input", priority: -10, policy: "accept"))
        let other = try FirewallTable(
            listing: Self.listing.replacing("[4789, 6081]", with: "[6081, 4789]").replacing("7", with: "8").utf8)
        #expect(other.chains["inside"]?.rules.count == 1)
        #expect(table.differences(in: table).isEmpty)
        let same = try FirewallTable(listing: Self.listing.replacing("[4789, 6081]", with: "[6081, 4789]").utf8)
        #expect(table.differences(in: same).isEmpty)
    }

    @Test func `every truncation of a listing is refused`() {
        let bytes = Array(Self.listing.utf8)
        for length in 0..<bytes.count {
            #expect(throws: HostError.self) { try FirewallTable(listing: bytes.prefix(length)) }
        }
    }

    @Test(arguments: [
        "[]", "{}", #"{"nftables":1}"#, #"{"nftables":[1]}"#, #"{"nftables":[{}]}"#, #"{"nftables":[{"chain":{}}]}"#,
        #"{"nftables":[{"chain":{"name":"a","hook":"input"}}]}"#, #"{"nftables":[{"rule":{"chain":"a","expr":[]}}]}"#,
    ])
    func `what is no listing is refused`(text: String) {
        let error = #expect(throws: HostError.self) { try FirewallTable(listing: text.utf8) }
        #expect(error?.message.hasPrefix("nft's list of what is in it is not understood") == true)
    }

    @Test func `each difference is named`() throws {
        let wanted = try Self.wanted()
        var found = wanted
        #expect(wanted.differences(in: found).isEmpty)
        found.chains["forward"] = nil
        #expect(wanted.differences(in: found) == ["chain forward is missing"])

        found = wanted
        found.chains["input"]?.hook = .init(type: "filter", hook: "input", priority: 100, policy: "accept")
        found.chains["input"]?.rules.removeLast()
        found.chains["inside"]?.rules.insert(.init("", [["accept": nil]]), at: 0)
        found.chains["extra"] = .init(hook: nil, rules: [])
        found.others = ["set friends"]
        #expect(
            wanted.differences(in: found) == [
                "chain input is not where it belongs", "rule \"databases here\" of chain input is missing",
                "chain inside has 1 rule that is not ours", "chain extra is not ours", "set friends is not ours",
            ])

        found = wanted
        found.chains["inside"]?.rules.reverse()
        #expect(wanted.differences(in: found) == ["rules of chain inside are in another order, or twice there"])
        found = wanted
        let last = try #require(found.chains["forward"]?.rules.last)
        found.chains["forward"]?.rules.removeLast()
        found.chains["forward"]?.rules.append(.init(last.comment, [["accept": nil]]))
        #expect(wanted.differences(in: found) == ["rule \"databases elsewhere\" of chain forward is altered"])
    }

    @Test func `a table that sleeps is altered`() throws {
        let asleep = Self.listing.replacing(#""handle": 2"#, with: #""handle": 2, "flags": ["dormant"]"#)
        let table = try FirewallTable(listing: asleep.utf8)
        #expect(try Self.table().differences(in: table).first?.contains("dormant") == true)
    }

    @Test func `the commands replace whatever there was in one transaction`() throws {
        let commands = try JSON(parsing: try Self.wanted().commands).object?["nftables"]?.array ?? []
        let verbs = commands.compactMap { $0.object?.first.map { "\($0.key) \($0.value.object?.keys.first ?? "")" } }
        #expect(verbs.prefix(3) == ["add table", "delete table", "add table"])
        #expect(verbs.dropFirst(3).prefix(3).allSatisfy { $0 == "add chain" })
        #expect(verbs.dropFirst(6).allSatisfy { $0 == "add rule" })
        let removal = try JSON(parsing: FirewallTable.removalCommands).object?["nftables"]?.array ?? []
        #expect(removal == Array(commands.prefix(2)))
    }
}
