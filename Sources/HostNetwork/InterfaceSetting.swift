import Glibc
import Netlink

/// The settings of an interface that have no netlink request: files under `/proc/sys/net`, which mean the namespace of the thread that
/// opens them.
enum InterfaceSetting {
    /// `disable_ipv6` of ip-sysctl. A kernel without IPv6 has nothing to turn off.
    static func disableIPv6(_ isDisabled: Bool, of interface: String) throws(NetlinkError) {
        let path = "/proc/sys/net/ipv6/conf/\(interface)/disable_ipv6"
        if isDisabled, access(path, F_OK) != 0, access("/proc/sys/net/ipv6", F_OK) != 0 { return }
        try write(isDisabled ? "1" : "0", to: path)
    }

    /// Gives an interface every setting of another's, of IPv4 and IPv6, that it has otherwise: whether it takes router advertisements,
    /// forwards, filters by reverse path, makes temporary addresses, and so on.
    static func copyAll(from source: String, to target: String) throws(NetlinkError) {
        for version in ["ipv4", "ipv6"] {
            let (from, to) = (folder(version, source), folder(version, target))
            for name in try entries(of: from) where !special.contains(name) {
                var status = stat()
                // Some only tell.
                guard stat("\(to)/\(name)", &status) == 0, status.st_mode & 0o200 != 0 else { continue }
                let wanted = try read("\(from)/\(name)")
                if try read("\(to)/\(name)") != wanted { try write(wanted, to: "\(to)/\(name)") }
            }
        }
    }

    /// How the kernel makes up IPv6 addresses is set when the interface is up; the secret is behind that, or absent; the IPv6 MTU follows
    /// the interface's, or an advertisement.
    private static let special: Set<String> = ["addr_gen_mode", "stable_secret", "mtu"]

    /// `addr_gen_mode`: 0 from the MAC, 1 not at all, 2 from a secret, 3 from a random one.
    static func setAddressGeneration(_ mode: String, of interface: String) throws(NetlinkError) {
        let path = folder("ipv6", interface) + "/addr_gen_mode"
        if access(path, F_OK) == 0 { try write(mode, to: path) }
    }

    /// A stable address from a secret depends on the interface as well, so that a random secret does as well as a copied one.
    static func copyAddressGeneration(from source: String, to target: String) throws(NetlinkError) {
        let path = folder("ipv6", source) + "/addr_gen_mode"
        guard access(path, F_OK) == 0 else { return }
        let mode = try read(path).filter { !$0.isWhitespace }
        try setAddressGeneration(mode == "2" ? "3" : mode, of: target)
    }

    /// The text of a file under `/proc`.
    static func read(_ path: String) throws(NetlinkError) -> String {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw NetlinkError(errno: errno, "open \(path)") }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65536)
        while true {
            let count = Glibc.read(descriptor, &buffer, buffer.count)
            if count == 0 { return String(decoding: bytes, as: UTF8.self) }
            if count > 0 {
                bytes += buffer.prefix(count)
            } else if errno != EINTR {
                throw NetlinkError(errno: errno, "read \(path)")
            }
        }
    }

    private static func write(_ text: String, to path: String) throws(NetlinkError) {
        let descriptor = open(path, O_WRONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw NetlinkError(errno: errno, "open \(path)") }
        defer { close(descriptor) }
        let bytes = Array(text.utf8)
        guard Glibc.write(descriptor, bytes, bytes.count) == bytes.count else {
            throw NetlinkError(errno: errno, "write \(path)")
        }
    }

    private static func folder(_ version: String, _ interface: String) -> String {
        "/proc/sys/net/\(version)/conf/\(interface)"
    }

    /// The names in a folder, sorted; none where there is no such folder, as without IPv6.
    private static func entries(of folder: String) throws(NetlinkError) -> [String] {
        guard let stream = opendir(folder) else {
            if errno == ENOENT { return [] }
            throw NetlinkError(errno: errno, "open \(folder)")
        }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if !name.hasPrefix(".") { names.append(name) }
        }
        return names.sorted()
    }
}
