package import HostNetwork
package import Netlink

/// The programs that configure NICs of this host by themselves and must be told when a NIC's addresses move: dhclient(8),
/// systemd-networkd(8), NetworkManager(8).
///
/// All of it is done after a move, and none of it fails one: a lease lasts for hours, and what could not be done is said.
package struct AddressClients: Sendable {
    /// Put before every path; tests have files of their own.
    let root: String
    let namespace: NetworkNamespace.Identity?
    /// Runs a program, answers why it failed.
    let run: @Sendable ([String]) -> String?

    /// `namespace` is that of the NICs: what runs in another has nothing to do with them. `run` runs a program to its end
    /// and returns why it failed.
    package init(
        root: String = "", namespace: NetworkNamespace.Identity?,
        run: @escaping @Sendable ([String]) -> String? = Tool.run
    ) {
        self.root = root
        self.namespace = namespace
        self.run = run
    }

    /// Makes whatever configures `nic` configure `bridge` from now on. Answers in words what was done and what the user must do.
    package func follow(from nic: Link, to bridge: Link, isLeased: Bool) -> [String] {
        collect { () throws in
            let clients = try moveDhclient(from: nic.name, to: bridge.name)
            let networkd = try networkdFollows(from: nic, to: bridge)
            let manager = try managerLetsGo(of: nic, bridge: bridge.name, isLeased: isLeased)
            let known = clients + networkd + manager
            guard known.isEmpty, isLeased else { return known + (try interfacesFile(nic.name, bridge.name)) }
            return [
                "an address of \(bridge.name) came by DHCP and runs out: stop the client on \(nic.name), "
                    + "start one on \(bridge.name), and configure it so for the next boot"
            ]
        }
    }

    /// Makes it configure `nic` again.
    package func followBack(from bridge: String, to nic: Link, isLeased: Bool) -> [String] {
        collect { () throws in
            let known =
                try moveDhclient(from: bridge, to: nic.name) + networkdReturns(nic: nic.name, bridge: bridge)
                + managerReturns(nic: nic.name)
            guard known.isEmpty, isLeased else { return known }
            return ["an address of \(nic.name) came by DHCP and runs out: start a client on \(nic.name)"]
        }
    }

    private func collect(_ body: () throws -> [String]) -> [String] {
        do { return try body() } catch { return ["what configures the interfaces could not be told: \(error)"] }
    }

    /// ifupdown's configuration, which is the administrator's: says which line to change (interfaces(5)).
    private func interfacesFile(_ nic: String, _ bridge: String) throws -> [String] {
        let folder = "/etc/network/interfaces.d"
        let files = ["/etc/network/interfaces"] + (try TextFile.names(in: root + folder)).map { "\(folder)/\($0)" }
        for file in files {
            for (number, line) in (TextFile.find(root + file) ?? "").split(
                separator: "\n", omittingEmptySubsequences: false
            ).enumerated() {
                let words = line.split(separator: " ", omittingEmptySubsequences: true)
                guard words.count >= 4, words[0] == "iface", words[1] == nic, words[3] != "manual" else { continue }
                return [
                    "for the next boot, change line \(number + 1) of \(file) to 'iface \(bridge) \(words[2]) \(words[3])' "
                        + "with 'auto \(bridge)', and add 'iface \(nic) inet manual' with 'up ip link set \(nic) up'"
                ]
            }
        }
        return []
    }
}
