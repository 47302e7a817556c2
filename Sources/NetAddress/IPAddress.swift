/// The two versions of the Internet Protocol.
public enum IPVersion: Int, Hashable, Sendable, CaseIterable {
    case v4 = 4
    case v6 = 6

    /// The number of bits of an address: 32 or 128.
    public var width: Int { self == .v4 ? 32 : 128 }
}

/// An address of either version.
public enum IPAddress: Hashable, Sendable {
    case v4(IPv4Address)
    case v6(IPv6Address)

    /// Nil unless `text` is an IPv4 or IPv6 address, without prefix length or zone.
    public init?(_ text: some StringProtocol) {
        guard let parsed = text.withUTF8Bytes({ IPAddress(utf8: $0) }) else { return nil }
        self = parsed
    }

    /// The same from the text's bytes.
    public init?(utf8 text: UnsafeBufferPointer<UInt8>) {
        if let address = IPv4Address(utf8: text) {
            self = .v4(address)
        } else if let address = IPv6Address(utf8: text) {
            self = .v6(address)
        } else {
            return nil
        }
    }

    /// The address with these low `version.width` bits.
    public init(_ version: IPVersion, bits: UInt128) {
        self = version == .v4 ? .v4(.init(bits: UInt32(truncatingIfNeeded: bits))) : .v6(.init(bits: bits))
    }

    /// Which of the two.
    public var version: IPVersion {
        switch self {
        case .v4: .v4
        case .v6: .v6
        }
    }

    /// The address as a number; an IPv4 address fills the low 32 bits.
    public var bits: UInt128 {
        switch self {
        case .v4(let address): UInt128(address.bits)
        case .v6(let address): address.bits
        }
    }

    /// The octets in network order: 4 or 16.
    public var octets: [UInt8] {
        switch self {
        case .v4(let address): address.octets
        case .v6(let address): address.octets
        }
    }

    /// The address `distance` further, nil where that leaves the address space.
    public func advanced(by distance: Int128) -> IPAddress? {
        let (sum, overflow) =
            distance >= 0
            ? bits.addingReportingOverflow(distance.magnitude) : bits.subtractingReportingOverflow(distance.magnitude)
        guard !overflow, version == .v6 || sum <= UInt128(UInt32.max) else { return nil }
        return IPAddress(version, bits: sum)
    }
}

extension IPAddress: Comparable {
    /// IPv4 before IPv6, each in numeric order.
    public static func < (a: Self, b: Self) -> Bool {
        a.version == b.version ? a.bits < b.bits : a.version == .v4
    }
}

extension IPAddress: LosslessStringConvertible {
    /// `10.0.0.7` or `fd00::7`
    public var description: String {
        switch self {
        case .v4(let address): address.description
        case .v6(let address): address.description
        }
    }
}
