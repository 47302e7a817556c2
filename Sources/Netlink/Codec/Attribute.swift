import CLinux
package import NetAddress

/// One attribute: `struct nlattr` and its value (netlink(7)). The nested and byte-order flags are dropped from the
/// type.
package struct Attribute: Hashable, Sendable {
    package static let headerLength = 4

    package let type: UInt16
    package let value: ArraySlice<UInt8>

    /// Takes one attribute and its padding.
    ///
    /// - Throws: ``NetlinkError/Code/malformed`` for a length shorter than a header, zero included, or longer than what
    ///   is left.
    package init(from reader: inout ByteReader) throws(NetlinkError) {
        let length = Int(try reader.take(UInt16.self))
        guard length >= Self.headerLength else {
            throw .malformed("attribute of \(length) bytes is shorter than its header")
        }
        type = try reader.take(UInt16.self) & 0x3fff
        value = try reader.take(length - Self.headerLength)
        reader.skipPadding(after: length)
    }

    /// All attributes up to the end of `bytes`.
    package static func all(in bytes: ArraySlice<UInt8>) throws(NetlinkError) -> [Attribute] {
        var reader = ByteReader(bytes)
        var attributes: [Attribute] = []
        while !reader.isEmpty { attributes.append(try Attribute(from: &reader)) }
        return attributes
    }

    /// The attributes inside.
    package func nested() throws(NetlinkError) -> [Attribute] { try Self.all(in: value) }

    /// The value as an integer in the machine's byte order, of exactly its size.
    package func integer<T: FixedWidthInteger>(_ type: T.Type = T.self) throws(NetlinkError) -> T {
        guard value.count == MemoryLayout<T>.size else {
            throw .malformed("attribute \(self.type) has \(value.count) bytes instead of \(MemoryLayout<T>.size)")
        }
        return value.withUnsafeBytes { $0.loadUnaligned(as: T.self) }
    }

    /// The value as text, up to its first zero byte.
    package var text: String { String(decoding: value.prefix { $0 != 0 }, as: UTF8.self) }

    /// The value as an address: 4 or 16 bytes.
    package func address() throws(NetlinkError) -> IPAddress {
        guard value.count == 4 || value.count == 16 else {
            throw .malformed("attribute \(type) has \(value.count) bytes, which is not an address")
        }
        let bits = value.reduce(UInt128(0)) { $0 << 8 | UInt128($1) }
        return IPAddress(value.count == 4 ? .v4 : .v6, bits: bits)
    }

    /// The value as an Ethernet address, nil for another kind of hardware address.
    package var mac: MACAddress? { MACAddress(octets: value) }
}

/// Writes attributes one after the other.
package struct AttributeWriter: Sendable {
    package private(set) var bytes: [UInt8] = []

    /// Starts with a family's fixed header, already padded.
    package init(header: [UInt8] = []) { bytes = header }

    package mutating func put(_ type: Int, bytes value: some Collection<UInt8>) {
        // Only a bug of ours makes a value beyond 64 KiB; names, addresses and nests of them stay far below.
        precondition(value.count <= Int(UInt16.max) - Attribute.headerLength, "attribute \(type) is too long")
        bytes.append(integer: UInt16(Attribute.headerLength + value.count))
        bytes.append(integer: UInt16(type))
        bytes.append(contentsOf: value)
        bytes.pad()
    }

    /// An integer in the machine's byte order.
    package mutating func put(_ type: Int, _ value: some FixedWidthInteger) {
        withUnsafeBytes(of: value) { put(type, bytes: $0) }
    }

    /// Text with its final zero byte.
    package mutating func put(_ type: Int, text: String) { put(type, bytes: Array(text.utf8) + [0]) }

    package mutating func put(_ type: Int, _ address: IPAddress) { put(type, bytes: address.octets) }

    package mutating func put(_ type: Int, _ mac: MACAddress) { put(type, bytes: mac.octets) }

    /// Attributes inside an attribute, behind an optional fixed header.
    package mutating func nest(_ type: Int, header: [UInt8] = [], _ body: (inout AttributeWriter) throws -> Void)
        rethrows
    {
        var inner = AttributeWriter(header: header)
        try body(&inner)
        put(type | Int(NLA_F_NESTED), bytes: inner.bytes)
    }
}
