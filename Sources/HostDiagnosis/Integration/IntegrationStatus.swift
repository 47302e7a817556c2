import Certificates
import ContainerFirewall
import Deadlines
import HostAttachment
import HostMembership
import HostSetup
import NICBridging
import NetAddress
import OVNModel
import OVSDB

/// Whether this host takes part in the logical networks, and if not, why. Made from what was seen.
package struct IntegrationStatus: Equatable, Sendable {
    /// One thing that must be so.
    package struct Check: Equatable, Sendable {
        package enum State: String, Sendable {
            case ok
            /// It is not set.
            case missing
            /// It is set or there, and does not work.
            case failed
        }

        package let key: String
        package let title: String
        package let value: String
        package let state: State
        /// What is wrong and what to do about it; `nil` when it is right.
        package let remedy: String?
    }

    /// A tunnel to another host.
    package struct Tunnel: Equatable, Sendable {
        package let interface: String
        package let type: String
        package let remote: String
        /// The other host's chassis, its `system-id`.
        package let chassis: String
        /// What ovs-vswitchd says it cannot do with it.
        package let problem: String?
    }

    /// What was seen outside Open vSwitch's database.
    struct Surroundings: Equatable, Sendable {
        var controller: OVNController.Connection
        /// Why the networking API cannot be reached, `nil` when it can.
        var apiProblem: String?
        /// Where the networking API is; `nil` is the central point.
        var apiEndpoint: String?
        var addresses: Set<IPAddress>
        var kernelHasSTT = false
        /// What keeps containers from tunnels and databases.
        var firewall = HostFirewall.State.installed(dropped: 0)
        /// NICs that have been moved to bridges of their own.
        var movedNICs: [NICBridge.State] = []
        /// That of a host that has joined with one.
        var certificate: CertificateState?
        var now = Timestamp.now
    }

    package let checks: [Check]
    package let tunnels: [Tunnel]
    /// What works and should not stay as it is.
    package let warnings: [String]

    /// The first thing that keeps this host from working.
    package var cause: String? {
        if let check = checks.first(where: { $0.state != .ok }) {
            return "\(check.title.lowercased()): \(check.remedy ?? check.state.rawValue)"
        }
        if let tunnel = tunnels.first(where: { $0.problem != nil }), let problem = tunnel.problem {
            return "tunnel \(tunnel.interface) to \(tunnel.remote): \(problem)"
        }
        return nil
    }

    init(_ replica: Replica, _ surroundings: Surroundings) {
        guard let configuration = replica[OpenVSwitch.Configuration.self].only else {
            checks = [
                Check(
                    key: "open_vswitch", title: "Open vSwitch", value: "", state: .missing,
                    remedy: "its database has not been set up: start Open vSwitch by its service")
            ]
            (tunnels, warnings) = ([], [])
            return
        }
        guard configuration.externalIDs["ovn-mode"] != "underlay" else {
            // The cloud's hypervisor has the tunnels and ovn-controller.
            (tunnels, warnings) = ([], [])
            checks =
                [Self.openVSwitch(configuration)] + Self.underlay(configuration, in: replica)
                + [Self.firewall(surroundings.firewall), Self.api(configuration, surroundings)]
                + surroundings.movedNICs.map(Self.nic)
            return
        }
        let name = configuration.externalIDs["ovn-bridge"] ?? "br-int"
        let bridge = replica[OpenVSwitch.Bridge.self].first { $0.name == name }
        tunnels = Self.tunnels(in: replica)
        warnings = Self.warnings(configuration, surroundings)
        checks =
            [Self.openVSwitch(configuration), Self.systemID(configuration), Self.bridge(name, bridge)]
            + Self.settings(configuration, surroundings) + Self.certificate(configuration, surroundings)
            + [
                Self.firewall(surroundings.firewall),
                Self.controller(configuration, surroundings.controller),
                Self.api(configuration, surroundings),
            ] + surroundings.movedNICs.map(Self.nic)
    }

    private static func tunnels(in replica: Replica) -> [Tunnel] {
        var chassis: [RowID: String] = [:]
        for port in replica[OpenVSwitch.Port.self] {
            guard let id = port.externalIDs["ovn-chassis-id"] else { continue }
            for interface in port.interfaces { chassis[interface] = id }
        }
        return replica[OpenVSwitch.Interface.self].compactMap { row in
            guard let other = chassis[row.id] else { return nil }
            // ovn-controller writes `chassis@address`, and from 24.03 on also `%local address`.
            let id = other.split(separator: "@").first.map(String.init) ?? other
            return Tunnel(
                interface: row.name, type: row.type, remote: row.options["remote_ip"] ?? "", chassis: id,
                problem: row.error.flatMap { $0.isEmpty ? nil : $0 })
        }.sorted { ($0.chassis, $0.interface) < ($1.chassis, $1.interface) }
    }
}

