package import NetAddress

/// A DHCP option that OVN can send, and what its value may be.
package struct DHCPOption: Hashable, Sendable {
    /// What kind of value an option has.
    enum Kind: Hashable, Sendable {
        /// A number of addresses. `inBraces`: a single one is written as a list too, as ML2/OVN does.
        case addresses(ClosedRange<Int>, step: Int = 1, inBraces: Bool = false)
        /// Written `1` or `0`.
        case flag
        /// Used by ovn-northd itself and not sent to clients; written `true` or `false`.
        case word
        case number(ClosedRange<UInt32>)
        case text
        /// One name, limited in bytes.
        case domain(maximum: Int = DomainName.maximumLength)
        case domains
        case routes
        /// A unicast MAC address.
        case mac
        /// Sent by OVN itself, from the port and its subnet: cannot be set.
        case given
    }

    /// OVN's name, which is the key in the row's options.
    package let name: String
    package let version: IPVersion
    let kind: Kind
    /// Its names in the API: dnsmasq's, as in Neutron, or its number.
    package let aliases: [String]
    /// Whether OVN 23.03 has it. Later ones are available where the Southbound database lists them.
    package let isInEveryRelease: Bool

    init(_ version: IPVersion, _ name: String, _ kind: Kind, _ aliases: String..., isInEveryRelease: Bool = true) {
        self.version = version
        self.name = name
        self.kind = kind
        self.aliases = aliases
        self.isInEveryRelease = isInEveryRelease
    }

    /// The option of this name in the API. Nil where OVN has none.
    package static func called(_ alias: String, _ version: IPVersion) -> DHCPOption? {
        (version == .v4 ? aliases4 : aliases6)[alias]
    }

    /// The option of this name in OVN.
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
        // Domain names have no characters that need an escape.
        case .domains(let names): return "\"\(names.map(\.text).joined(separator: ","))\""
        case .routes(let routes): return Self.list(routes.map { "\($0.destination),\($0.nexthop)" })
        case .mac(let mac): return mac.description
        }
    }

    private static func list(_ items: [some CustomStringConvertible]) -> String {
        "{\(items.map(\.description).joined(separator: ", "))}"
    }
}
