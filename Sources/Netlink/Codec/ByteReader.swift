/// Takes values off the front of received bytes; every take is bounds-checked.
///
/// Netlink is in the machine's byte order, except where a value is named big-endian.
package struct ByteReader: Sendable {
    package private(set) var rest: ArraySlice<UInt8>

    package init(_ bytes: ArraySlice<UInt8>) { rest = bytes }

    package var isEmpty: Bool { rest.isEmpty }

    /// The next `count` bytes.
    package mutating func take(_ count: Int) throws(NetlinkError) -> ArraySlice<UInt8> {
        guard count >= 0, count <= rest.count else {
            throw .malformed("message cut short: \(count) bytes expected, \(rest.count) left")
        }
        defer { rest = rest.dropFirst(count) }
        return rest.prefix(count)
    }

    /// The next integer, in the machine's byte order.
    package mutating func take<T: FixedWidthInteger>(_ type: T.Type = T.self) throws(NetlinkError) -> T {
        let bytes = try take(MemoryLayout<T>.size)
        return bytes.withUnsafeBytes { $0.loadUnaligned(as: T.self) }
    }

    /// Skips the padding that brings `length` to a multiple of 4, or over what is left of it.
    package mutating func skipPadding(after length: Int) {
        rest = rest.dropFirst(min((4 - length & 3) & 3, rest.count))
    }
}
