package import HostSetup
import JSONCoding
import NeutronAPI

extension FirewallTable {
    /// Reads what `nft -j list table` says of it.
    ///
    /// - Throws: `refused` where that is not what libnftables-json(5) describes.
    package init(listing: some Sequence<UInt8>) throws(HostError) {
        let items: [JSON]
        do {
            guard let list = try JSON(parsing: listing).object?["nftables"]?.array else {
                throw Self.unreadable("no list")
            }
            items = list
        } catch let error as HostError {
            throw error
        } catch {
            throw Self.unreadable("\(error)")
        }
        self.init(chains: [:])
        for item in items {
            guard let (kind, value) = item.object?.first, let object = value.object else {
                throw Self.unreadable("an item without a kind")
            }
            switch kind {
            case "metainfo": continue
            case "table":
                // One that is `dormant` does nothing.
                if let flags = object["flags"], flags != [] { others.append("flag \(flags.string ?? "\(flags)")") }
            case "chain": try read(chain: object)
            case "rule": try read(rule: object)
            default: others.append("\(kind) \(object["name"]?.string ?? "without a name")")
            }
        }
    }

    private mutating func read(chain object: [String: JSON]) throws(HostError) {
        guard let name = object["name"]?.string else { throw Self.unreadable("a chain without a name") }
        var hook: Hook?
        if let place = object["hook"]?.string {
            guard let type = object["type"]?.string, case .integer(let priority) = object["prio"] else {
                throw Self.unreadable("chain \(name) without a type or priority")
            }
            hook = Hook(type: type, hook: place, priority: priority, policy: object["policy"]?.string ?? "accept")
        }
        chains[name] = Chain(hook: hook, rules: [])
    }

    private mutating func read(rule object: [String: JSON]) throws(HostError) {
        guard let chain = object["chain"]?.string, let expressions = object["expr"]?.array, chains[chain] != nil else {
            throw Self.unreadable("a rule without a chain or expressions")
        }
        chains[chain]?.rules.append(Rule(object["comment"]?.string ?? "", expressions))
        for expression in expressions {
            guard case .integer(let packets) = expression.object?["counter"]?.object?["packets"] else { continue }
            dropped &+= packets
        }
    }

    private static func unreadable(_ reason: String) -> HostError {
        HostError(.refused, "nft's list of what is in it is not understood: \(reason)")
    }

    /// The commands that make the table what this one is, whatever there was, in one transaction.
    package var commands: [UInt8] {
        var list = Self.removal + [Self.add("table", Self.table)]
        let chains = chains.sorted { $0.key < $1.key }
        for (name, chain) in chains {
            var members = Self.place(name: name)
            if let hook = chain.hook {
                members["type"] = .string(hook.type)
                members["hook"] = .string(hook.hook)
                members["prio"] = .integer(hook.priority)
                members["policy"] = .string(hook.policy)
            }
            list.append(Self.add("chain", members))
        }
        // Once there are all the chains that rules send packets to.
        for (name, chain) in chains {
            for rule in chain.rules {
                var members = Self.place(chain: name)
                members["comment"] = .string(rule.comment)
                members["expr"] = .array(rule.expressions)
                list.append(Self.add("rule", members))
            }
        }
        return Self.bytes(list)
    }

    /// The commands that remove the table, there or not.
    package static var removalCommands: [UInt8] { bytes(removal) }

    private static var removal: [JSON] { [add("table", table), ["delete": ["table": .object(table)]]] }

    private static let table: [String: JSON] = ["family": "inet", "name": .string(name)]

    private static func place(name chain: String) -> [String: JSON] {
        ["family": "inet", "table": .string(name), "name": .string(chain)]
    }

    private static func place(chain: String) -> [String: JSON] {
        ["family": "inet", "table": .string(name), "chain": .string(chain)]
    }

    private static func add(_ kind: String, _ members: [String: JSON]) -> JSON {
        ["add": .object([kind: .object(members)])]
    }

    private static func bytes(_ list: [JSON]) -> [UInt8] {
        var writer = JSONWriter()
        writer.value(["nftables": .array(list)] as [String: JSON])
        return writer.bytes
    }
}
