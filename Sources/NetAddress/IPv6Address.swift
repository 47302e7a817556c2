/// An IPv6 address, 128 bits in host byte order.
///
/// Any text of RFC 4291 §2.2 is read, without a zone; the canonical text of RFC 5952 is written.
public struct IPv6Address: Hashable, Sendable {
    public var bits: UInt128

    public init(bits: UInt128) { self.bits = bits }

    /// Nil unless `text` is an address of RFC 4291 §2.2 (hexadecimal groups, at most one `::`, optionally a dotted quad last).
    public init?(_ text: some StringProtocol) {
        var head: [UInt16] = []
        var tail: [UInt16] = []
        var compressed = false
        var rest = Substring(text)
        guard !rest.isEmpty, rest.utf8.count <= 45 else { return nil }
        if rest.hasPrefix("::") {
            compressed = true
            rest = rest.dropFirst(2)
        }
        while !rest.isEmpty {
            let piece = rest.prefix { $0 != ":" }
            rest = rest.dropFirst(piece.count)
            if piece.utf8.contains(UInt8(ascii: ".")) {
                guard rest.isEmpty, let quad = IPv4Address(piece) else { return nil }
                let words = [UInt16(truncatingIfNeeded: quad.bits >> 16), UInt16(truncatingIfNeeded: quad.bits)]
                if compressed { tail += words } else { head += words }
                break
            }
            guard (1...4).contains(piece.utf8.count), piece.utf8.allSatisfy(\.isHexDigit),
                let word = UInt16(piece, radix: 16)
            else { return nil }
            if compressed { tail.append(word) } else { head.append(word) }
            if rest.isEmpty { break }
            rest = rest.dropFirst()
            if rest.isEmpty { return nil }
            if rest.first == ":" {
                if compressed { return nil }
                compressed = true
                rest = rest.dropFirst()
            }
        }
        let count = head.count + tail.count
        guard compressed ? count <= 7 : count == 8 else { return nil }
        let words = head + Array(repeating: 0, count: 8 - count) + tail
        bits = words.reduce(0) { $0 << 16 | UInt128($1) }
    }

    /// The address formed from a prefix and the modified EUI-64 of a MAC (RFC 4291 §2.5.1, appendix A).
    public init(eui64 mac: MACAddress, in prefix: IPv6Address) {
        let vendor = UInt128(mac.bits >> 24)
        let serial = UInt128(mac.bits & 0xff_ffff)
        let identifier = ((vendor ^ 0x02_0000) << 40) | (0xfffe << 24) | serial
        bits = (prefix.bits & ~UInt128(UInt64.max)) | identifier
    }

    /// The sixteen octets in network order.
    public var octets: [UInt8] { (0..<16).map { UInt8(truncatingIfNeeded: bits >> (120 - 8 * $0)) } }

    /// Whether the address is link-local, fe80::/10 (RFC 4291 §2.5.6).
    public var isLinkLocal: Bool { bits >> 118 == 0x3fa }

    private var words: [UInt16] { (0..<8).map { UInt16(truncatingIfNeeded: bits >> (112 - 16 * $0)) } }
}

extension IPv6Address: Comparable {
    public static func < (a: Self, b: Self) -> Bool { a.bits < b.bits }
}

extension IPv6Address: LosslessStringConvertible {
    /// RFC 5952: lower case, the first longest run of two or more zero groups as `::`, IPv4-mapped addresses dotted.
    public var description: String {
        if bits >> 32 == 0xffff { return "::ffff:\(IPv4Address(bits: UInt32(truncatingIfNeeded: bits)))" }
        let words = self.words
        var best = 0..<0
        var start = 0
        while start < 8 {
            var end = start
            while end < 8 && words[end] == 0 { end += 1 }
            if end - start > max(best.count, 1) { best = start..<end }
            start = max(end, start + 1)
        }
        func joined(_ words: ArraySlice<UInt16>) -> String {
            words.map { String($0, radix: 16) }.joined(separator: ":")
        }
        if best.isEmpty { return joined(words[...]) }
        return joined(words[..<best.lowerBound]) + "::" + joined(words[best.upperBound...])
    }
}

extension UInt8 {
    /// Whether the byte is an ASCII hexadecimal digit.
    var isHexDigit: Bool {
        switch self {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"),
            UInt8(ascii: "A")...UInt8(ascii: "F"):
            true
        default: false
        }
    }
}
