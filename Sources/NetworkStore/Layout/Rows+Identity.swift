import NetAddress
import NeutronAPI
import OVNModel
import OVSDB

/// Rows have an `ID` of their own.
typealias NetworkID = ID<Network>
typealias SubnetID = ID<Subnet>
typealias PortID = ID<Port>

// What a row says about itself, read without making a resource of it.

extension Northbound.LogicalSwitch {
    var isOurs: Bool { externalIDs[Layout.revision] != nil }

    var networkID: NetworkID? { NetworkLayout.networkID(switchName: name) }
}

extension Northbound.DHCPOptions {
    var isOurs: Bool { externalIDs[Layout.revision] != nil }

    var subnetID: SubnetID? { externalIDs[SubnetLayout.id].flatMap { SubnetID($0) } }

    var networkID: NetworkID? { externalIDs[SubnetLayout.networkID].flatMap { NetworkID($0) } }

    var portID: PortID? { externalIDs[PortOptionsLayout.portID].flatMap { PortID($0) } }

    var prefix: IPPrefix? { IPPrefix(cidr) }
}

extension Northbound.LogicalSwitchPort {
    /// Nil for a row that is not ours.
    var portID: PortID? { externalIDs[Layout.revision] == nil ? nil : PortID(name) }

    /// The network of a port that is ours.
    var networkID: NetworkID? {
        guard externalIDs[Layout.revision] != nil, let name = externalIDs[PortLayout.networkName.name] else { return nil }
        return NetworkLayout.networkID(switchName: name)
    }

    /// The addresses that the API gave to the port.
    var addressesInUse: [IPAddress] {
        guard let text = externalIDs[PortLayout.cidrs.name], !text.isEmpty else { return [] }
        return text.utf8.split(separator: UInt8(ascii: " ")).compactMap { item in
            IPAddress(Substring(item.prefix { $0 != UInt8(ascii: "/") }))
        }
    }

    /// The port's own MAC, where the row tells it.
    var macAddress: MACAddress? {
        if let mac = externalIDs[PortLayout.macAddress] { return mac }
        let found = addresses.compactMap { MACAddress(Substring($0.utf8.prefix(17))) }
        return found.count == 1 ? found[0] : nil
    }
}
