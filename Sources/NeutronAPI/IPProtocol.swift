import JSONCoding

/// A protocol above IP, as a security group's rule names it: by a name that Neutron knows, or by its number.
package struct IPProtocol: Hashable, Sendable {
    /// In lower case.
    package let text: String
    /// 0…255.
    package let number: Int

    /// Nil for what is neither a known name nor a number from 0 to 255.
    package init?(_ text: String) {
        let text = text.lowercased()
        guard let number = Self.numbers[text] ?? Int(text), 0...255 ~= number else { return nil }
        (self.text, self.number) = (text, number)
    }

    package static let icmp = 1
    package static let icmp6 = 58
    package static let tcp = 6
    package static let udp = 17
    package static let sctp = 132

    /// Those that exist with IPv6 only.
    static let ofIPv6: Set<Int> = [41, 43, 44, icmp6, 59, 60]

    /// IANA's numbers of the names, in the order in which refusals list them.
    static let names: KeyValuePairs<String, Int> = [
        "ah": 51, "dccp": 33, "egp": 8, "esp": 50, "gre": 47, "hopopt": 0, "icmp": icmp, "igmp": 2, "ip": 0, "ipip": 4,
        "ipv6-encap": 41, "ipv6-frag": 44, "ipv6-icmp": icmp6, "icmpv6": icmp6, "ipv6-nonxt": 59, "ipv6-opts": 60,
        "ipv6-route": 43, "ospf": 89, "pgm": 113, "rsvp": 46, "sctp": sctp, "tcp": tcp, "udp": udp, "udplite": 136,
        "vrrp": 112,
    ]
    private static let numbers = Dictionary(uniqueKeysWithValues: names.map { ($0.key, $0.value) })
}

extension Kind<IPProtocol> {
    static var ipProtocol: Self {
        Self(
            read: { json, _ throws(NeutronError) in
                var text: String?
                if case .integer(let number) = json { text = String(number) }
                if case .string(let word) = json { text = word }
                guard let found = text.flatMap({ IPProtocol($0) }) else {
                    let names = IPProtocol.names.map { "'\($0.key)'" }.joined(separator: ", ")
                    throw NeutronError(
                        status: 400, type: "SecurityGroupRuleInvalidProtocol",
                        message: "Security group rule protocol \(json.shown) not supported. Only protocol values "
                            + "[None, \(names)] and integer representations [0 to 255] are supported.")
                }
                return found
            },
            json: { .string($0.text) },
            filter: { texts in
                let wanted = Set(texts.map { $0.lowercased() })
                return { wanted.contains($0.text) }
            },
            sortKey: { .text($0.text) }, parse: { IPProtocol($0) }, write: \.text)
    }
}
