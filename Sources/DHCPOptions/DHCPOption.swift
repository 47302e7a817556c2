package import NetAddress

/// An option of DHCP that OVN can answer with, and what its value may be.
package struct DHCPOption: Hashable, Sendable {
    /// What kind of value an option has.
    enum Kind: Hashable, Sendable {
        /// So many addresses. `inBraces`: also one alone is written as a list, as ML2/OVN does.
        case addresses(ClosedRange<Int>, step: Int = 1, inBraces: Bool = false)
        /// Written `1` or `0`.
        case flag
        /// What ovn-northd takes for itself and does not tell clients; written `true` or `false`.
        case word
        case number(ClosedRange<UInt32>)
        case text
        /// One name of at most so many bytes.
        case domain(maximum: Int = DomainName.maximumLength)
        case domains
        case routes
        /// A station's address.
        case mac
        /// What OVN says by itself, by the port and its subnet: nobody else can.
        case given
    }

    /// OVN's name, which is the key in the row's options.
    package let name: String
    package let version: IPVersion
    let kind: Kind
    /// How clients of the API call it: by dnsmasq's name, as in Neutron, or by its number.
    package let aliases: [String]
    /// Whether OVN 23.03 has it. What Southbound lists counts for those that came later.
    package let isInEveryRelease: Bool

    init(_ version: IPVersion, _ name: String, _ kind: Kind, _ aliases: String..., isInEveryRelease: Bool = true) {
        self.version = version
        self.name = name
        self.kind = kind
        self.aliases = aliases
        self.isInEveryRelease = isInEveryRelease
    }

    /// The option that clients of the API call so. Nil where OVN has none.
    package static func called(_ alias: String, _ version: IPVersion) -> DHCPOption? {
        (version == .v4 ? aliases4 : aliases6)[alias]
    }

    /// The option that OVN calls so.
    package static func named(_ name: String, _ version: IPVersion) -> DHCPOption? {
        (version == .v4 ? names4 : names6)[name]
    }

    private static let aliases4 = byAlias(all4)
    private static let aliases6 = byAlias(all6)
    private static let names4 = Dictionary(uniqueKeysWithValues: all4.map { ($0.name, $0) })
    private static let names6 = Dictionary(uniqueKeysWithValues: all6.map { ($0.name, $0) })

    private static func byAlias(_ options: [DHCPOption]) -> [String: DHCPOption] {
        Dictionary(uniqueKeysWithValues: options.flatMap { option in option.aliases.map { ($0, option) } })
    }
}

extension DHCPOption {
    /// The value as OVN reads it: one constant of the option's type, or one list of them.
    package func text(_ value: DHCPValue) -> String {
        switch value {
        case .addresses(let addresses):
            if case .addresses(_, step: _, inBraces: true) = kind { return Self.list(addresses) }
            return addresses.count == 1 ? addresses[0].description : Self.list(addresses)
        case .flag(let flag): return kind == .word ? String(flag) : flag ? "1" : "0"
        case .number(let number): return String(number)
        case .text(let text): return text.quoted
        // Names have nothing in them that would need an escape.
        case .domains(let names): return "\"\(names.map(\.text).joined(separator: ","))\""
        case .routes(let routes): return Self.list(routes.map { "\($0.destination),\($0.nexthop)" })
        case .mac(let mac): return mac.description
        }
    }

    private static func list(_ items: [some CustomStringConvertible]) -> String {
        "{\(items.map(\.description).joined(separator: ", "))}"
    }
}
