import CLinux

extension NetlinkRequest {
    /// The protocol of sockets for generic netlink.
    package static let genericProtocol = NETLINK_GENERIC

    /// Looks a generic netlink family up by name: `CTRL_CMD_GETFAMILY`. The kernel loads the module that has it, if
    /// there is one. Fails with ``NetlinkError/Code/noEntry`` where there is none.
    package static func getGenericFamily(_ name: String) -> NetlinkRequest {
        // struct genlmsghdr: command, version, reserved.
        var writer = AttributeWriter(header: [UInt8(CTRL_CMD_GETFAMILY), 1, 0, 0])
        writer.put(Int(CTRL_ATTR_FAMILY_NAME), text: name)
        return NetlinkRequest("look for generic netlink family \(name)", type: Int(GENL_ID_CTRL), payload: writer.bytes)
    }
}
