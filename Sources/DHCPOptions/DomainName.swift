/// The name of a host or a domain: labels of letters, digits, `-` and `_`, joined by dots (RFC 1123, RFC 2782). A
/// trailing dot is allowed.
package struct DomainName: Hashable, Sendable {
    /// As it was written.
    package let text: String

    /// Without the trailing dot (RFC 1035 has 255 bytes, two of which are not text).
    package static let maximumLength = 253

    /// Nil unless each label has 1…63 characters and the whole 1…253.
    package init?(_ text: some StringProtocol) {
        let bytes = Array(text.utf8)
        let name = bytes.last == UInt8(ascii: ".") ? bytes.dropLast() : bytes[...]
        guard name.count <= Self.maximumLength else { return nil }
        for label in name.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false) {
            guard (1...63).contains(label.count), label.allSatisfy(Self.isAllowed) else { return nil }
        }
        self.text = String(text)
    }

    private static func isAllowed(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
            true
        default: false
        }
    }

    /// In bytes, uncompressed in a packet (RFC 1035 §3.1).
    var encodedLength: Int { text.utf8.count + (text.utf8.last == UInt8(ascii: ".") ? 1 : 2) }
}

extension DomainName: CustomStringConvertible {
    package var description: String { text }
}
