import NetAddress
import Testing

@testable import HostNetwork

@Suite struct AnnouncementTests {
    let mac = MACAddress(literal: "02:00:00:00:00:07")

    @Test func `an IPv4 address is announced to everyone, asking for itself`() throws {
        let address = try #require(IPAddress("10.1.7.7"))
        let frames = Announcement(mac: mac, addresses: [address]).frames
        #expect(
            frames == [
                [
                    0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2, 0, 0, 0, 0, 7, 8, 6, 0, 1, 8, 0, 6, 4, 0, 1, 2, 0, 0, 0, 0,
                    7,
                    10, 1, 7, 7, 0, 0, 0, 0, 0, 0, 10, 1, 7, 7,
                ]
            ])
    }

    /// The checksum was computed by another implementation, Python's struct and a loop.
    @Test func `an IPv6 address is advertised to all nodes, overriding what they know`() throws {
        let address = try #require(IPAddress("fd00:1::7"))
        let frame = try #require(Announcement(mac: mac, addresses: [address]).frames.first)
        #expect(frame.count == 14 + 40 + 32)
        #expect(frame.prefix(14) == [0x33, 0x33, 0, 0, 0, 1, 2, 0, 0, 0, 0, 7, 0x86, 0xdd])
        #expect(frame[14..<22] == [0x60, 0, 0, 0, 0, 32, 58, 255])
        #expect(frame[54..<62] == [136, 0, 0x5a, 0x87, 0x20, 0, 0, 0])
        #expect(frame.suffix(8) == [2, 1, 2, 0, 0, 0, 0, 7])
    }
}
