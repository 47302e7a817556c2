import NIOCore
import Testing

@testable import HTTPServing

@Suite struct SourceAddressTests {
    private func source(_ address: String) throws -> SourceAddress? {
        SourceAddress(try SocketAddress(ipAddress: address, port: 1))
    }

    @Test func `an IPv6 client is identified by its /64, an IPv4 client by its address, mapped or not`() throws {
        #expect(try source("2001:db8::1") == source("2001:db8::ffff:1"))
        #expect(try source("2001:db8::1") != source("2001:db8:0:1::1"))
        #expect(try source("192.0.2.1") == source("::ffff:192.0.2.1"))
        #expect(try source("192.0.2.1") != source("192.0.2.2"))
        #expect(SourceAddress(try SocketAddress(unixDomainSocketPath: "/a")) == nil)
    }
}
