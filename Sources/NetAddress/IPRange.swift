/// Consecutive addresses of one version, both ends included.
public struct IPRange: Hashable, Sendable {
    /// The lowest address.
    public let first: IPAddress
    /// The highest address, of the same version.
    public let last: IPAddress

    /// Nil where the versions differ or `first` is greater than `last`.
    public init?(_ first: IPAddress, _ last: IPAddress) {
        guard first.version == last.version, first <= last else { return nil }
        self.init(ordered: first, last)
    }

    /// Of two addresses of one version in ascending order; traps where they are not.
    package init(ordered first: IPAddress, _ last: IPAddress) {
        precondition(first.version == last.version && first <= last, "\(first) and \(last) are not a range")
        (self.first, self.last) = (first, last)
    }

    /// The version of its addresses.
    public var version: IPVersion { first.version }

    /// The number of addresses, `UInt128.max` for the whole IPv6 space, which has one more.
    public var count: UInt128 {
        let distance = last.bits - first.bits
        return distance == .max ? distance : distance + 1
    }

    /// False for an address of the other version.
    public func contains(_ address: IPAddress) -> Bool {
        address.version == version && first <= address && address <= last
    }

    /// Whether the two share an address.
    public func overlaps(_ other: IPRange) -> Bool {
        version == other.version && first <= other.last && other.first <= last
    }
}

extension IPRange: CustomStringConvertible {
    /// `10.0.0.10-10.0.0.20`
    public var description: String { "\(first)-\(last)" }
}
