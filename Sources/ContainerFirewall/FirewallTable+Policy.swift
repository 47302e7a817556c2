import JSONCoding
import NetAddress
import NeutronAPI

extension FirewallTable {
    /// The table of a policy.
    package init(_ policy: FirewallPolicy) {
        let trusted =
            policy.underlays.isEmpty
            ? []
            : [
                Rule(
                    "the underlay",
                    [Self.match(["meta": ["key": "iifname"]], Self.one(of: policy.underlays)), Self.accept])
            ]
        var forward = trusted
        var input = trusted
        let ports: [(String, String, Set<UInt16>)] = [
            ("tunnels", "udp", policy.tunnels.udp), ("tunnels", "tcp", policy.tunnels.tcp),
            ("databases", "tcp", policy.databases),
        ]
        for (what, transport, numbers) in ports where !numbers.isEmpty {
            let port = Self.match(
                ["payload": ["protocol": .string(transport), "field": "dport"]], Self.one(of: numbers))
            forward.append(Rule("\(what) elsewhere", [port, Self.notByNIC, Self.leavesInterface] + Self.drop))
            input.append(Rule("\(what) here", [port, Self.notByNIC, ["jump": ["target": "inside"]]]))
        }
        chains = [
            "forward": Chain(hook: Self.hook("forward"), rules: forward),
            "input": Chain(hook: Self.hook("input"), rules: input),
            "inside": Chain(hook: nil, rules: Self.inside(policy.addresses)),
        ]
    }

    /// What comes by no NIC is let in where it comes to an address of the underlay by the very interface that has it: then other hosts
    /// are behind that interface. Containers are behind another.
    private static func inside(_ addresses: Set<IPAddress>) -> [Rule] {
        var rules: [Rule] = []
        let families: [(String, Set<String>)] = [
            ("ip", Set(addresses.compactMap { if case .v4(let address) = $0 { "\(address)" } else { nil } })),
            ("ip6", Set(addresses.compactMap { if case .v6(let address) = $0 { "\(address)" } else { nil } })),
        ]
        for (family, texts) in families where !texts.isEmpty {
            rules.append(
                Rule(
                    "the underlay's \(family) addresses",
                    [
                        match(["payload": ["protocol": .string(family), "field": "daddr"]], one(of: texts)),
                        match(["fib": ["result": "type", "flags": ["daddr", "iif"]]], "local"), accept,
                    ]))
        }
        return rules + [Rule("everything else", drop)]
    }

    /// Before the others' chains, so that what is dropped is in none of their logs and counters.
    private static func hook(_ name: String) -> Hook {
        Hook(type: "filter", hook: name, priority: -10, policy: "accept")
    }

    /// Of a NIC itself the kernel tells no kind, and then no comparison holds, this one included: it is true of interfaces that have a kind
    /// and another than these.
    private static let notByNIC = match(
        ["meta": ["key": "iifkind"]], ["set": ["bond", "team", "vlan"]], isEqual: false)

    /// What goes back where it came from stays among neighbours: frames that a bridge forwards pass here too where Docker has told the
    /// kernel so (br_netfilter).
    private static let leavesInterface = match(["fib": ["result": "oif", "flags": ["daddr", "iif"]]], false)

    private static let accept: JSON = ["accept": nil]
    private static let drop: [JSON] = [["counter": nil], ["drop": nil]]

    private static func match(_ left: JSON, _ right: JSON, isEqual: Bool = true) -> JSON {
        ["match": ["op": isEqual ? "==" : "!=", "left": left, "right": right]]
    }

    /// nft makes a set of one a plain value.
    private static func one(of numbers: Set<UInt16>) -> JSON {
        set(numbers.sorted().map { .integer(Int64($0)) })
    }

    private static func one(of texts: Set<String>) -> JSON { set(texts.sorted().map { .string($0) }) }

    private static func set(_ values: [JSON]) -> JSON { values.count == 1 ? values[0] : ["set": .array(values)] }
}
