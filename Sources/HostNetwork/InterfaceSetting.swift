import Glibc
import Netlink

/// The settings of an interface that have no netlink request: files under `/proc/sys/net`, which mean the namespace of the thread that
/// opens them.
enum InterfaceSetting {
    /// Whether the kernel has IPv6: not where it was started with `ipv6.disable=1`.
    static var hasIPv6: Bool { access("/proc/sys/net/ipv6/conf", F_OK) == 0 }

    /// Whether an interface has IPv6: it has none while its MTU is below 1280 (RFC 8200 §5). One that is not there counts as one that has:
    /// whoever goes on is told so by the kernel.
    static func hasIPv6(_ interface: String) -> Bool {
        hasIPv6 && (access(folder("ipv6", interface), F_OK) == 0 || access(folder("ipv4", interface), F_OK) != 0)
    }

    /// `disable_ipv6` of ip-sysctl. What an interface has not need not be turned off.
    static func disableIPv6(_ isDisabled: Bool, of interface: String) throws(NetlinkError) {
        if !hasIPv6(interface) {
            if isDisabled { return }
            throw NetlinkError(
                .invalid,
                "turn IPv6 on for \(interface): "
                    + (hasIPv6 ? "its MTU is below 1280 bytes" : "this host's kernel has none (ipv6.disable=1)"))
        }
        try TextFile.overwrite(folder("ipv6", interface) + "/disable_ipv6", isDisabled ? "1" : "0")
    }

    /// No router of IPv6 tells the interface anything: neither advertisements nor redirects count (`accept_ra`, `accept_redirects` of
    /// ip-sysctl). One without IPv6 has nothing to refuse.
    static func refuseRouters(on interface: String) throws(NetlinkError) {
        guard hasIPv6(interface) else { return }
        let folder = folder("ipv6", interface)
        for name in ["accept_ra", "accept_redirects"] { try TextFile.overwrite("\(folder)/\(name)", "0") }
    }

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

    private static func folder(_ version: String, _ interface: String) -> String {
        "/proc/sys/net/\(version)/conf/\(interface)"
    }
}
