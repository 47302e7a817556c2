import JSONCoding

// Names of hosts and domains, by Neutron's rules: labels of letters, digits and `-` (RFC 1123 §2.1), in lower case.
extension JSON {
    /// The longest name, in characters.
    static let maximumHostName = 255

    /// A host's name: relative, or fully qualified with a final dot. Empty for none.
    func asHostName() throws(Refusal) -> String {
        let text = try asCaseInsensitive()
        if !text.isEmpty { try Self.checkLabels(of: text, shown: shown) }
        return text
    }

    /// A domain's name, fully qualified with a final dot. Empty for none.
    func asDomain() throws(Refusal) -> String {
        let text = try asCaseInsensitive()
        guard !text.isEmpty else { return text }
        guard text.utf8.last == UInt8(ascii: ".") else { throw Refusal("'\(text.shortened)' is not a FQDN") }
        try Self.checkLabels(of: text, shown: text.shortened)
        guard text.utf8.count <= Self.maximumHostName - 2 else {
            throw Refusal(
                "'\(text.shortened)' contains \(text.utf8.count) characters. Adding a sub-domain will cause it to exceed "
                    + "the maximum length of a FQDN of '\(Self.maximumHostName)'")
        }
        return text
    }

    private func asCaseInsensitive() throws(Refusal) -> String {
        guard case .string(let text) = self else { throw Refusal("Input value \(shown) must be string type") }
        return text.lowercased()
    }

    private static func checkLabels(of text: String, shown: String) throws(Refusal) {
        do throws(Refusal) {
            let name = text.utf8.last == UInt8(ascii: ".") ? String(text.dropLast()) : text
            guard name.unicodeScalars.count <= maximumHostName else {
                throw Refusal("'\(name.shortened)' exceeds the \(maximumHostName) character FQDN limit")
            }
            let labels = name.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
            for label in labels { try check(label) }
            if labels.count > 1, let last = labels.last, last.utf8.allSatisfy(\.isDigit) {
                throw Refusal("TLD '\(last)' must not be all numeric")
            }
        } catch {
            throw Refusal("'\(shown.lowercased())' not a valid PQDN or FQDN. Reason: \(error.reason)")
        }
    }

    private static func check(_ label: String) throws(Refusal) {
        guard !label.isEmpty else { throw Refusal("Encountered an empty component") }
        guard !label.hasPrefix("-"), !label.hasSuffix("-") else {
            throw Refusal("Name '\(label.shortened)' must not start or end with a hyphen")
        }
        guard label.isHostLabel else {
            throw Refusal(
                "Name '\(label.shortened)' must be 1-63 characters long, each of which can only be alphanumeric or a "
                    + "hyphen")
        }
    }
}

extension String {
    /// Whether the text is one label of a host's name, in lower case.
    package var isHostLabel: Bool {
        (1...63).contains(utf8.count) && utf8.first != UInt8(ascii: "-") && utf8.last != UInt8(ascii: "-")
            && utf8.allSatisfy {
                $0.isDigit || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0) || $0 == UInt8(ascii: "-")
            }
    }
}

extension UInt8 {
    fileprivate var isDigit: Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self) }
}

extension RequestReader {
    /// `dns_name`. Text of another type is refused as Neutron refuses it: before it looks at the attribute.
    func hostName() throws(NeutronError) -> String? {
        try checkIsText("dns_name")
        return try value("dns_name") { json throws(Refusal) in try json.asHostName() }
    }

    /// `dns_domain`
    func domain() throws(NeutronError) -> String? {
        try checkIsText("dns_domain")
        return try value("dns_domain") { json throws(Refusal) in try json.asDomain() }
    }

    private func checkIsText(_ name: String) throws(NeutronError) {
        guard let json = member(name), json.string == nil else { return }
        throw .invalidInput("Input value \(json.shown) must be string type")
    }
}
