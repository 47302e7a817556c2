import NetAddress
import NeutronAPI
import OVNModel
import OVSDB

// A port that nobody is plugged into may hold an address that others share: keepalived moves it between the ports that
// have it among their allowed address pairs. OVN must not answer for it with the holder's own MAC, so the holder is of
// type `virtual` (ovn-nb(5)), and OVN finds out which of the others has the address.
extension Draft {
    /// The address of a port that others share, and those others.
    func sharedAddress(of port: Port, in snapshot: Snapshot) -> (address: IPAddress, parents: [ID<Port>])? {
        guard port.isIdle else { return nil }
        for fixed in port.fixedIPs {
            let key = NetworkAddress(network: port.networkID, address: fixed.ipAddress)
            guard snapshot.northbound.count(NorthboundIndexes.pairAddress, key) > 0 else { continue }
            let parents = snapshot.northbound.rows(NorthboundIndexes.pairAddress, key).compactMap(\.portID)
                .filter { $0 != port.id }
            if !parents.isEmpty { return (fixed.ipAddress, parents.sorted()) }
        }
        return nil
    }

    /// Writes the holders of addresses anew that a port shares from now on, or no more.
    mutating func rewriteHolders(on network: ID<Network>, from old: [AllowedAddressPair], to new: [AllowedAddressPair])
        throws
    {
        let addresses = Set(old.compactMap(\.singleAddress)).symmetricDifference(new.compactMap(\.singleAddress))
        for address in addresses {
            let snapshot = try snapshot()
            var reader = PortReader(snapshot)
            for row in snapshot.northbound.rows(NorthboundIndexes.addresses, .address(network, address)) {
                if let port = reader.port(row), port.isIdle { try rewrite(row, as: port) }
            }
        }
    }
}

extension Port {
    /// Whether nobody uses the port: it only keeps its addresses.
    var isIdle: Bool { binding.hostID.isEmpty && binding.profile.isEmpty && deviceID.isEmpty && deviceOwner.isEmpty }
}

extension AllowedAddressPair {
    /// The address, where it is one and not a block.
    var singleAddress: IPAddress? { length == nil || length == address.version.width ? address : nil }
}
