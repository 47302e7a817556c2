/// An Ethernet address (EUI-48).
public struct MACAddress: Hashable, Sendable {
    /// The low 48 bits, the first octet on the wire highest.
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
        guard let parsed = text.withUTF8Bytes({ MACAddress(utf8: $0) }) else { return nil }
        self = parsed
    }

    /// The same from the text's bytes.
    public init?(utf8 text: UnsafeBufferPointer<UInt8>) {
        guard text.count == 17, text[2] == UInt8(ascii: ":") || text[2] == UInt8(ascii: "-") else { return nil }
        var bits: UInt64 = 0
        for (index, byte) in text.enumerated() {
            if index % 3 == 2 {
                guard byte == text[2] else { return nil }
            } else {
                guard let digit = byte.hexDigitValue else { return nil }
                bits = bits << 4 | UInt64(digit)
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
    /// In numeric order of ``bits``.
    public static func < (a: Self, b: Self) -> Bool { a.bits < b.bits }
}

extension MACAddress: LosslessStringConvertible {
    /// Lower case, joined by colons.
    public var description: String {
        String(unsafeUninitializedCapacity: 17) { text in
            for position in 0..<17 {
                guard position % 3 < 2 else {
                    text[position] = UInt8(ascii: ":")
                    continue
                }
                text[position] = .hexDigit(bits >> UInt64(44 - 4 * (position / 3 * 2 + position % 3)))
            }
            return 17
        }
    }
}
