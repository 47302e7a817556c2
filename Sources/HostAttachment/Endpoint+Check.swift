import HostNetwork
import NetAddress

extension Endpoint {
    /// Refuses what no interface could be made of, before anything is.
    func check() throws(AttachmentError) {
        func refuse(_ reason: String) -> AttachmentError { AttachmentError(.refused, "endpoint \(portID): \(reason)") }

        guard !portID.isEmpty, portID.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f }) else {
            throw AttachmentError(.refused, "port id '\(portID)' is not printable text without spaces")
        }
        guard InterfaceName.isValid(bridge) else { throw refuse("'\(bridge)' cannot be the name of a bridge") }
        if let interfaceName, !InterfaceName.isValid(interfaceName) {
            throw refuse("'\(interfaceName)' cannot be the name of an interface: 1 to 15 bytes without / : or space")
        }
        if let vlan, !(1...4095).contains(vlan) { throw refuse("\(vlan) cannot be a VLAN: 1 … 4095") }
        guard !mac.isMulticast, mac.bits != 0 else { throw refuse("\(mac) cannot be the MAC of an interface") }
        let hasIPv6 = addresses.contains { $0.address.version == .v6 }
        guard ((hasIPv6 ? 1280 : 68)...65535).contains(mtu) else {
            throw refuse("MTU \(mtu) is out of range; \(hasIPv6 ? "IPv6 needs 1280" : "IPv4 needs 68") … 65535")
        }
        guard Set(addresses.map(\.address)).count == addresses.count else { throw refuse("an address is given twice") }
        guard Set(gateways.map(\.version)).count == gateways.count else {
            throw refuse("more than one default gateway of a version")
        }
        for nextHop in gateways + routes.map(\.nextHop) {
            guard addresses.contains(where: { $0.address.version == nextHop.version }) else {
                throw refuse("next hop \(nextHop) needs an address of its version")
            }
        }
        for route in routes where route.destination.version != route.nextHop.version {
            throw refuse("route to \(route.destination) has a next hop of the other version, \(route.nextHop)")
        }
        for key in annotations.keys.sorted() where InterfaceKeys.reserved.contains(InterfaceKeys.prefix + key) {
            throw refuse("annotation '\(key)' is a key of the row itself; choose another name")
        }
    }

    /// What the kernel must have for it.
    func plug(datapath: Datapath) -> Plug {
        let defaults = gateways.map { Plug.Route(destination: .all($0.version), nextHop: $0) }
        return Plug(
            hostInterface: hostInterface, alias: InterfaceKeys.prefix + portID, mac: mac, addresses: addresses,
            routes: routes + defaults,
            mtu: UInt32(mtu), bridge: bridge, datapath: datapath, mayAdvertise: mayAdvertise)
    }

    /// The name of the veth's end on the host.
    package var hostInterface: String { InterfaceName.host(ofPort: portID) }
}
