import Testing

@testable import DNSMessages

@Suite struct DNSQueryTests {
    /// What resolvers sent.
    struct Sample: CustomTestStringConvertible, Sendable {
        let program: String
        let bytes: [UInt8]
        let name: String
        let type: UInt16
        var edns: DNSQuery.EDNS?

        var testDescription: String { program }
    }

    static let samples = [
        Sample(
            program: "dig db (9.18)",
            bytes: bytes(
                "c9a0 0120 0001 0000 0000 0001 026462 00 0001 0001 00 0029 04d0 00000000 000c 000a0008 6915fc1496a2de4e"
            ),
            name: "db", type: 1, edns: .init(payloadSize: 1232, isDNSSECOK: false)),
        Sample(
            program: "dig +noedns +noadflag AAAA dB.Net",
            bytes: bytes("2189 0100 0001 0000 0000 0000 026442 034e6574 00 001c 0001"),
            name: "dB.Net", type: 28),
        Sample(
            program: "dig +dnssec -x fd00::7",
            bytes: bytes(
                """
                0ab6 0120 0001 0000 0000 0001
                0137 0130 0130 0130 0130 0130 0130 0130 0130 0130 0130 0130 0130 0130 0130 0130
                0130 0130 0130 0130 0130 0130 0130 0130 0130 0130 0130 0130 0130 0130 0164 0166 03697036 0461727061 00 000c 0001
                00 0029 04d0 00008000 000c 000a0008 e4b2a8df8c5ecb32
                """),
            name: "7.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.d.f.ip6.arpa", type: 12,
            edns: .init(payloadSize: 1232, isDNSSECOK: true)),
        Sample(
            program: "getent ahosts db.net (glibc 2.36)",
            bytes: bytes("0447 0100 0001 0000 0000 0000 026462 036e6574 00 001c 0001"), name: "db.net", type: 28),
        Sample(
            program: "getent hosts 10.0.0.7 (glibc 2.36)",
            bytes: bytes(
                "a14a 0100 0001 0000 0000 0000 0137 0130 0130 023130 07696e2d61646472 0461727061 00 000c 0001"),
            name: "7.0.0.10.in-addr.arpa", type: 12),
        Sample(
            program: "nslookup db (BusyBox 1.35)", bytes: bytes("fcfd 0100 0001 0000 0000 0000 026462 00 0001 0001"),
            name: "db", type: 1),
        Sample(
            program: "getaddrinfo (musl 1.2.3)", bytes: bytes("46a5 0100 0001 0000 0000 0000 026462 00 001c 0001"),
            name: "db", type: 28),
        Sample(
            program: "kdig db.net (3.2)", bytes: bytes("a682 0120 0001 0000 0000 0000 026462 036e6574 00 0001 0001"),
            name: "db.net", type: 1),
    ]

    @Test(arguments: samples)
    func `what resolvers send is read`(_ sample: Sample) throws {
        let query = try DNSQuery(parsing: sample.bytes)
        #expect(query.id == UInt16(sample.bytes[0]) << 8 | UInt16(sample.bytes[1]))
        #expect(query.name.description == sample.name)
        #expect(query.type == sample.type)
        #expect(query.edns == sample.edns)
        #expect(query.recursionDesired && !query.checkingDisabled)
    }

    @Test(arguments: samples)
    func `every truncation of a query is refused`(_ sample: Sample) {
        for length in sample.bytes.indices {
            #expect(throws: DNSMessageError.cut) { try DNSQuery(parsing: Array(sample.bytes[..<length])) }
        }
        #expect(throws: DNSMessageError.trailing) { try DNSQuery(parsing: sample.bytes + [0]) }
    }

    @Test func `what a query may say beside its question is read`() throws {
        #expect(try !query("db", flags: 0).recursionDesired)
        #expect(try query("db", flags: 0x0110).checkingDisabled)
        // AA, TC, RA, Z, AD and the code of the result: they mean nothing here.
        #expect(try query("db", flags: 0x07ef).id == 7)
    }

    @Test(
        arguments: [
            (nil, 512), (0, 512), (511, 512), (512, 512), (1232, 1232), (4096, 4096), (4097, 4096), (65_535, 4096),
        ] as [(UInt16?, Int)])
    func `a datagram is as large as both ends can have it`(_ size: UInt16?, _ limit: Int) throws {
        #expect(try query("db", edns: size).datagramLimit == limit)
    }

