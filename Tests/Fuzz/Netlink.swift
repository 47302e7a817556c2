// Rooms: NetAddress CLinux Netlink

import NetAddress
import Netlink

/// The kernel is trusted, yet a kernel of another version writes other attributes: whatever comes is read or refused, and what is read is
/// written in a way that reads the same.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzNetlink(_ data: UnsafePointer<UInt8>, _ size: Int) -> CInt {
    let bytes = Array(UnsafeBufferPointer(start: data, count: size))
    let requests = [NetlinkRequest("first", type: 16, payload: []), NetlinkRequest("second", type: 16, payload: [])]
    var exchange = Exchange(requests, first: 1, port: 1)
    ignoringRefusal { () throws(NetlinkError) in try exchange.receive(bytes[...], sender: 0) }
    // Bodies of messages, without the luck that a header needs.
    read(Message(type: 16, flags: 0x200, sequence: 1, port: 1, payload: bytes[...]))
    guard let messages = try? Message.all(in: bytes[...]) else { return 0 }
    var encoded: [UInt8] = []
    for message in messages { message.encode(into: &encoded) }
    precondition((try? Message.all(in: encoded[...])) == messages, "messages read differently when written again")
    for message in messages { read(message) }
    return 0
}

private func read(_ message: Message) {
    ignoringRefusal { () throws(NetlinkError) in _ = try Link(message) }
    ignoringRefusal { () throws(NetlinkError) in _ = try NetlinkRequest.namespaceID(message) }
    ignoringRefusal { () throws(NetlinkError) in _ = try Acknowledgement(message) }
    ignoringRefusal { () throws(NetlinkError) in _ = try ForwardingEntry(message) }
    ignoringRefusal { () throws(NetlinkError) in
        guard let neighbour = try Neighbour(message), neighbour.isPermanent else { return }
        let again = try Neighbour(written(.ensureNeighbour(neighbour)))
        precondition(again == neighbour, "\(neighbour) reads as \(String(describing: again))")
    }
    ignoringRefusal { () throws(NetlinkError) in
        let address = try LinkAddress(message)
        let again = try LinkAddress(written(.ensureAddress(address)))
        precondition(again == address, "\(address) reads as \(again)")
    }
    ignoringRefusal { () throws(NetlinkError) in
        guard let rule = try PolicyRule(message) else { return }
        let again = try PolicyRule(written(.ensureRule(rule)))
        precondition(again == rule, "\(rule) reads as \(String(describing: again))")
        _ = rule.priority
    }
    ignoringRefusal { () throws(NetlinkError) in
        // The next hops of a nexthop object are its own: they are listed, but not written.
        guard let route = try Route(message), route.nextHopObject == nil else { return }
        let again = try Route(written(.ensureRoute(route)))
        precondition(again == route, "\(route) reads as \(String(describing: again))")
    }
}

private func written(_ request: NetlinkRequest) -> Message {
    Message(type: request.type, flags: 0, sequence: 1, port: 1, payload: request.payload[...])
}

private func ignoringRefusal(_ body: () throws(NetlinkError) -> Void) {
    do { try body() } catch { precondition(!error.message.isEmpty) }
}
