import NetAddress
import Testing

@testable import Netlink

@Suite struct CodecTests {
    @Test func `a message survives a round trip`() throws {
        let message = Message(type: 16, flags: 5, sequence: 7, port: 42, payload: [1, 2, 3, 4, 5])
        var bytes: [UInt8] = []
        message.encode(into: &bytes)
        #expect(bytes.count == 24)
        #expect(try Message.all(in: bytes[...]) == [message])
    }

    @Test func `every truncation of a message is refused`() {
        var bytes: [UInt8] = []
        Message(type: 16, flags: 5, sequence: 7, port: 42, payload: Array(0..<12)[...]).encode(into: &bytes)
        for length in 1..<bytes.count {
            #expect(throws: NetlinkError.self) { try Message.all(in: bytes[..<length]) }
        }
    }

    @Test(arguments: [0, 1, 15])
    func `a message whose length is below its header is refused`(length: UInt32) {
        var bytes = [UInt8](repeating: 0, count: 32)
        withUnsafeBytes(of: length) { bytes.replaceSubrange(0..<4, with: $0) }
        #expect(throws: NetlinkError(.malformed, "message of \(length) bytes is shorter than its header")) {
            try Message.all(in: bytes[...])
        }
    }

    @Test(arguments: [0, 1, 3])
    func `an attribute whose length is below its header is refused`(length: UInt8) {
        #expect(throws: NetlinkError(.malformed, "attribute of \(length) bytes is shorter than its header")) {
            try Attribute.all(in: [length, 0, 1, 0, 9, 9, 9, 9])
        }
    }

    @Test func `every truncation of an attribute is refused`() throws {
        var writer = AttributeWriter()
        writer.put(3, text: "eth0")
        writer.put(4, UInt32(1500))
        let whole = try Attribute.all(in: writer.bytes[...])
        #expect(whole.map(\.type) == [3, 4])
        #expect(whole[0].text == "eth0")
        #expect(try whole[1].integer(UInt32.self) == 1500)
        // 12 is where the first attribute ends; what is left out before that is padding or value.
        for length in 1..<writer.bytes.count where length != 12 && !(9..<12).contains(length) {
            #expect(throws: NetlinkError.self) { try Attribute.all(in: writer.bytes[..<length]) }
        }
    }

    @Test func `an integer of another size is refused`() throws {
        var writer = AttributeWriter()
        writer.put(4, UInt16(1))
        let attribute = try #require(try Attribute.all(in: writer.bytes[...]).first)
        #expect(throws: NetlinkError.self) { try attribute.integer(UInt32.self) }
        #expect(throws: NetlinkError.self) { try attribute.address() }
    }
}
