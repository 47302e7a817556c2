import NetAddress
import Testing

@testable import DNSMessages

@Suite struct DNSResponseTests {
    @Test func `a response repeats the question and points to its name`() throws {
        let query = try query("dB.Net", type: DNSQuery.a, id: 0x2189)
        let response = DNSResponse(to: query, records: [.a(IPv4Address(literal: "10.0.0.7"))], ttl: 600)
        #expect(
            response.bytes(limit: 512)
                == bytes(
                    """
                    2189 8180 0001 0001 0000 0000 026442 034e6574 00 0001 0001
                    c00c 0001 0001 00000258 0004 0a000007
                    """))
    }

    @Test func `addresses of both versions and names are written`() throws {
        let address = IPv6Address(literal: "fd00::7")
        #expect(
            DNSResponse(to: try query("db", type: DNSQuery.aaaa), records: [.aaaa(address)]).bytes(limit: 512)
                == bytes(
                    """
                    0007 8180 0001 0001 0000 0000 026462 00 001c 0001
                    c00c 001c 0001 00000000 0010 fd000000000000000000000000000007
                    """))
        let name = try #require(DNSName("Db.net"))
        #expect(
            DNSResponse(to: try query("7.0.0.10.in-addr.arpa", type: DNSQuery.ptr), records: [.ptr(name)])
                .bytes(limit: 512)
                == bytes(
                    """
                    0007 8180 0001 0001 0000 0000 0137 0130 0130 023130 07696e2d61646472 0461727061 00 000c 0001
                    c00c 000c 0001 00000000 0008 024462 036e6574 00
                    """))
    }

    @Test func `a name without an address of the type is answered without an error`() throws {
        #expect(
            DNSResponse(to: try query("db", type: 255, flags: 0), records: []).bytes(limit: 512)
                == bytes("0007 8080 0001 0000 0000 0000 026462 00 00ff 0001"))
    }

    @Test func `what a query says is repeated and what it cannot say is not`() throws {
        let all = DNSResponse(to: try query("db", flags: 0x07ff), records: []).bytes(limit: 512)
        #expect(all[2...3] == [0x81, 0x90])
    }

    @Test func `EDNS is answered with EDNS`() throws {
        let response = DNSResponse(to: try query("db", edns: 1232), records: [.a(IPv4Address(literal: "10.0.0.7"))])
        #expect(
            response.bytes(limit: 1232)
                == bytes(
                    """
                    0007 8180 0001 0001 0000 0001 026462 00 0001 0001
                    c00c 0001 0001 00000000 0004 0a000007
                    00 0029 1000 00000000 0000
                    """))
        let dnssec = try DNSQuery(parsing: DNSQueryTests.samples[2].bytes)
        #expect(
            DNSResponse(to: dnssec, records: []).bytes(limit: 512).suffix(11) == bytes("00 0029 1000 00008000 0000"))
    }

    @Test(arguments: [nil, 1232] as [UInt16?])
    func `records that do not fit are left out whole, and that is said`(_ edns: UInt16?) throws {
        let records = (0..<300).map { DNSRecord.a(IPv4Address(bits: 0x0a00_0000 + $0)) }
        let fixed = 12 + 8 + (edns == nil ? 0 : 11)
        let query = try query("db", edns: edns)
        let response = DNSResponse(to: query, records: records)
        for limit in -1...5000 {
            let message = response.bytes(limit: limit)
            let count = min(300, max(0, limit - fixed) / 16)
            #expect(message.count == fixed + 16 * count)
            #expect(message[6...7] == UInt16(count).networkOrder[...])
            #expect(message[2] & 2 == (count < 300 ? 2 : 0))
            #expect(message[11] == (edns == nil ? 0 : 1))
            #expect(edns == nil || message.suffix(11) == bytes("00 0029 1000 00000000 0000")[...])
        }
    }

    @Test func `a message has at most what 16 bits can say`() throws {
        let records = (0..<5000).map { DNSRecord.a(IPv4Address(bits: $0)) }
        let message = DNSResponse(to: try query("db"), records: records).bytes(limit: .max)
        #expect(message.count == 20 + 4094 * 16)
        #expect(message[2] & 2 == 2)
    }

    @Test func `the longest name is answered with the longest name, or shortly`() throws {
        let label = String(repeating: "x", count: 63)
        let name = [label, label, label, String(repeating: "x", count: 61)].joined(separator: ".")
        let query = try query(name, type: DNSQuery.ptr, edns: 512)
        let response = DNSResponse(to: query, records: [.ptr(query.name)])
        #expect(response.bytes(limit: 65_535).count == 282 + 12 + 255)
        let short = response.bytes(limit: query.datagramLimit)
        #expect(short.count == 282)
        #expect(short[2] & 2 == 2)
    }
}
