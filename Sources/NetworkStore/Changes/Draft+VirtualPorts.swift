import NetAddress
import NeutronAPI
import OVNModel
import OVSDB

// A detached port may hold an address that other ports share: keepalived moves it between the ports that
// have it among their allowed address pairs. OVN must not answer for it with the holder's own MAC, so the holder is of
// type `virtual` (ovn-nb(5)), and OVN detects which of the others has the address.
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

    /// Rewrites the holders of addresses that a port starts or ceases to share.
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
    /// Whether the port is unused and only holds its addresses.
    var isIdle: Bool { binding.hostID.isEmpty && binding.profile.isEmpty && deviceID.isEmpty && deviceOwner.isEmpty }
}

extension AllowedAddressPair {
    /// The address, if it is a single one.
    var singleAddress: IPAddress? { length == nil || length == address.version.width ? address : nil }
}
