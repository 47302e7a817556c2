import CLinux
import Glibc

/// Packets that the kernel holds back until a process has decided on them (nfnetlink_queue, `linux/netfilter/nfnetlink_queue.h`).
package enum PacketQueue {
    /// A packet that waits.
    package struct Packet: Sendable, Equatable {
        /// What the verdict names it by.
        package let id: UInt32
        /// From the IP header on, as far as ``open(_:copying:waiting:)`` asked for.
        package let bytes: ArraySlice<UInt8>
        /// Whether that is all of it.
        package let isWhole: Bool
    }

    /// What becomes of it: `NF_DROP` and `NF_ACCEPT` of linux/netfilter.h, which cannot be included beside netinet/in.h.
    package enum Verdict: UInt32, Sendable {
        case drop = 0
        case accept = 1
    }

    /// Takes the queue of this number, which is free, for the socket that asks: the first `count` bytes of each packet are copied, at most
    /// `limit` packets wait, and what comes beyond those passes unseen.
    package static func open(_ number: UInt16, copying count: UInt32, waiting limit: UInt32) -> [NetlinkRequest] {
        var bind = AttributeWriter(header: netfilterHeader(family: AF_UNSPEC, resource: number))
        // struct nfqnl_msg_config_cmd: command, padding, protocol family.
        bind.put(Int(NFQA_CFG_CMD.rawValue), bytes: [UInt8(NFQNL_CFG_CMD_BIND.rawValue), 0, 0, UInt8(AF_INET)])
        var parameters = AttributeWriter(header: netfilterHeader(family: AF_UNSPEC, resource: number))
        // struct nfqnl_msg_config_params, packed: bytes to copy, what to copy.
        let copied = withUnsafeBytes(of: count.bigEndian) { Array($0) }
        parameters.put(Int(NFQA_CFG_PARAMS.rawValue), bytes: copied + [UInt8(NFQNL_COPY_PACKET.rawValue)])
        parameters.put(Int(NFQA_CFG_QUEUE_MAXLEN.rawValue), limit.bigEndian)
        parameters.put(Int(NFQA_CFG_MASK.rawValue), UInt32(NFQA_CFG_F_FAIL_OPEN).bigEndian)
        parameters.put(Int(NFQA_CFG_FLAGS.rawValue), UInt32(NFQA_CFG_F_FAIL_OPEN).bigEndian)
        return [("take", bind), ("set up", parameters)].map { verb, writer in
            NetlinkRequest("\(verb) packet queue \(number)", type: type(NFQNL_MSG_CONFIG), payload: writer.bytes)
        }
    }

    /// The packets in what was received from the kernel; other messages of it are skipped.
    ///
    /// - Throws: ``NetlinkError/Code/malformed``.
    package static func packets(in datagram: ArraySlice<UInt8>) throws(NetlinkError) -> [Packet] {
        var packets: [Packet] = []
        for message in try Message.all(in: datagram) where Int(message.type) == type(NFQNL_MSG_PACKET) {
            var reader = ByteReader(message.payload)
            _ = try reader.take(netfilterHeader(family: AF_UNSPEC, resource: 0).count)
            var (id, bytes, isWhole) = (UInt32?.none, ArraySlice<UInt8>(), true)
            for attribute in try Attribute.all(in: reader.rest) {
                switch UInt32(attribute.type) {
                case NFQA_PACKET_HDR.rawValue:
                    // struct nfqnl_msg_packet_hdr, packed: id, link protocol, hook.
                    var header = ByteReader(attribute.value)
                    id = UInt32(bigEndian: try header.take())
                case NFQA_PAYLOAD.rawValue: bytes = attribute.value
                case NFQA_CAP_LEN.rawValue: isWhole = false
                default: break
                }
            }
            guard let id else { throw .malformed("packet of a queue without its id") }
            packets.append(Packet(id: id, bytes: bytes, isWhole: isWhole))
        }
        return packets
    }

    /// The message that decides on a packet, to be sent by the socket that has the queue. The kernel does not answer.
    package static func verdict(_ verdict: Verdict, on packet: UInt32, of number: UInt16) -> [UInt8] {
        var writer = AttributeWriter(header: netfilterHeader(family: AF_UNSPEC, resource: number))
        // struct nfqnl_msg_verdict_hdr: verdict, id.
        writer.put(
            Int(NFQA_VERDICT_HDR.rawValue),
            bytes: withUnsafeBytes(of: (verdict.rawValue.bigEndian, packet.bigEndian)) { Array($0) })
        var bytes: [UInt8] = []
        Message(
            type: UInt16(type(NFQNL_MSG_VERDICT)), flags: UInt16(NLM_F_REQUEST), sequence: 0, port: 0,
            payload: writer.bytes[...]
        ).encode(into: &bytes)
        return bytes
    }

    private static func type(_ message: nfqnl_msg_types) -> Int {
        Int(NFNL_SUBSYS_QUEUE) << 8 | Int(message.rawValue)
    }
}
