import CLinux

/// The kernel's answer to one request: `struct nlmsgerr`, with the extended acknowledgement's attributes (netlink(7)).
package struct Acknowledgement: Hashable, Sendable {
    /// 0 for success, else the errno.
    package let error: CInt
    /// The kernel's error message or warning (`NLMSGERR_ATTR_MSG`).
    package let words: String?

    /// Reads a message of type `NLMSG_ERROR`, or the end of a dump, `NLMSG_DONE`.
    package init(_ message: Message) throws(NetlinkError) {
        var reader = ByteReader(message.payload)
        let status = try reader.take(Int32.self)
        guard status <= 0, status > -4096 else { throw .malformed("acknowledgement carries \(status) as its error") }
        error = -status
        if message.type == UInt16(NLMSG_ERROR) {
            // The request's header is echoed, and its payload unless the acknowledgement is capped.
            let length = Int(try reader.take(UInt32.self))
            _ = try reader.take(Message.headerLength - 4)
            if message.flags & UInt16(NLM_F_CAPPED) == 0 {
                guard length >= Message.headerLength else {
                    throw .malformed("acknowledgement echoes a request of \(length) bytes")
                }
                _ = try reader.take(length - Message.headerLength)
                reader.skipPadding(after: length)
            }
        }
        guard message.flags & UInt16(NLM_F_ACK_TLVS) != 0 else {
            words = nil
            return
        }
        var words: [String] = []
        for attribute in try Attribute.all(in: reader.rest) {
            switch Int(attribute.type) {
            case Int(NLMSGERR_ATTR_MSG.rawValue): words.append(attribute.text)
            case Int(NLMSGERR_ATTR_MISS_TYPE.rawValue):
                words.append("attribute \(try attribute.integer(UInt32.self)) is missing")
            default: break
            }
        }
        self.words = words.isEmpty ? nil : words.joined(separator: ", ")
    }
}
