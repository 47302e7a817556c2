package import Netlink

extension Datapath {
    /// Whether the kernel has Open vSwitch's datapath, loaded or to be loaded: it answers to the generic netlink family
    /// `ovs_datapath` then. Open vSwitch itself lists `system` among its datapath types either way.
    package static func isInKernel() throws(NetlinkError) -> Bool {
        var socket = try NetlinkSocket(protocol: NetlinkRequest.genericProtocol)
        do {
            return try !socket.rows(.getGenericFamily("ovs_datapath"), within: HostLinks.limit).isEmpty
        } catch let error where error.code == .noEntry {
            return false
        }
    }
}
