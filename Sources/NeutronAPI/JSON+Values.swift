package import JSONCoding
import NetAddress

// The conversions that Neutron makes of what a client sends, with the messages it refuses with.
extension JSON {
    /// A boolean, or a number or text that stands for one: `1`, `t`, `true`, `on`, `y`, `yes` and their opposites.
    func asBoolean() throws(NeutronError) -> Bool {
        if case .boolean(let value) = self { return value }
        switch shown.trimmed.lowercased() {
        case "1", "t", "true", "on", "y", "yes": return true
        case "0", "f", "false", "off", "n", "no": return false
        default: throw .invalidInput("'\(shown)' cannot be converted to boolean")
        }
    }

    /// Whether this is what `value` is, or, where that is a boolean, stands for it.
    package func means(_ value: JSON) -> Bool {
        if self == value { return true }
        guard case .boolean(let flag) = value else { return false }
        do throws(NeutronError) { return try asBoolean() == flag } catch { return false }
    }

    /// An integer, a number whose fraction is dropped, or a text of an integer.
    func asInteger() throws(NeutronError) -> Int {
        switch self {
        case .integer(let value): return Int(value)
        case .number(let value):
            if let value = Int(exactly: value.rounded(.towardZero)) { return value }
        case .boolean(let value): return value ? 1 : 0
        case .string(let text):
            if let value = Int(text.trimmed) { return value }
        case .null, .array, .object: break
        }
        throw .invalidInput("'\(shown)' is not an integer")
    }

    /// An address, in the reason of a refusal where it is none.
    func asAddress() throws(Refusal) -> IPAddress {
        guard case .string(let text) = self, let address = IPAddress(text) else {
            throw Refusal("'\(shown)' is not a valid IP address")
        }
        return address
    }

    func asID<Other>(_ type: Other.Type = Other.self) throws(Refusal) -> ID<Other> {
        guard case .string(let text) = self, let id = ID<Other>(text) else {
            throw Refusal("'\(shown)' is not a valid UUID")
        }
        return id
    }

    /// A station's address in any of the usual notations: octets joined by `:` or `-`, three groups joined by `.`, or bare digits.
    func asMAC() throws(Refusal) -> MACAddress {
        guard case .string(let text) = self, let mac = MACAddress(neutron: text), !mac.isMulticast, mac.bits != 0 else {
            throw Refusal("'\(shown)' is not a valid MAC address")
        }
        return mac
    }

    /// A text of at most `maximum` characters in one line: without control characters. With `isBlock` it may have lines and tabs.
    func asText(_ maximum: Int, isBlock: Bool = false) throws(Refusal) -> String {
        guard case .string(let text) = self else { throw Refusal("'\(shown)' is not a valid string") }
        try Self.checkLength(text, maximum)
        guard text.unicodeScalars.allSatisfy({ !$0.isControl || isBlock && ["\n", "\r", "\t"].contains($0) }) else {
            throw Refusal("'\(text.shortened)' has control characters")
        }
        return text
    }

    private static func checkLength(_ text: String, _ maximum: Int) throws(Refusal) {
        // Counting characters walks the text; its bytes are at least as many.
        guard text.utf8.count <= maximum || text.unicodeScalars.count <= maximum else {
            throw Refusal("'\(text.shortened)' exceeds maximum length of \(maximum)")
        }
    }

    /// A text of printable characters that neither starts nor ends with a space.
    func asName(_ maximum: Int) throws(Refusal) -> String {
        guard case .string(let text) = self else { throw Refusal("'\(shown)' is not a valid string") }
        try Self.checkLength(text, maximum)
        let ok =
            text.utf8.allSatisfy { 0x20 < $0 && $0 < 0x7f }
            || text.unicodeScalars.allSatisfy(\.isPrintable) && text.unicodeScalars.first?.isSpace == false
                && text.unicodeScalars.last?.isSpace == false
        guard ok else { throw Refusal("'\(text.shortened)' is not a valid string") }
        return text
    }
}

/// Why a value is refused: the end of `Invalid input for <attribute>. Reason: …`.
struct Refusal: Error, Hashable, Sendable {
    let reason: String
    init(_ reason: String) { self.reason = reason }
}

extension MACAddress {
    package init?(neutron text: String) {
        if let mac = MACAddress(text) {
            self = mac
            return
        }
        var digits = text
        if text.utf8.count == 14 {
            let groups = text.split(separator: ".", omittingEmptySubsequences: false)
            guard groups.count == 3, groups.allSatisfy({ $0.utf8.count == 4 }) else { return nil }
            digits = groups.joined()
        }
        guard digits.utf8.count == 12, digits.utf8.allSatisfy({ $0.hexDigitValue != nil }),
            let bits = UInt64(digits, radix: 16)
        else { return nil }
        self.init(bits: bits)
    }
}

extension String {
    /// Without white space at both ends.
    var trimmed: String {
        let scalars = unicodeScalars
        guard let first = scalars.firstIndex(where: { !$0.properties.isWhitespace }),
            let last = scalars.lastIndex(where: { !$0.properties.isWhitespace })
        else { return "" }
        return String(scalars[first...last])
    }
}

extension Unicode.Scalar {
    /// Letters, marks, numbers, punctuation, symbols and the horizontal spaces.
    var isPrintable: Bool {
        switch properties.generalCategory {
        case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator: false
        default: true
        }
    }

    /// What moves a cursor or ends a line, in whatever shows the text: no database and no log needs to be asked for it.
    var isControl: Bool {
        switch properties.generalCategory {
        case .control, .lineSeparator, .paragraphSeparator: true
        default: false
        }
    }

    var isSpace: Bool { properties.generalCategory == .spaceSeparator }
}
