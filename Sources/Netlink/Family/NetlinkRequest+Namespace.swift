import CLinux

extension NetlinkRequest {
    /// The id of the namespace behind `descriptor` in the socket's namespace; read the answer with ``namespaceID(_:)``.
    package static func getNamespaceID(_ descriptor: CInt) -> NetlinkRequest {
        var writer = AttributeWriter(header: [0, 0, 0, 0])  // struct rtgenmsg, padded
        writer.put(Int(NETNSA_FD), UInt32(descriptor))
        return NetlinkRequest(
            "look up the id of a network namespace", type: Int(RTM_GETNSID), payload: writer.bytes)
    }

    /// Reads the answer to ``getNamespaceID(_:)``. Nil: the socket's namespace has no id for it, so no link leads
    /// there.
    package static func namespaceID(_ message: Message) throws(NetlinkError) -> Int32? {
        var reader = ByteReader(message.payload)
        _ = try reader.take(4)
        for attribute in try Attribute.all(in: reader.rest) where Int(attribute.type) == Int(NETNSA_NSID) {
            let number: Int32 = try attribute.integer()
            return number < 0 ? nil : number
        }
        return nil
    }
}
