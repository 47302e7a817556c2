import Glibc
import Netlink

/// The settings of an interface that have no netlink request: files under `/proc/sys/net`, which mean the namespace of the thread that
/// opens them.
package enum InterfaceSetting {
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

    package static func folder(_ version: String, _ interface: String) -> String {
        "/proc/sys/net/\(version)/conf/\(interface)"
    }
}
