import JSONCoding
import NeutronAPI

/// A table of the kernel's packet filter, as libnftables-json(5) writes it.
package struct FirewallTable: Hashable, Sendable {
    /// Where a chain is hooked in; packets pass chains without a hook where rules send them.
    package struct Hook: Hashable, Sendable {
        let type: String
        let hook: String
        let priority: Int64
        let policy: String
    }

    package struct Rule: Hashable, Sendable {
        /// What it is for, in words.
        let comment: String
        /// What a packet must be, and what becomes of it, in order.
        let expressions: [JSON]

        /// The elements of sets are in any order, counters have any count.
        init(_ comment: String, _ expressions: [JSON]) {
            self.comment = comment
            self.expressions = expressions.map(Self.normal)
        }

        /// The same for everything that means the same.
        private static func normal(_ json: JSON) -> JSON {
            switch json {
            case .array(let elements): return .array(elements.map(normal))
            case .object(let members):
                var result: [String: JSON] = [:]
                for (key, value) in members {
                    result[key] =
                        switch (key, value) {
                        case ("counter", _): .null
                        case ("set", .array(let elements)): .array(elements.sorted { "\($0)" < "\($1)" })
                        default: normal(value)
                        }
                }
                return .object(result)
            default: return json
            }
        }
    }

    package struct Chain: Hashable, Sendable {
        var hook: Hook?
        var rules: [Rule]
    }

    /// Of family `inet`: it sees both versions of IP.
    package static let name = "ovn_containers"

    var chains: [String: Chain]
    /// What else is in it, such as `set addresses`.
    var others: [String] = []
    /// How many packets its rules have dropped.
    package var dropped: Int64 = 0
}

extension FirewallTable {
    /// What is different in `found`, in words; empty where nothing is.
    package func differences(in found: FirewallTable) -> [String] {
        var differences: [String] = []
        for (name, chain) in chains.sorted(by: { $0.key < $1.key }) {
            guard let other = found.chains[name] else {
                differences.append("chain \(name) is missing")
                continue
            }
            if other.hook != chain.hook { differences.append("chain \(name) is not where it belongs") }
            guard other.rules != chain.rules else { continue }
            let missing = chain.rules.filter { !other.rules.contains($0) }
            differences += missing.map { rule in
                let isThere = other.rules.contains { $0.comment == rule.comment }
                return "rule \"\(rule.comment)\" of chain \(name) is \(isThere ? "altered" : "missing")"
            }
            let known = Set(chain.rules.map(\.comment))
            let strangers = other.rules.filter { !known.contains($0.comment) }.count
            if strangers > 0 {
                differences.append(
                    "chain \(name) has \(strangers) \(strangers == 1 ? "rule that is" : "rules that are") not ours")
            }
            if missing.isEmpty, strangers == 0 {
                differences.append("rules of chain \(name) are in another order, or twice there")
            }
        }
        differences += found.chains.keys.filter { chains[$0] == nil }.sorted().map { "chain \($0) is not ours" }
        return differences + found.others.sorted().map { "\($0) is not ours" }
    }
}
