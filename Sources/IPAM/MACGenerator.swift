package import NetAddress

/// Draws MAC addresses at random: the first three octets of a base, or four where the base's fourth is not zero, then
/// random ones.
package struct MACGenerator: Sendable {
    /// OpenStack's own prefix, fa:16:3e.
    package static let standard = MACGenerator(fixed: 0xfa16_3e00_0000, random: 0xff_ffff)

    private let fixed: UInt64
    private let random: UInt64

    private init(fixed: UInt64, random: UInt64) { (self.fixed, self.random) = (fixed, random) }

    /// Nil where the base has the group bit set: such an address is never an interface's own.
    package init?(base: MACAddress) {
        guard !base.isMulticast else { return nil }
        random = base.bits >> 16 & 0xff == 0 ? 0xff_ffff : 0xffff
        fixed = base.bits & ~random
    }

    /// A free address. Nil after 64 draws, which no real network comes near to.
    package func next(using generator: inout some RandomNumberGenerator, isTaken: (MACAddress) -> Bool) -> MACAddress? {
        for _ in 0..<64 {
            let drawn = MACAddress(bits: fixed | UInt64.random(in: 0...random, using: &generator))
            if let drawn, !isTaken(drawn) { return drawn }
        }
        return nil
    }
}
