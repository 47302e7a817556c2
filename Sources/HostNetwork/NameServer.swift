package import NetAddress
import Netlink

// OVN answers queries for names that it knows, whichever address they are sent to, if only they pass the logical switch.
// A query passes where its destination is an address of the subnet with a known MAC address: nobody need have it.

extension InterfaceAddress {
    /// Where OVN is asked for names: the prefix' own address, which no port can have. Nil where the prefix has none.
    package var nameServer: IPAddress? {
        address.version.width - length >= 2 ? prefix.network : nil
    }
}

extension Collection<InterfaceAddress> {
    /// That of the first IPv4 address, else of the first IPv6 address.
    package var nameServer: IPAddress? {
        first { $0.address.version == .v4 && $0.nameServer != nil }?.nameServer ?? lazy.compactMap(\.nameServer).first
    }
}

extension Plug {
    /// The neighbour that makes queries pass. It has the interface's own MAC address: what OVN does not answer comes back
    /// to where it came from, and so to nobody.
    func nameServer(on link: Int32) -> Neighbour? { addresses.nameServer.map { Neighbour($0, at: mac, on: link) } }
}
