import Testing

@testable import Netlink

@Suite struct GenericTests {
    @Test func `an existing generic netlink family is found, an unknown one is not`() throws {
        var socket = try NetlinkSocket(protocol: NetlinkRequest.genericProtocol)
        #expect(try !socket.rows(.getGenericFamily("nlctrl"), within: .seconds(5)).isEmpty)
        let error = #expect(throws: NetlinkError.self) {
            var socket = try NetlinkSocket(protocol: NetlinkRequest.genericProtocol)
            _ = try socket.rows(.getGenericFamily("of_nobody"), within: .seconds(5))
        }
        #expect(error?.code == .noEntry)
    }
}
