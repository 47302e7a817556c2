import NetAddress
import Testing

@testable import ContainerResolver

@Suite("Packets of a container's queue")
struct QueryPacketTests {
    /// 127.0.0.1:4660 asks 127.0.0.11:53; the message is 1, 2, 3, 4.
    static let packet: [UInt8] = [
        0x45, 0, 0, 32, 0, 0, 0x40, 0, 64, 17, 0, 0, 127, 0, 0, 1, 127, 0, 0, 11,
        0x12, 0x34, 0, 53, 0, 12, 0, 0, 1, 2, 3, 4,
    ]

    @Test func `a packet has its message, and the answer goes the other way`() throws {
        let packet = try #require(QueryPacket(Self.packet[...]))
        #expect(Array(packet.payload) == [1, 2, 3, 4])
        #expect(packet.asker == IPv4Address("127.0.0.1"))
        let reply = try #require(QueryPacket(packet.reply([9, 8])[...]))
        #expect(Array(reply.payload) == [9, 8])
        #expect(reply.asker == IPv4Address("127.0.0.11"))
    }

    @Test func `a packet that is cut short anywhere is none, one with more behind it is the same`() throws {
        for count in 0..<Self.packet.count { #expect(QueryPacket(Self.packet[..<count]) == nil, "\(count) bytes") }
        let longer = try #require(QueryPacket((Self.packet + [7, 7])[...]))
        #expect(Array(longer.payload) == [1, 2, 3, 4])
        let slice = ([0, 0, 0] + Self.packet)[3...]
        #expect(try Array(#require(QueryPacket(slice)).payload) == [1, 2, 3, 4])
    }

    @Test(arguments: [
        (0, 0x65), (0, 0x44), (0, 0x4f), (2, 0xff), (3, 27), (6, 0x20), (7, 1), (9, 6), (24, 0xff), (25, 7), (25, 13),
    ])
    func `a header that lies, a fragment and another protocol are none`(_ offset: Int, _ value: UInt8) {
        var packet = Self.packet
        packet[offset] = value
        #expect(QueryPacket(packet[...]) == nil)
    }
}
