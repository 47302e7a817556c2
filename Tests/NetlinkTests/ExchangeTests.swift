import Testing

@testable import Netlink

@Suite struct ExchangeTests {
    let requests = [
        NetlinkRequest("first", type: 16, payload: [0, 0, 0, 0]),
        NetlinkRequest("second", type: 16, payload: [0, 0, 0, 0], tolerated: [.exists]),
    ]

    /// An acknowledgement as the kernel writes it, capped, with an extended message.
    func acknowledgement(_ sequence: UInt32, port: UInt32 = 42, error: Int32 = 0, words: String? = nil) -> [UInt8] {
        var payload: [UInt8] = []
        payload.append(integer: -error)
        payload += [UInt8](repeating: 0, count: 16)
        var flags: UInt16 = 0x100
        if let words {
            var writer = AttributeWriter()
            writer.put(1, text: words)
            payload += writer.bytes
            flags |= 0x200
        }
        var bytes: [UInt8] = []
        Message(type: 2, flags: flags, sequence: sequence, port: port, payload: payload[...]).encode(into: &bytes)
        return bytes
    }

    @Test func `answers in any order complete a batch`() throws {
        var exchange = Exchange(requests, first: 10, port: 42)
        try exchange.receive(acknowledgement(11)[...], sender: 0)
        #expect(!exchange.isComplete)
        try exchange.receive(acknowledgement(10)[...], sender: 0)
        #expect(exchange.isComplete)
        #expect(exchange.results == [.done, .done])
    }

    @Test func `the kernel's extended message is in the error`() throws {
        var exchange = Exchange(requests, first: 10, port: 42)
        try exchange.receive(acknowledgement(10, error: 22, words: "Invalid scope")[...], sender: 0)
        #expect(
            exchange.results[0]
                == .failed(NetlinkError(.invalid, "first: invalid argument (Invalid scope)")))
    }

    @Test func `a tolerated failure is an outcome of its own`() throws {
        var exchange = Exchange(requests, first: 10, port: 42)
        try exchange.receive((acknowledgement(10) + acknowledgement(11, error: 17))[...], sender: 0)
        #expect(exchange.results == [.done, .tolerated(.exists)])
    }

    @Test func `an answer of another process is refused`() {
        var exchange = Exchange(requests, first: 10, port: 42)
        #expect(throws: NetlinkError.self) { try exchange.receive(acknowledgement(10)[...], sender: 4711) }
    }

    @Test func `an answer for another port is refused`() {
        var exchange = Exchange(requests, first: 10, port: 42)
        #expect(throws: NetlinkError.self) { try exchange.receive(acknowledgement(10, port: 43)[...], sender: 0) }
    }

    @Test func `an answer to a request given up earlier is passed over`() throws {
        var exchange = Exchange(requests, first: 10, port: 42)
        try exchange.receive(acknowledgement(9, error: 1)[...], sender: 0)
        #expect(exchange.results == [nil, nil])
    }

    @Test func `an answer to a request that was not sent is refused`() {
        var exchange = Exchange(requests, first: 10, port: 42)
        #expect(throws: NetlinkError.self) { try exchange.receive(acknowledgement(12)[...], sender: 0) }
    }

    @Test func `a second answer is refused`() throws {
        var exchange = Exchange(requests, first: 10, port: 42)
        try exchange.receive(acknowledgement(10)[...], sender: 0)
        #expect(throws: NetlinkError.self) { try exchange.receive(acknowledgement(10)[...], sender: 0) }
    }

    @Test func `sequence numbers wrap around`() throws {
        var exchange = Exchange(requests, first: .max, port: 42)
        try exchange.receive((acknowledgement(.max) + acknowledgement(0))[...], sender: 0)
        #expect(exchange.isComplete)
    }

    @Test func `every truncation of an answer is refused`() {
        let whole = acknowledgement(10, error: 22, words: "Invalid scope")
        for length in 1..<whole.count {
            var exchange = Exchange(requests, first: 10, port: 42)
            #expect(throws: NetlinkError.self) { try exchange.receive(whole[..<length], sender: 0) }
        }
    }
}
