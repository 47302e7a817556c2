package import NetAddress

/// 256 consecutive addresses that differ in their last octet. With a count of the taken addresses, a full block
/// is skipped in one step (see ``AddressSearch``).
package struct AddressBlock: Hashable, Sendable {
    package static let size = 256

    package let version: IPVersion
    /// The address bits without the last octet.
    package let number: UInt128

    package init(containing address: IPAddress) {
        version = address.version
        number = address.bits >> 8
    }

    init(_ version: IPVersion, number: UInt128) {
        (self.version, self.number) = (version, number)
    }

    /// The bits of the block's first and last address.
    var bits: ClosedRange<UInt128> { number << 8...number << 8 | 0xff }
}
