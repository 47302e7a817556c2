package import NetAddress

extension DNSName {
    /// The address whose name is asked for by this one: of `7.0.0.10.in-addr.arpa` (RFC 1035 §3.5), 10.0.0.7, and of 32
    /// nibbles below `ip6.arpa` (RFC 3596 §2.5). Nil for all other names, those of whole networks among them.
    package var reverseAddress: IPAddress? {
        if let labels = dropping(suffix: "in-addr.arpa") { return labels.reversedIPv4.map(IPAddress.v4) }
        if let labels = dropping(suffix: "ip6.arpa") { return labels.reversedIPv6.map(IPAddress.v6) }
        return nil
    }

    private var reversedIPv4: IPv4Address? {
        var bits: UInt32 = 0
        var position = 0
        for octet in UInt32(0)..<4 {
            let length = Int(wire[position])
            guard 1...3 ~= length else { return nil }
            var value: UInt32 = 0
            for digit in wire[(position + 1)...(position + length)] {
                // No number has leading zeros, so that an address has one name.
                guard 48...57 ~= digit, value > 0 || length == 1 || digit != 48 else { return nil }
                value = 10 * value + UInt32(digit - 48)
            }
            guard value <= 255 else { return nil }
            bits |= value << (8 * octet)
            position += length + 1
        }
        return wire[position] == 0 ? IPv4Address(bits: bits) : nil
    }

    private var reversedIPv6: IPv6Address? {
        guard wire.count == 2 * 32 + 1 else { return nil }
        var bits: UInt128 = 0
        for nibble in 0..<32 {
            guard wire[2 * nibble] == 1, let value = wire[2 * nibble + 1].hexDigitValue else { return nil }
            bits |= UInt128(value) << UInt128(4 * nibble)
        }
        return IPv6Address(bits: bits)
    }
}