    @Test(
        arguments: [
            (0x8100, .response), (0x8180, .response), (0x0800, .opcode), (0x1000, .opcode), (0x2000, .opcode),
            (0x2800, .opcode), (0x7800, .opcode),
        ] as [(UInt16, DNSMessageError)])
    func `a response is refused, and every operation but the standard query`(
        _ flags: UInt16, _ error: DNSMessageError
    ) {
        #expect(throws: error) { try query("db", flags: flags) }
    }

    @Test func `other numbers of records are refused`() {
        for (place, count) in [(4, 0), (4, 2), (4, 255), (6, 1), (8, 1), (10, 2), (10, 255)] as [(Int, UInt8)] {
            for high in [0, 1] as [UInt8] {
                var message = queryBytes("db", edns: 512)
                (message[place], message[place + 1]) = (high, count)
                #expect(throws: DNSMessageError.sections) { try DNSQuery(parsing: message) }
            }
        }
        // One record more, or less, than there is.
        var message = queryBytes("db")
        message[11] = 1
        #expect(throws: DNSMessageError.cut) { try DNSQuery(parsing: message) }
        message = queryBytes("db", edns: 512)
        message[11] = 0
        #expect(throws: DNSMessageError.trailing) { try DNSQuery(parsing: message) }
    }

    @Test func `other classes are refused`() {
        for name in [3, 4, 254, 255] as [UInt8] {
            var message = queryBytes("db")
            message[message.count - 1] = name
            #expect(throws: DNSMessageError.questionClass) { try DNSQuery(parsing: message) }
        }
    }

    @Test func `compression, which can only loop or lead ahead in a question, is refused`() {
        let header = Array(queryBytes("db")[..<12])
        for pointer in ["c00c", "c000", "c00e", "c010", "ffff", "c0"] {
            #expect(throws: DNSMessageError.label) { try DNSQuery(parsing: header + bytes(pointer + "0001 0001")) }
            #expect(throws: DNSMessageError.label) {
                try DNSQuery(parsing: header + bytes("026462" + pointer + "0001 0001"))
            }
        }
        // Types of labels that were given up (RFC 6891 §5), and a length of 64.
        for kind in ["40", "41", "80", "bf"] {
            let long = [UInt8](repeating: 97, count: 200)
            #expect(throws: DNSMessageError.label) { try DNSQuery(parsing: header + bytes(kind) + long) }
        }
    }

    @Test func `a label of 63 octets and a name of 255 are the longest`() throws {
        let header = Array(queryBytes("db")[..<12])
        let label = [63] + [UInt8](repeating: 120, count: 63)
        let end = bytes("00 0001 0001")
        let last = [61] + [UInt8](repeating: 121, count: 61)
        let longest = header + label + label + label + last + end
        #expect(try DNSQuery(parsing: longest).name.wire.count == 255)
        let longer = header + label + label + label + [62, 122] + last.dropFirst() + end
        #expect(throws: DNSMessageError.longName) { try DNSQuery(parsing: longer) }
        let endless = header + Array(repeating: [1, 97], count: 30_000).joined()
        #expect(throws: DNSMessageError.longName) { try DNSQuery(parsing: endless) }
    }

    @Test func `a name may be of any bytes`() throws {
        let header = Array(queryBytes("db")[..<12])
        let query = try DNSQuery(parsing: header + bytes("04 002eff5c 00 0001 0001"))
        #expect(query.name.description == #"\000\.\255\\"#)
        #expect(try DNSQuery(parsing: header + bytes("00 0002 0001")).name.isRoot)
    }

    @Test func `an additional record that is not EDNS version 0 is refused`() {
        let question = Array(queryBytes("db", edns: 512).dropLast(11))
        for record in [
            // The owner is not the root; TSIG; version 1.
            "0161 00 0029 1000 00000000 0000", "c00c 0029 1000 00000000 0000", "00 00fa 00ff 00000000 0000",
            "00 0029 1000 00010000 0000",
        ] {
            #expect(throws: DNSMessageError.additional) { try DNSQuery(parsing: question + bytes(record)) }
        }
        #expect(throws: DNSMessageError.cut) {
            try DNSQuery(parsing: question + bytes("00 0029 1000 00000000 ffff 000a0008"))
        }
    }

    @Test func `no length of nothing, and no length of noise, is a query`() {
        #expect(throws: DNSMessageError.cut) { try DNSQuery(parsing: []) }
        for byte in UInt8.min...UInt8.max {
            #expect(throws: DNSMessageError.self) {
                try DNSQuery(parsing: [UInt8](repeating: byte, count: 65_535))
            }
        }
        #expect(throws: DNSMessageError.trailing) {
            try DNSQuery(parsing: queryBytes("db") + [UInt8](repeating: 0, count: 65_000))
        }
    }
}
