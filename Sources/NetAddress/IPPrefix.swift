/// A network: an address whose host bits are zero, and a prefix length. Text is CIDR notation, `10.0.0.0/8`.
public struct IPPrefix: Hashable, Sendable {
    /// The first address; its host bits are zero.
    public let network: IPAddress
    /// 0…32 or 0…128.
    public let length: Int

    /// The network of the given length that holds `address`; host bits are cleared. Nil where the length is out of
    /// range.
    public init?(_ address: IPAddress, length: Int) {
        guard (0...address.version.width).contains(length) else { return nil }
        self.init(of: address, checkedLength: length)
    }

    fileprivate init(of address: IPAddress, checkedLength length: Int) {
        self.length = length
        network = IPAddress(address.version, bits: address.bits & Self.mask(address.version, length))
    }

    /// Nil unless `text` is `address/length` with a decimal length in range. Host bits are cleared; use
    /// ``InterfaceAddress`` where they matter.
    public init?(_ text: some StringProtocol) {
        guard let whole = InterfaceAddress(text) else { return nil }
        self = whole.prefix
    }

    /// Every address of a version, `0.0.0.0/0` or `::/0`: the destination of a default route.
    package static func all(_ version: IPVersion) -> IPPrefix {
        IPPrefix(of: IPAddress(version, bits: 0), checkedLength: 0)
    }

    /// The version of its addresses.
    public var version: IPVersion { network.version }

    /// The last address: the broadcast address of an IPv4 network.
    public var last: IPAddress {
        IPAddress(version, bits: network.bits | ~Self.mask(version, length) & Self.mask(version, version.width))
    }

    /// All addresses, the first and the last included.
    public var range: IPRange { IPRange(ordered: network, last) }

    /// False for an address of the other version.
    public func contains(_ address: IPAddress) -> Bool {
        address.version == version && address.bits & Self.mask(version, length) == network.bits
    }

    /// Whether all of `other` lies in this network; equal ones contain each other.
    public func contains(_ other: IPPrefix) -> Bool { other.length >= length && contains(other.network) }

    /// Whether one of the two contains the other.
    public func overlaps(_ other: IPPrefix) -> Bool { contains(other.network) || other.contains(network) }

    /// The netmask as an address, `255.255.255.0`.
    public var mask: IPAddress { IPAddress(version, bits: Self.mask(version, length)) }

    private static func mask(_ version: IPVersion, _ length: Int) -> UInt128 {
        let all: UInt128 = version == .v4 ? UInt128(UInt32.max) : .max
        return length == 0 ? 0 : all << UInt128(version.width - length) & all
    }
}

extension IPPrefix: LosslessStringConvertible {
    /// `10.0.0.0/8`
    public var description: String { "\(network)/\(length)" }
}

/// An address as an interface carries it: with the length of the network it lies in. Text is `10.0.0.7/24`.
public struct InterfaceAddress: Hashable, Sendable {
    /// With its host bits.
    public let address: IPAddress
    /// 0…32 or 0…128.
    public let length: Int

    /// Nil where the length is out of range for the address's version.
    public init?(_ address: IPAddress, length: Int) {
        guard (0...address.version.width).contains(length) else { return nil }
        (self.address, self.length) = (address, length)
    }

    /// Nil unless `text` is `address/length` with a decimal length in range and without leading zeros.
    public init?(_ text: some StringProtocol) {
        guard let parsed = text.withUTF8Bytes({ InterfaceAddress(utf8: $0) }) else { return nil }
        self = parsed
    }

    /// The same from the text's bytes.
    public init?(utf8 text: UnsafeBufferPointer<UInt8>) {
        guard let slash = text.firstIndex(of: UInt8(ascii: "/")),
            let address = IPAddress(utf8: UnsafeBufferPointer(rebasing: text[..<slash]))
        else { return nil }
        let digits = text[(slash + 1)...]
        guard (1...3).contains(digits.count), digits.allSatisfy({ 48...57 ~= $0 }),
            digits.count == 1 || digits.first != 48
        else { return nil }
        self.init(address, length: digits.reduce(0) { $0 * 10 + Int($1 - 48) })
    }

    /// The network it lies in.
    public var prefix: IPPrefix { IPPrefix(of: address, checkedLength: length) }
}

extension InterfaceAddress: LosslessStringConvertible {
    /// `10.0.0.7/24`
    public var description: String { "\(address)/\(length)" }
}
