import Glibc
package import NeutronAPI
package import OVNModel
import OVSDB

/// What Open vSwitch's database says about this host's part in the logical networks, where the original tools kept it too.
package struct HostSettings: Equatable, Sendable {
    /// Who carries logical networks.
    package enum Mode: Equatable, Sendable {
        /// Hosts, between them in tunnels. Networks and endpoints are asked for at this central point.
        case overlay(CentralPoint)
        /// An OpenStack cloud, in which this machine has this port.
        case underlay(vif: ID<Port>)
    }

    /// The bridge that endpoints are plugged into.
    package let bridge: String
    package let mode: Mode
    /// How OVN and the API name this host (`binding:host_id`): as ovn-controller does, `external_ids:hostname` where it
    /// is set and else the machine's own name.
    package let hostID: String

    /// - Throws: `refused`, saying which command is missing.
    package init(
        _ row: OpenVSwitch.Configuration, hasBridge: (String) -> Bool, hostName: String = Self.machineName()
    ) throws(HostError) {
        let mode = row.externalIDs["ovn-mode"]
        let bridge = row.externalIDs[mode == "underlay" ? Self.nicBridgeKey : "ovn-bridge"]
        guard let mode, let bridge else {
            throw HostError(
                .refused, "this host is not initialised: run 'ovn-container init --bridge br-int --overlay-mode' first")
        }
        switch mode {
        case "overlay": self.mode = .overlay(try Self.central(row, bridge, hasBridge))
        case "underlay": self.mode = .underlay(vif: try Self.vif(row, bridge, hasBridge))
        default:
            throw HostError(
                .refused,
                "this host is in the \(mode) mode, which this version does not know: "
                    + "run 'ovn-container init --bridge br-int --overlay-mode'")
        }
        self.bridge = bridge
        hostID = Self.hostID(row, hostName: hostName)
    }

    /// As ``hostID``, also of a host that is not initialised.
    package static func hostID(_ row: OpenVSwitch.Configuration, hostName: String = Self.machineName()) -> String {
        let named = row.externalIDs["hostname"] ?? ""
        return named.isEmpty ? hostName : named
    }

    /// The central point of the overlay mode.
    package var central: CentralPoint? {
        guard case .overlay(let central) = mode else { return nil }
        return central
    }

    /// This machine's port in the underlay mode.
    package var vif: ID<Port>? {
        guard case .underlay(let vif) = mode else { return nil }
        return vif
    }

    private static func central(
        _ row: OpenVSwitch.Configuration, _ bridge: String, _ hasBridge: (String) -> Bool
    ) throws(HostError) -> CentralPoint {
        guard hasBridge(bridge) else {
            throw HostError(
                .refused, "bridge \(bridge) does not exist: run 'ovn-integrate create-integration-bridge' first")
        }
        guard let ipam = row.externalIDs["ipam"], !ipam.isEmpty else {
            throw HostError(.refused, "the central point is not set: run 'ovn-integrate set-ipam ADDRESS' first")
        }
        guard let central = CentralPoint(row) else {
            let port = row.externalIDs[centralPortKey].map { ", port \"\($0)\"" } ?? ""
            throw HostError(
                .refused, "the central point is set to \"\(ipam)\"\(port): run 'ovn-integrate set-ipam ADDRESS'")
        }
        return central
    }

    private static func vif(
        _ row: OpenVSwitch.Configuration, _ bridge: String, _ hasBridge: (String) -> Bool
    ) throws(HostError) -> ID<Port> {
        guard hasBridge(bridge) else {
            throw HostError(
                .refused, "bridge \(bridge) does not exist: run 'ovn-integrate nics-to-bridge NIC' first")
        }
        guard let vif = row.externalIDs[vifKey].flatMap({ ID<Port>($0) }) else {
            throw HostError(
                .refused,
                "this host is in the underlay mode and does not know its own port: "
                    + "run 'ovn-container init --bridge \(bridge) --underlay-mode' with OS_VIF_ID set")
        }
        return vif
    }

    /// Where the underlay mode keeps the bridge of the NIC. Not under `ovn-bridge`: an ovn-controller on this machine would make
    /// that its own and let nothing through any more.
    package static let nicBridgeKey = "ovn-underlay-bridge"
    /// Where the underlay mode keeps the id of the machine's port.
    package static let vifKey = "ovn-vif-id"

    /// Where the port of central's API is kept where it is not 9696.
    package static let centralPortKey = "ipam-port"
    /// `true` where central is spoken to by TLS alone.
    package static let centralTLSKey = "ipam-tls"

    /// Where central is that this host is about to join, `HOST:PORT`, until it has: so that leaving finds it also where joining was
    /// cut short.
    package static let joiningKey = "ovn-containers-joining"

    /// Everything that makes this host part of logical networks: keys of `external_ids`, ours and ovn-controller's.
    package static let keys = [
        "ipam", "ovn-remote", "ovn-encap-ip", "ovn-encap-type", "ovn-mode", "ovn-bridge", "ovn-bridge-datapath-type",
        nicBridgeKey, vifKey, centralPortKey, centralTLSKey,
    ]

    /// gethostname(2).
    package static func machineName() -> String {
        var name = [CChar](repeating: 0, count: 256)
        guard gethostname(&name, name.count - 1) == 0 else { return "" }
        return String(decoding: name.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }
}

extension HostSettings {
    /// Throws where the environment names another port than the host was initialised with: a file made for another machine.
    package func check(_ environment: [String: String]) throws(HostError) {
        guard let vif, let named = environment["OS_VIF_ID"], !named.isEmpty, ID<Port>(named) != vif else { return }
        throw HostError(
            .refused,
            "OS_VIF_ID is \(named), but this host was initialised with port \(vif): set the right one, "
                + "or run 'ovn-container init --bridge \(bridge) --underlay-mode' again")
    }
}
