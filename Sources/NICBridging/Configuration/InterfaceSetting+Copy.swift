import Glibc
import HostNetwork
import Netlink

extension InterfaceSetting {
    /// Gives an interface every setting of another's, of IPv4 and IPv6, that it has otherwise: whether it takes router advertisements,
    /// forwards, filters by reverse path, makes temporary addresses, and so on.
    static func copyAll(from source: String, to target: String) throws(NetlinkError) {
        for version in ["ipv4", "ipv6"] {
            let (from, to) = (folder(version, source), folder(version, target))
            for name in try TextFile.names(in: from) where !special.contains(name) {
                var status = stat()
                // Some only tell.
                guard stat("\(to)/\(name)", &status) == 0, status.st_mode & 0o200 != 0 else { continue }
                let wanted = try TextFile.read("\(from)/\(name)")
                if try TextFile.read("\(to)/\(name)") != wanted { try TextFile.overwrite("\(to)/\(name)", wanted) }
            }
        }
    }

    /// How the kernel makes up IPv6 addresses is set when the interface is up; the secret is behind that, or absent; the IPv6 MTU follows
    /// the interface's, or an advertisement.
    private static let special: Set<String> = ["addr_gen_mode", "stable_secret", "mtu"]

    /// `addr_gen_mode`: 0 from the MAC, 1 not at all, 2 from a secret, 3 from a random one.
    static func setAddressGeneration(_ mode: String, of interface: String) throws(NetlinkError) {
        let path = folder("ipv6", interface) + "/addr_gen_mode"
        if access(path, F_OK) == 0 { try TextFile.overwrite(path, mode) }
    }

    /// A stable address from a secret depends on the interface as well, so that a random secret does as well as a copied one.
    static func copyAddressGeneration(from source: String, to target: String) throws(NetlinkError) {
        let path = folder("ipv6", source) + "/addr_gen_mode"
        guard access(path, F_OK) == 0 else { return }
        let mode = try TextFile.read(path).filter { !$0.isWhitespace }
        try setAddressGeneration(mode == "2" ? "3" : mode, of: target)
    }
}
