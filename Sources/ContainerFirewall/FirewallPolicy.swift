import HostNetwork
import HostSetup
import NICBridging
package import NetAddress
package import OVNModel
package import OVSDB
import OVSDBClient

/// What this host keeps from whoever reaches it, or the outside through it, by anything but a NIC: from containers on Docker's bridges and
/// any others, virtual machines, routed namespaces.
///
/// Two kinds of ports trust the address that a packet comes from, and Docker gives containers their host's: those of tunnels, where a
/// datagram becomes a frame in any logical network, and those of OVN's and Open vSwitch's databases. See
/// `docs/decisions/0016-firewall.md`.
package struct FirewallPolicy: Hashable, Sendable {
    /// Where tunnels of the types that this host has end. Of the others no host takes a packet from this one.
    package var tunnels: Ports
    /// Where the databases are, here and at the central point.
    package var databases: Set<UInt16>
    /// The addresses by which other hosts know this one and the central point.
    package var addresses: Set<IPAddress>
    /// Interfaces that count as NICs.
    package var underlays: Set<String>

    /// Ports by their transport protocol.
    package struct Ports: Hashable, Sendable {
        package var udp: Set<UInt16> = []
        package var tcp: Set<UInt16> = []
    }

    /// ovsdb-server(1)'s own port, then Northbound, Southbound, and what the members of their clusters say to each other.
    static let databasePorts: Set<UInt16> = [6640, 6641, 6642, 6643, 6644]

    /// In `external_ids`: interfaces that count as NICs, such as a bridge that a NIC is a port of.
    package static let underlaysKey = "ovn-containers-underlay-interfaces"
    /// In `external_ids`: `off` where somebody else sees to it.
    package static let switchKey = "ovn-containers-firewall"

    /// Whether somebody else sees to it.
    package static func isOff(_ row: OpenVSwitch.Configuration) -> Bool { row.externalIDs[switchKey] == "off" }

    /// Whether this host has been made part of logical networks, or is being made.
    package static func isIntegrated(_ row: OpenVSwitch.Configuration) -> Bool {
        HostSettings.keys.contains { row.externalIDs[$0] != nil }
    }

    /// - Returns: nil where this host has no part in logical networks, or somebody else sees to it.
    package init?(_ replica: Replica) {
        guard let row = replica[OpenVSwitch.Configuration.self].only, Self.isIntegrated(row), !Self.isOff(row) else {
            return nil
        }
        tunnels = Ports()
        databases = Self.databasePorts
        addresses = []
        underlays = Set(NICBridge.moved(in: replica).map { "br" + $0.nic })
        underlays.formUnion(Self.words(row.externalIDs[Self.underlaysKey]).filter(Self.isName))
        let central = Self.values("ovn-remote", row).compactMap(Self.endpoint)
        databases.formUnion(central.compactMap { UInt16(exactly: $0.port) })
        // In the underlay mode the cloud's hypervisor has the tunnels.
        guard row.externalIDs["ovn-mode"] != "underlay" else { return }
        let types = Self.values("ovn-encap-type", row)
        for type in types.isEmpty ? ["geneve"] : types {
            switch type {
            case "geneve": tunnels.udp.insert(6081)
            case "vxlan": tunnels.udp.insert(4789)
            case "stt": tunnels.tcp.insert(7471)
            default: break
            }
        }
        let names = Self.values("ovn-encap-ip", row) + [row.externalIDs["ipam"] ?? ""] + central.map(\.host)
        addresses = Set(names.compactMap { IPAddress($0) })
    }

    /// Of a setting and, since OVN 23.03, of its own for one `system-id` of several (ovn-controller(8)).
    private static func values(_ key: String, _ row: OpenVSwitch.Configuration) -> [String] {
        row.externalIDs.filter { $0.key == key || $0.key.hasPrefix(key + "-") }.flatMap { words($0.value) }
    }

    private static func words(_ text: String?) -> [String] {
        (text ?? "").split(separator: ",").map { String($0.filter { $0 != " " }) }
    }

    /// Nil for a socket, and for what is none.
    private static func endpoint(_ text: String) -> (host: String, port: Int)? {
        guard case .success(let remote) = Result(catching: { try Remote(text) }) else { return nil }
        return switch remote {
        case .unix: nil
        case .tcp(let host, let port), .ssl(let host, let port): (host, port)
        }
    }

    /// nft(8) takes a star at the end for the names of many.
    private static func isName(_ name: String) -> Bool {
        InterfaceName.isValid(name) && !name.contains("*") && name.utf8.allSatisfy { $0 < 0x7f }
    }
}
