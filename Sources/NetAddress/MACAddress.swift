/// An Ethernet address (EUI-48), the low 48 bits in transmission order.
public struct MACAddress: Hashable, Sendable {
    public let bits: UInt64

    /// Nil where more than 48 bits are given.
    public init?(bits: UInt64) {
        guard bits >> 48 == 0 else { return nil }
        self.bits = bits
    }

    /// Nil unless six octets are given.
    public init?(octets: some Collection<UInt8>) {
        guard octets.count == 6 else { return nil }
        bits = octets.reduce(0) { $0 << 8 | UInt64($1) }
    }

    /// Nil unless `text` is six two-digit hexadecimal octets joined by `:` or by `-`.
    public init?(_ text: some StringProtocol) {
        let bytes = Array(text.utf8)
        guard bytes.count == 17, bytes[2] == UInt8(ascii: ":") || bytes[2] == UInt8(ascii: "-") else { return nil }
        var bits: UInt64 = 0
        for (index, byte) in bytes.enumerated() {
            if index % 3 == 2 {
                guard byte == bytes[2] else { return nil }
            } else {
                guard byte.isHexDigit else { return nil }
                bits = bits << 4 | UInt64(byte < 58 ? byte - 48 : (byte | 32) - 87)
            }
        }
        self.bits = bits
    }

    /// The six octets in transmission order.
    public var octets: [UInt8] { (0..<6).map { UInt8(truncatingIfNeeded: bits >> (40 - 8 * $0)) } }

    /// Whether the group bit is set: multicast and broadcast, never an interface's own address.
    public var isMulticast: Bool { bits >> 40 & 1 == 1 }
}

extension MACAddress: Comparable {
    public static func < (a: Self, b: Self) -> Bool { a.bits < b.bits }
}

extension MACAddress: LosslessStringConvertible {
    /// Lower case, joined by colons.
    public var description: String {
        let digits = Array("0123456789abcdef".utf8)
        var text: [UInt8] = []
        for octet in octets {
            if !text.isEmpty { text.append(UInt8(ascii: ":")) }
            text += [digits[Int(octet >> 4)], digits[Int(octet & 15)]]
        }
        return String(decoding: text, as: UTF8.self)
    }
}
