/// An IPv6 address.
///
/// Any text of RFC 4291 §2.2 is read, without a zone; the canonical text of RFC 5952 is written.
public struct IPv6Address: Hashable, Sendable {
    /// The address as a number, the first octet on the wire highest.
    public var bits: UInt128

    /// Every number is an address.
    public init(bits: UInt128) { self.bits = bits }

    /// Nil unless `text` is an address of RFC 4291 §2.2 (hexadecimal groups, at most one `::`, optionally a dotted quad
    /// last).
    public init?(_ text: some StringProtocol) {
        guard let parsed = text.withUTF8Bytes({ IPv6Address(utf8: $0) }) else { return nil }
        self = parsed
    }

    /// The same from the text's bytes.
    public init?(utf8 text: UnsafeBufferPointer<UInt8>) {
        let colon = UInt8(ascii: ":")
        guard !text.isEmpty, text.count <= 45 else { return nil }
        /// The groups read so far, the last one lowest; those before the `::` are kept apart.
        var groups: UInt128 = 0
        var count = 0
        var head: (groups: UInt128, count: Int)?
        var position = 0
        if text[0] == colon {
            guard text.count > 1, text[1] == colon else { return nil }
            head = (0, 0)
            position = 2
        }
        while position < text.count {
            let start = position
            var group: UInt128 = 0
            while position < text.count, let digit = text[position].hexDigitValue {
                group = group << 4 | UInt128(digit)
                position += 1
                if position - start > 4 { return nil }
            }
            if position < text.count, text[position] == UInt8(ascii: ".") {
                guard let quad = IPv4Address(utf8: UnsafeBufferPointer(rebasing: text[start...])) else { return nil }
                (groups, count) = (groups << 32 | UInt128(quad.bits), count + 2)
                break
            }
            guard position > start else { return nil }
            (groups, count) = (groups << 16 | group, count + 1)
            if position == text.count { break }
            guard text[position] == colon, position + 1 < text.count, count < 8 else { return nil }
            position += 1
            if text[position] == colon {
                guard head == nil else { return nil }
                head = (groups, count)
                (groups, count) = (0, 0)
                position += 1
            }
        }
        guard let head else {
            guard count == 8 else { return nil }
            bits = groups
            return
        }
        guard head.count + count <= 7 else { return nil }
        bits = head.count == 0 ? groups : head.groups << UInt128(16 * (8 - head.count)) | groups
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
}

extension IPv6Address: Comparable {
    /// In numeric order of ``bits``.
    public static func < (a: Self, b: Self) -> Bool { a.bits < b.bits }
}

extension IPv6Address: LosslessStringConvertible {
    /// RFC 5952: lower case, the first longest run of two or more zero groups as `::`, IPv4-mapped addresses dotted.
    public var description: String {
        if bits >> 32 == 0xffff { return "::ffff:\(IPv4Address(bits: UInt32(truncatingIfNeeded: bits)))" }
        let zeros = longestZeroRun
        return String(unsafeUninitializedCapacity: 39) { text in
            var count = 0
            for group in 0..<8 where !zeros.contains(group) || group == zeros.lowerBound {
                if group == zeros.lowerBound && !zeros.isEmpty {
                    text[count] = UInt8(ascii: ":")
                    count += 1
                    if zeros.upperBound == 8 {
                        text[count] = UInt8(ascii: ":")
                        count += 1
                    }
                    continue
                }
                if group > 0 {
                    text[count] = UInt8(ascii: ":")
                    count += 1
                }
                let value = word(group)
                var shift = value > 0xfff ? 12 : value > 0xff ? 8 : value > 0xf ? 4 : 0
                while shift >= 0 {
                    let digit = UInt8(truncatingIfNeeded: value >> UInt16(shift)) & 15
                    text[count] = digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10
                    count += 1
                    shift -= 4
                }
            }
            return count
        }
    }

    private func word(_ group: Int) -> UInt16 { UInt16(truncatingIfNeeded: bits >> UInt128(112 - 16 * group)) }

    /// The first of the longest runs of at least two groups that are zero.
    private var longestZeroRun: Range<Int> {
        var best = 0..<0
        var start = 0
        while start < 8 {
            var end = start
            while end < 8 && word(end) == 0 { end += 1 }
            if end - start > max(best.count, 1) { best = start..<end }
            start = max(end, start + 1)
        }
        return best
    }
}
