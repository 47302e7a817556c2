/// An IPv4 address.
///
/// Text is the dotted quad of RFC 6943 §3.1.1's strict form: four decimal numbers without leading zeros.
public struct IPv4Address: Hashable, Sendable {
    /// The address as a number, the first octet on the wire highest.
    public var bits: UInt32

    /// Every number is an address.
    public init(bits: UInt32) { self.bits = bits }

    /// Nil unless `text` is exactly four decimal numbers 0…255 joined by dots, without leading zeros.
    public init?(_ text: some StringProtocol) {
        guard let parsed = text.withUTF8Bytes({ IPv4Address(utf8: $0) }) else { return nil }
        self = parsed
    }

    /// The same from the text's bytes.
    public init?(utf8 text: UnsafeBufferPointer<UInt8>) {
        var bits: UInt32 = 0
        var octet: UInt32 = 0
        var digits = 0
        var octets = 0
        for byte in text {
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"):
                if digits > 0 && octet == 0 { return nil }
                octet = octet * 10 + UInt32(byte - UInt8(ascii: "0"))
                digits += 1
                if octet > 255 { return nil }
            case UInt8(ascii: "."):
                if digits == 0 || octets == 3 { return nil }
                bits = bits << 8 | octet
                (octet, digits, octets) = (0, 0, octets + 1)
            default: return nil
            }
        }
        guard octets == 3, digits > 0 else { return nil }
        self.bits = bits << 8 | octet
    }

    /// The four octets in network order.
    public var octets: [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: bits >> (24 - 8 * $0)) } }
}

extension IPv4Address: Comparable {
    /// In numeric order of ``bits``.
    public static func < (a: Self, b: Self) -> Bool { a.bits < b.bits }
}

extension IPv4Address: LosslessStringConvertible {
    /// `10.0.0.7`
    public var description: String { "\(bits >> 24).\(bits >> 16 & 255).\(bits >> 8 & 255).\(bits & 255)" }
}
