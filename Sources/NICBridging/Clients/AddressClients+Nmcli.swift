import Glibc
import HostNetwork
import Netlink

extension AddressClients {
    private static let folder = "/etc/NetworkManager/conf.d"

    private static func file(_ nic: String) -> String { "\(folder)/90-ovn-containers-\(nic).conf" }

    /// Where NetworkManager has a connection on the NIC: makes it leave both alone, now and at the next boot (NetworkManager.conf(5),
    /// section `device`). It cannot configure a bridge that it has not made, so that a lease must be kept by someone else.
    func managerLetsGo(of nic: Link, bridge: String, isLeased: Bool) throws -> [String] {
        let state = Self.variables(TextFile.find("\(root)/run/NetworkManager/devices/\(nic.index)") ?? "")
        guard ["true", "1"].contains(state["managed"] ?? ""), state["connection-uuid"] != nil else { return [] }
        try TextFile.replace(
            root + Self.file(nic.name),
            """
            # Made by ovn-integrate nics-to-bridge \(nic.name); nics-from-bridge removes it.
            [device-ovn-containers-\(nic.name)]
            match-device=interface-name:\(nic.name);interface-name:\(bridge)
            managed=0

            """)
        let words = told([["general", "reload", "conf"], ["device", "set", nic.name, "managed", "no"]])
        var result = ["NetworkManager leaves \(nic.name) and \(bridge) alone" + words]
        if isLeased {
            result.append(
                "NetworkManager cannot keep the DHCP lease of \(bridge): start another client before it ends, "
                    + "'dhclient -nw \(bridge)', and configure it for the next boot in /etc/network/interfaces: "
                    + "'auto \(bridge)' and 'iface \(bridge) inet dhcp'")
        }
        return result
    }

    /// Takes the file away.
    func managerReturns(nic: String) throws -> [String] {
        guard try TextFile.remove(root + Self.file(nic)) else { return [] }
        let words = told([["general", "reload", "conf"], ["device", "set", nic, "managed", "yes"]])
        return ["NetworkManager configures \(nic) again" + words]
    }

    private func told(_ commands: [[String]]) -> String {
        for command in commands {
            if let problem = run(["nmcli"] + command) {
                return ", once it knows (\(problem)): run 'nmcli \(command.joined(separator: " "))'"
            }
        }
        return ""
    }
}
