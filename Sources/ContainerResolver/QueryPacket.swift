import NetAddress

/// A packet of a container that carries a message for its resolver: UDP in IPv4 (RFC 768, 791), from the IP header on.
struct QueryPacket {
    private let source: (address: IPv4Address, port: UInt16)
    private let destination: (address: IPv4Address, port: UInt16)
    /// The message.
    let payload: ArraySlice<UInt8>

    /// Nil unless the packet is whole, no fragment, and as long as its headers say.
    init?(_ bytes: ArraySlice<UInt8>) {
        func word(_ offset: Int) -> UInt16 {
            UInt16(bytes[bytes.startIndex + offset]) << 8 | UInt16(bytes[bytes.startIndex + offset + 1])
        }
        func address(_ offset: Int) -> IPv4Address {
            IPv4Address(bits: UInt32(word(offset)) << 16 | UInt32(word(offset + 2)))
        }
        guard bytes.count >= 28, bytes[bytes.startIndex] >> 4 == 4 else { return nil }
        let header = Int(bytes[bytes.startIndex] & 0xf) * 4
        let total = Int(word(2))
        // More fragments, or the offset of one; protocol 17 is UDP.
        guard header >= 20, total <= bytes.count, header + 8 <= total, word(6) & 0x3fff == 0,
            bytes[bytes.startIndex + 9] == 17
        else { return nil }
        let length = Int(word(header + 4))
        guard length >= 8, header + length <= total else { return nil }
        source = (address(12), word(header))
        destination = (address(16), word(header + 2))
        payload = bytes[(bytes.startIndex + header + 8)..<(bytes.startIndex + header + length)]
    }

    /// Whom an answer goes to.
    var asker: IPv4Address { source.address }

    /// The packet that answers with a message, of at most 4,096 bytes. The kernel writes the IP header's checksum (raw(7)); the one of UDP
    /// is left out, as RFC 768 allows: the packet does not leave the machine's memory.
    func reply(_ message: [UInt8]) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(28 + message.count)
        func append(_ word: UInt16) { bytes += [UInt8(word >> 8), UInt8(word & 0xff)] }
        bytes += [0x45, 0]
        append(UInt16(28 + message.count))
        bytes += [0, 0, 0, 0, 64, 17, 0, 0]
        bytes += destination.address.octets
        bytes += source.address.octets
        append(destination.port)
        append(source.port)
        append(UInt16(8 + message.count))
        append(0)
        return bytes + message
    }
}
