/// A string constant for OVN: one line of printable ASCII, 1…255 bytes.
///
/// ovn-northd copies the texts of its rows into the actions of flows as they are. OVN's lexer ends a string at the
/// first quote that no backslash stands before and reads escapes as JSON does, so that is how ``quoted`` writes it.
package struct QuotedText: Hashable, Sendable {
    package let text: String

    /// In bytes, of a DHCP option.
    package static let maximumLength = 255

    /// Nil unless `text` is 1…255 bytes, each a printable character of ASCII or a blank.
    package init?(_ text: some StringProtocol) {
        guard (1...Self.maximumLength).contains(text.utf8.count), text.utf8.allSatisfy({ 0x20...0x7e ~= $0 }) else {
            return nil
        }
        self.text = String(text)
    }

    /// Reads what ``quoted`` or any JSON writer writes: nil unless it is exactly one quoted string.
    package init?(quoted: some StringProtocol) {
        let bytes = Array(quoted.utf8)
        guard bytes.count >= 2, bytes.first == Self.quote, bytes.last == Self.quote else { return nil }
        var rest = bytes.dropFirst().dropLast()
        var text: [UInt8] = []
        while let byte = rest.popFirst() {
            switch byte {
            case Self.quote: return nil
            case Self.backslash:
                guard let unescaped = Self.unescaped(&rest) else { return nil }
                text.append(unescaped)
            default: text.append(byte)
            }
        }
        self.init(String(decoding: text, as: UTF8.self))
    }

    /// The text as one string constant of OVN's lexer, with its quotes.
    package var quoted: String {
        var bytes: [UInt8] = [Self.quote]
        for byte in text.utf8 {
            switch byte {
            case Self.quote, Self.backslash: bytes += [Self.backslash, byte]
            // A caret would make ovn-controller look for variable names and rewrite the whole flow.
            case UInt8(ascii: "^"): bytes += Array(#"\u005e"#.utf8)
            default: bytes.append(byte)
            }
        }
        bytes.append(Self.quote)
        return String(decoding: bytes, as: UTF8.self)
    }

    private static let quote = UInt8(ascii: "\"")
    private static let backslash = UInt8(ascii: "\\")

    /// Takes what follows a backslash. Nil where it is not an escape, or one for a character that ``QuotedText`` cannot
    /// have.
    private static func unescaped(_ rest: inout ArraySlice<UInt8>) -> UInt8? {
        switch rest.popFirst() {
        case let byte? where [quote, backslash, UInt8(ascii: "/")].contains(byte): return byte
        case UInt8(ascii: "u")?:
            let digits = rest.prefix(4)
            guard digits.count == 4, digits.allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit }),
                let code = UInt32(String(decoding: digits, as: UTF8.self), radix: 16), code <= 0x7e
            else { return nil }
            rest = rest.dropFirst(4)
            return UInt8(code)
        default: return nil
        }
    }
}
