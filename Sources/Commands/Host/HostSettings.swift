import Glibc
import OVNModel
import OVSDB

/// What Open vSwitch's database says about this host's part in the logical networks, where the original tools kept it too.
struct HostSettings: Equatable, Sendable {
    /// The bridge that endpoints are plugged into.
    let bridge: String
    let central: CentralPoint
    /// How OVN and the API name this host (`binding:host_id`): as ovn-controller does, `external_ids:hostname` where it
    /// is set and else the machine's own name.
    let hostID: String

    /// - Throws: `refused`, saying which command is missing.
    init(
        _ row: OpenVSwitch.Configuration, hasBridge: (String) -> Bool, hostName: String = Self.machineName()
    ) throws(CommandError) {
        guard let mode = row.externalIDs["ovn-mode"], let bridge = row.externalIDs["ovn-bridge"] else {
            throw CommandError(
                .refused, "this host is not initialised: run 'ovn-container init --bridge br-int --overlay-mode' first")
        }
        guard mode == "overlay" else {
            throw CommandError(
                .refused,
                "this host is in the \(mode) mode, which this version cannot work in: "
                    + "run 'ovn-container init --bridge br-int --overlay-mode'")
        }
        guard hasBridge(bridge) else {
            throw CommandError(
                .refused, "bridge \(bridge) does not exist: run 'ovn-integrate create-integration-bridge' first")
        }
        guard let ipam = row.externalIDs["ipam"], !ipam.isEmpty else {
            throw CommandError(.refused, "the central point is not set: run 'ovn-integrate set-ipam ADDRESS' first")
        }
        guard let central = CentralPoint(ipam) else {
            throw CommandError(
                .refused, "the central point is set to \"\(ipam)\": run 'ovn-integrate set-ipam ADDRESS'")
        }
        self.bridge = bridge
        self.central = central
        let named = row.externalIDs["hostname"] ?? ""
        hostID = named.isEmpty ? hostName : named
    }

    private static func machineName() -> String {
        var name = [CChar](repeating: 0, count: 256)
        guard gethostname(&name, name.count - 1) == 0 else { return "" }
        return String(decoding: name.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }
}
