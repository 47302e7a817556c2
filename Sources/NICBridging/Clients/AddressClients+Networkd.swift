import Glibc
import HostNetwork
import Netlink

extension AddressClients {
    private static let folder = "/etc/systemd/network"

    /// Sorts before what anybody else calls a file of this kind.
    private static func file(_ interface: String) -> String { "\(folder)/00-ovn-containers-\(interface).network" }

    /// Where systemd-networkd configures the NIC: gives the bridge the NIC's file, and the NIC one that says nothing (systemd.network(5)).
    func networkdFollows(from nic: Link, to bridge: Link) throws -> [String] {
        let state = Self.variables(TextFile.find("\(root)/run/systemd/netif/links/\(nic.index)") ?? "")
        guard let original = state["NETWORK_FILE"], !original.isEmpty, original != Self.file(nic.name),
            !["unmanaged", "pending", "initialized"].contains(state["ADMIN_STATE"] ?? ""),
            let text = TextFile.find(root + original)
        else { return [] }
        let more = (state["NETWORK_FILE_DROPINS"] ?? "").split(separator: " ").compactMap {
            TextFile.find(root + $0.filter { $0 != "\"" })
        }
        let lease = Self.variables(TextFile.find("\(root)/run/systemd/netif/leases/\(nic.index)") ?? "")
        let header = "# Made by ovn-integrate nics-to-bridge \(nic.name); nics-from-bridge removes it.\n"
        let bridgeText = Self.network(([text] + more).joined(separator: "\n"), for: bridge.name, lease["CLIENTID"])
        try makeFolder()
        try TextFile.replace(root + Self.file(bridge.name), header + bridgeText)
        try TextFile.replace(
            root + Self.file(nic.name),
            header + """
                [Match]
                Name=\(nic.name)

                [Network]
                DHCP=no
                IPv6AcceptRA=no
                KeepConfiguration=yes

                """)
        return reloaded("systemd-networkd configures \(bridge.name) as \(original) says of \(nic.name)")
    }

    /// Takes both files away.
    func networkdReturns(nic: String, bridge: String) throws -> [String] {
        let removed = try [nic, bridge].filter { try TextFile.remove(root + Self.file($0)) }
        return removed.isEmpty ? [] : reloaded("systemd-networkd configures \(nic) again")
    }

    private func reloaded(_ words: String) -> [String] {
        guard let problem = run(["networkctl", "reload"]) else { return [words] }
        return ["\(words), once it knows (\(problem)): run 'networkctl reload'"]
    }

    /// The file with another `[Match]`. What was configured already stays, and the lease is asked for under the same identity: its first
    /// byte is 255, the next four are the IAID (RFC 4361), which else would come from the interface's name.
    static func network(_ text: String, for interface: String, _ clientID: String?) -> String {
        var lines = ["[Match]", "Name=\(interface)", ""]
        var isMatch = false
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            if line.hasPrefix("[") { isMatch = line.hasPrefix("[Match]") }
            if !isMatch { lines.append(String(line)) }
        }
        lines += ["", "[Network]", "KeepConfiguration=yes"]
        if let clientID, clientID.hasPrefix("ff"), let identity = UInt32(clientID.dropFirst(2).prefix(8), radix: 16) {
            lines += ["", "[DHCPv4]", "IAID=\(identity)"]
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// `KEY=VALUE` lines.
    static func variables(_ text: String) -> [String: String] {
        var result: [String: String] = [:]
        for line in text.split(separator: "\n") {
            guard let equals = line.firstIndex(of: "=") else { continue }
            result[String(line[..<equals])] = String(line[line.index(after: equals)...])
        }
        return result
    }

    private func makeFolder() throws {
        var path = root
        for part in Self.folder.split(separator: "/") {
            path += "/" + part
            guard mkdir(path, 0o755) == 0 || errno == EEXIST else { throw NetlinkError(errno: errno, "make \(path)") }
        }
    }
}
