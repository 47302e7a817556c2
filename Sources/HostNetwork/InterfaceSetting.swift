import Glibc
import Netlink

/// The settings of an interface that have no netlink request: files under `/proc/sys/net`, which mean the namespace of the thread that
/// opens them.
enum InterfaceSetting {
    /// `disable_ipv6` of ip-sysctl. A kernel without IPv6 has nothing to turn off.
    static func disableIPv6(_ isDisabled: Bool, of interface: String) throws(NetlinkError) {
        let path = "/proc/sys/net/ipv6/conf/\(interface)/disable_ipv6"
        let descriptor = open(path, O_WRONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            let number = errno
            if number == ENOENT, isDisabled, access("/proc/sys/net/ipv6", F_OK) != 0 { return }
            throw NetlinkError(errno: number, "open \(path)")
        }
        defer { close(descriptor) }
        guard write(descriptor, isDisabled ? "1" : "0", 1) == 1 else {
            throw NetlinkError(errno: errno, "write \(path)")
        }
    }
}
