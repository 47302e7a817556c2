import CLinux

/// One netlink message: `struct nlmsghdr` and what follows it (netlink(7)).
package struct Message: Hashable, Sendable {
    package static let headerLength = 16

    package var type: UInt16
    package var flags: UInt16
    package var sequence: UInt32
    package var port: UInt32
    package var payload: ArraySlice<UInt8>

    package init(type: UInt16, flags: UInt16, sequence: UInt32, port: UInt32, payload: ArraySlice<UInt8>) {
        self.type = type
        self.flags = flags
        self.sequence = sequence
        self.port = port
        self.payload = payload
    }

    /// Takes one message and its padding.
    ///
    /// - Throws: ``NetlinkError/Code/malformed`` for a length shorter than a header or longer than what is left.
    package init(from reader: inout ByteReader) throws(NetlinkError) {
        let length = Int(try reader.take(UInt32.self))
        guard length >= Self.headerLength else {
            throw .malformed("message of \(length) bytes is shorter than its header")
        }
        type = try reader.take()
        flags = try reader.take()
        sequence = try reader.take()
        port = try reader.take()
        payload = try reader.take(length - Self.headerLength)
        reader.skipPadding(after: length)
    }

    /// All messages of one datagram.
    package static func all(in datagram: ArraySlice<UInt8>) throws(NetlinkError) -> [Message] {
        var reader = ByteReader(datagram)
        var messages: [Message] = []
        while !reader.isEmpty { messages.append(try Message(from: &reader)) }
        return messages
    }

    /// Appends the message and its padding.
    package func encode(into bytes: inout [UInt8]) {
        bytes.append(integer: UInt32(Self.headerLength + payload.count))
        bytes.append(integer: type)
        bytes.append(integer: flags)
        bytes.append(integer: sequence)
        bytes.append(integer: port)
        bytes.append(contentsOf: payload)
        bytes.pad()
    }

    /// Whether the message belongs to a dump of a table that changed meanwhile (`NLM_F_DUMP_INTR`).
    package var isInterrupted: Bool { flags & UInt16(NLM_F_DUMP_INTR) != 0 }
}

extension [UInt8] {
    /// Appends an integer in the machine's byte order.
    mutating func append(integer value: some FixedWidthInteger) {
        Swift.withUnsafeBytes(of: value) { append(contentsOf: $0) }
    }

    /// Appends zeros up to a multiple of 4.
    mutating func pad() { append(contentsOf: repeatElement(0, count: (4 - count & 3) & 3)) }
}
