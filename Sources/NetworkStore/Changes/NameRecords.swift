import NetAddress
import NeutronAPI
import OVNModel
import OVSDB

/// A port that has a name and somebody who uses it, so that it is found by its name.
struct NamedPort: Hashable, Sendable {
    let row: RowID
    /// `dns_name`
    let name: String
    let addresses: [IPAddress]

    /// Nil for a port without a name, without a user, or without addresses: as with ML2/OVN, a name is known while the
    /// port is used. The user is a device, or the parent that carries the port.
    init?(_ row: Northbound.LogicalSwitchPort) {
        guard let name = row.externalIDs[PortLayout.dnsName.name], !name.isEmpty,
            row.parentName != nil || !row.externalIDs[PortLayout.deviceID].isEmpty
        else { return nil }
        self.init(row.id, name, row.addressesInUse)
    }

    init?(_ port: Port) {
        guard let name = port.names?.name, !name.isEmpty,
            !port.deviceID.isEmpty || port.binding.profile[BindingProfile.parentName] != nil
        else { return nil }
        self.init(RowID(of: port.id), name, port.fixedIPs.map(\.ipAddress))
    }

    private init?(_ row: RowID, _ name: String, _ addresses: [IPAddress]) {
        guard !addresses.isEmpty else { return nil }
        (self.row, self.name, self.addresses) = (row, name, addresses)
    }
}

/// The domains of a network's ports, both without the final dot.
struct NameDomains: Hashable, Sendable {
    /// That of the service.
    let server: String
    /// `dns_domain` of the network; empty for none.
    let network: String

    init(server: String, network: String) {
        self.server = server.withoutFinalDot
        self.network = network.withoutFinalDot
    }

    /// What a port with this `dns_name` is found by.
    func names(of name: String) -> [String] {
        if name.hasSuffix(".") { return [name.withoutFinalDot] }
        var names = [name, "\(name).\(server)"]
        if !network.isEmpty, network != server { names.append("\(name).\(network)") }
        return names
    }

    /// What its addresses are called.
    func qualifiedName(of name: String) -> String {
        name.hasSuffix(".") ? name.withoutFinalDot : "\(name).\(server)"
    }

    /// Every `dns_name` by which a port would be found under `name`.
    func origins(of name: String) -> [String] {
        var origins = [name, name + "."]
        for domain in [server, network] where !domain.isEmpty && name.hasSuffix(".\(domain)") {
            origins.append(String(name.dropLast(domain.count + 1)))
        }
        return origins
    }

    /// The records of these ports as ML2/OVN has them (ovn-nb(5), `DNS`): names with the addresses of all ports that
    /// have them, and the pointers of the addresses.
    func records(of ports: some Collection<NamedPort>) -> [String: String] {
        var addresses: [String: [IPAddress]] = [:]
        var records: [String: String] = [:]
        for port in ports.sorted(by: { $0.row < $1.row }) {
            for name in names(of: port.name) { addresses[name, default: []] += port.addresses }
            for address in port.addresses { records[address.pointerName] = qualifiedName(of: port.name) }
        }
        for (name, addresses) in addresses {
            records[name] = addresses.map(\.description).joined(separator: " ")
        }
        return records
    }
}

extension String {
    fileprivate var withoutFinalDot: String { hasSuffix(".") ? String(dropLast()) : self }
}

extension IPAddress {
    /// The name under which an address is looked up (RFC 1035 §3.5, RFC 3596 §2.5), without a final dot.
    var pointerName: String {
        let step = version == .v4 ? 8 : 4
        let parts = stride(from: 0, to: version.width, by: step).map { shift in
            String(bits >> shift & (1 << step - 1), radix: version == .v4 ? 10 : 16)
        }
        return parts.joined(separator: ".") + (version == .v4 ? ".in-addr.arpa" : ".ip6.arpa")
    }
}