/// The checks one by one.
extension IntegrationStatus {
    private static func openVSwitch(_ row: OpenVSwitch.Configuration) -> Check {
        let applied = row.curCfg >= row.nextCfg
        return Check(
            key: "open_vswitch", title: "Open vSwitch", value: row.ovsVersion ?? "", state: applied ? .ok : .failed,
            remedy: applied
                ? nil : "ovs-vswitchd has not applied the newest configuration of its database: is it running?")
    }

    private static func systemID(_ row: OpenVSwitch.Configuration) -> Check {
        setting(
            row, key: "system-id", title: "System id",
            remedy: "ovn-controller has no name for this host: start Open vSwitch by its service, "
                + "or set external_ids:system-id in table Open_vSwitch")
    }

    private static func bridge(_ name: String, _ bridge: OpenVSwitch.Bridge?) -> Check {
        let remedy: String? =
            if let bridge {
                if bridge.failMode != "secure" {
                    "it forwards packets by itself (fail_mode is not secure): run 'ovn-integrate create-integration-bridge'"
                } else {
                    nil
                }
            } else {
                "it does not exist: run 'ovn-integrate create-integration-bridge'"
            }
        let datapath = bridge.map { $0.datapathType.isEmpty ? "system" : $0.datapathType }
        return Check(
            key: "integration_bridge", title: "Integration bridge",
            value: datapath.map { "\(name) (\($0))" } ?? name,
            state: bridge == nil ? .missing : remedy == nil ? .ok : .failed, remedy: remedy)
    }

    private static func settings(_ row: OpenVSwitch.Configuration, _ seen: Surroundings) -> [Check] {
        var checks = [
            setting(row, key: "ipam", title: "Central point", remedy: "run 'ovn-integrate set-ipam ADDRESS'"),
            setting(
                row, key: "ovn-remote", title: "Southbound database", remedy: "run 'ovn-integrate set-ipam ADDRESS'"),
        ]
        var endpoint = setting(
            row, key: "ovn-encap-ip", title: "Local tunnel endpoint", remedy: "run 'ovn-integrate set-tep ADDRESS'")
        if endpoint.state == .ok, let address = IPAddress(endpoint.value), !seen.addresses.contains(address) {
            endpoint = endpoint.failed("no interface of this host has the address \(address)")
        }
        checks.append(endpoint)
        var type = setting(
            row, key: "ovn-encap-type", title: "Encapsulation",
            remedy: "run 'ovn-container init' or 'ovn-integrate set-encap-type geneve'")
        for word in type.value.split(separator: ",") {
            let reason = EncapsulationType(rawValue: String(word))?.unavailable(
                in: row, kernelHasSTT: seen.kernelHasSTT)
            if let reason { type = type.failed("\(reason): run 'ovn-integrate set-encap-type geneve'") }
        }
        if let key = row.externalIDs.first(where: {
            $0.key.hasPrefix("ovn-enable-flow-based-tunnels") && $0.value == "true"
        }) {
            type = type.failed(
                "\(key.key) makes tunnels take packets from any address: "
                    + "run 'ovs-vsctl remove Open_vSwitch . external_ids \(key.key)'")
        }
        checks.append(type)
        checks.append(
            setting(
                row, key: "ovn-mode", title: "Mode",
                remedy: "run 'ovn-container init --bridge br-int --overlay-mode'"))
        return checks
    }

    private static func setting(
        _ row: OpenVSwitch.Configuration, key: String, title: String, remedy: String
    ) -> Check {
        let value = row.externalIDs[key] ?? ""
        return Check(
            key: key.replacingDashes, title: title, value: value, state: value.isEmpty ? .missing : .ok,
            remedy: value.isEmpty ? "not set; \(remedy)" : nil)
    }

