package import NeutronAPI

/// The names by which a port's addresses are found in its network, as tags of the port keep them.
///
/// All tags that begin with `dns:` are the plugin's; others stay as they are. Of these there are two forms:
///
/// - `dns:NAME`, or `dns:NAME NAME…` where one tag for each would be too many;
/// - `dns:HASH:I:N:PART` for a name that is too long for a tag: part I of N (from 1), HASH is the whole name's fingerprint, 16
///   hexadecimal digits.
///
/// In a name every octet but letters, digits, `.`, `-`, `_` and `~` is written as `%XX` (RFC 3986): Neutron's lists of tags have commas
/// between them, its paths slashes. Tags may come in any order. What is not of these forms says nothing: a part that is missing, twice
/// there or not of its hash, a name that cannot be asked.
package struct PortNames: Sendable, Equatable {
    /// No port has more.
    package static let maximumCount = 64
    static let prefix = "dns:"

    /// Names that differ in more than their case; the container's own is the first.
    package let names: [String]
    /// What may not be one of them, and why.
    package let omitted: [Omission]

    package struct Omission: Sendable, Equatable {
        package let name: String
        package let reason: String
    }

    /// Takes from names that an engine says those that can be asked.
    package init(_ candidates: [String]) {
        var names: [String] = []
        var omitted: [Omission] = []
        var known: Set<String> = []
        for name in candidates where known.insert(name.lowercased()).inserted {
            if let problem = DNSName.problem(name) {
                omitted.append(Omission(name: name, reason: problem))
            } else if names.count == Self.maximumCount {
                omitted.append(Omission(name: name, reason: "a port has at most \(Self.maximumCount) names"))
            } else {
                names.append(name)
            }
        }
        self.names = names
        self.omitted = omitted
    }

    /// Reads a port's tags. `first` comes first where it is among them: the port's own name, which is its container's.
    package init(tags: [String], first: String = "") {
        let found = Self.decoded(tags.filter { $0.hasPrefix(Self.prefix) }).sorted {
            ($0.lowercased(), $0) < ($1.lowercased(), $1)
        }
        let own = first.lowercased()
        self.init(found.filter { $0.lowercased() == own } + found.filter { $0.lowercased() != own })
    }

    /// All names of a port: those that its container's engine knows, and Neutron's own, `dns_name`.
    package static func of(_ port: Port) -> [String] {
        let own = port.names?.name ?? ""
        return PortNames(
            PortNames(tags: port.standard.tags, first: port.name).names + (own.isEmpty ? [] : [own])
        ).names
    }

    /// What of a port's tags is not the plugin's.
    package static func others(_ tags: [String]) -> [String] { tags.filter { !$0.hasPrefix(prefix) } }
}
