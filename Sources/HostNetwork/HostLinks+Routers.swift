package import NetAddress
import Netlink

extension HostLinks {
    /// Lets no router of IPv6 tell the interface of a sandbox that has this MAC address anything, whatever its name is.
    ///
    /// - Throws: where the sandbox has no such interface.
    package func refuseRouters(mac: MACAddress, in sandbox: NetworkNamespace) throws {
        try sandbox.run { () throws in
            var inside = try NetlinkSocket()
            let links = try inside.rows(.listLinks(), within: Self.limit).map { message throws in try Link(message) }
            guard let link = links.first(where: { $0.mac == mac }) else {
                throw NetlinkError(.noDevice, "refuse routers: no interface has the MAC address \(mac)")
            }
            try InterfaceSetting.refuseRouters(on: link.name)
        }
    }
}