    /// That of a host that has joined, and of which authority it is.
    private static func certificate(_ row: OpenVSwitch.Configuration, _ seen: Surroundings) -> [Check] {
        guard let state = seen.certificate else { return [] }
        let fault = state.fault(systemID: row.externalIDs["system-id"] ?? "", at: seen.now)
        let end = state.certificate.map { "until \($0.end)" } ?? ""
        return [
            Check(
                key: "certificate", title: "Certificate", value: end,
                state: fault == nil ? .ok : state.certificate == nil ? .missing : .failed, remedy: fault),
            Check(
                key: "authority", title: "Central's authority", value: state.authorityNames.joined(separator: ", "),
                state: state.authorities.isEmpty ? .missing : .ok,
                remedy: state.authorities.isEmpty ? fault : nil),
        ]
    }

    private static func warnings(_ row: OpenVSwitch.Configuration, _ seen: Surroundings) -> [String] {
        if let state = seen.certificate { return state.warning(at: seen.now).map { [$0] } ?? [] }
        guard let remote = row.externalIDs["ovn-remote"], remote.hasPrefix("tcp:") else { return [] }
        return [
            "central is open: whoever reaches \(remote) owns every network; "
                + "'ovn-integrate join TOKEN' with a token of 'ovn-ipam invite' is TLS with a certificate of this host"
        ]
    }

    private static func controller(_ row: OpenVSwitch.Configuration, _ connection: OVNController.Connection) -> Check {
        let remote = row.externalIDs["ovn-remote"] ?? ""
        let (value, state, remedy): (String, Check.State, String?) =
            switch connection {
            case .connected: ("connected", .ok, nil)
            case .notConnected:
                (
                    "not connected", .failed,
                    "it cannot reach the Southbound database at \(remote.isEmpty ? "(not set)" : remote): "
                        + "is ovn-ipam running there, and does a firewall let port "
                        + "\(remote.split(separator: ":").last.map(String.init) ?? "6642") through?"
                )
            case .notRunning(let reason):
                (
                    "not running", .failed,
                    "it is not running (\(reason)): start it, 'ovn-controller --pidfile --detach -vconsole:off --log-file'"
                )
            }
        return Check(key: "ovn_controller", title: "ovn-controller", value: value, state: state, remedy: remedy)
    }

    private static func nic(_ state: NICBridge.State) -> Check {
        let addresses = state.addresses.map(\.description).joined(separator: ", ")
        return Check(
            key: "nic_\(state.nic)", title: "NIC \(state.nic)",
            value: "under \(state.bridge)" + (addresses.isEmpty ? "" : ", \(addresses)"),
            state: state.problem == nil ? .ok : .failed, remedy: state.problem)
    }

    /// What a machine in a cloud needs: its mode, the bridge of its NIC, and its own port.
    private static func underlay(_ row: OpenVSwitch.Configuration, in replica: Replica) -> [Check] {
        let key = HostSettings.nicBridgeKey
        var bridge = setting(
            row, key: key, title: "Bridge of the NIC",
            remedy: "run 'ovn-container init --bridge BRIDGE --underlay-mode'")
        if bridge.state == .ok, !replica[OpenVSwitch.Bridge.self].contains(where: { $0.name == bridge.value }) {
            bridge = bridge.failed("it does not exist: run 'ovn-integrate nics-to-bridge NIC'")
        }
        let port = setting(
            row, key: HostSettings.vifKey, title: "Own port in the cloud",
            remedy: "run 'ovn-container init --bridge BRIDGE --underlay-mode' with OS_VIF_ID set")
        return [setting(row, key: "ovn-mode", title: "Mode", remedy: ""), bridge, port]
    }

    private static func api(_ row: OpenVSwitch.Configuration, _ seen: Surroundings) -> Check {
        let endpoint = seen.apiEndpoint ?? CentralPoint(row)?.api
        guard let endpoint else {
            return Check(
                key: "networking_api", title: "Networking API", value: "", state: .missing,
                remedy: row.externalIDs["ovn-mode"] == "underlay"
                    ? "no OpenStack cloud is named: set OS_AUTH_URL and the rest, as its RC file does"
                    : "run 'ovn-integrate set-ipam ADDRESS'")
        }
        return Check(
            key: "networking_api", title: "Networking API", value: endpoint,
            state: seen.apiProblem == nil ? .ok : .failed,
            remedy: seen.apiProblem)
    }
}

extension IntegrationStatus.Check {
    fileprivate func failed(_ remedy: String) -> Self {
        Self(key: key, title: title, value: value, state: .failed, remedy: remedy)
    }
}

extension String {
    fileprivate var replacingDashes: String { String(map { $0 == "-" ? "_" : $0 }) }
}
