import CLinux
import Glibc
import HostNetwork
import NetAddress
import Netlink

/// The IPv6 routes that the kernel itself took from router advertisements: `/proc/thread-self/net/ipv6_route` tells them, netlink does not.
///
/// Added by netlink as they are listed they would be in the way: the kernel fails to add its own and then passes over all that the
/// router says.
struct AdvertisedRoutes {
    private struct Key: Hashable {
        let destination: IPPrefix
        let gateway: IPAddress
        let metric: UInt32
    }

    private var flags: Set<Key> = []

    /// RTF_UP, RTF_GATEWAY, RTF_EXPIRES, RTF_ADDRCONF; RTF_DEFAULT or RTF_ROUTEINFO (linux/ipv6_route.h).
    private static let common: UInt32 = 0x1 | 0x2 | 0x0040_0000 | 0x0004_0000
    private static let isDefault: UInt32 = 0x0001_0000
    private static let isSpecific: UInt32 = 0x0080_0000

    /// Reads the table of the calling thread's namespace, which is not what `/proc/net` shows. A kernel without IPv6 has none.
    init(of interface: String) throws(NetlinkError) {
        let path = "/proc/thread-self/net/ipv6_route"
        self.init(access(path, F_OK) == 0 ? try TextFile.read(path) : "", of: interface)
    }

    /// Takes the table's text: destination, length, source, length, gateway, metric, two counters, flags, name.
    init(_ table: String, of interface: String) {
        for line in table.split(separator: "\n") {
            let words = line.split(separator: " ", omittingEmptySubsequences: true)
            guard words.count == 10, words[9] == interface, let bits = UInt32(words[8], radix: 16),
                bits & 0x0004_0002 == 0x0004_0002, bits & (Self.isDefault | Self.isSpecific) != 0,
                let destination = UInt128(words[0], radix: 16), let length = Int(words[1], radix: 16),
                let gateway = UInt128(words[4], radix: 16), let metric = UInt32(words[5], radix: 16),
                let prefix = IPPrefix(IPAddress(.v6, bits: destination), length: length)
            else { continue }
            flags.insert(Key(destination: prefix, gateway: IPAddress(.v6, bits: gateway), metric: metric))
        }
    }

    /// The route, marked where it is one of these.
    func marked(_ route: Route) -> Route {
        guard route.nextHops.count == 1, let gateway = route.nextHops[0].gateway, let metric = route.metric,
            flags.contains(Key(destination: route.destination, gateway: gateway, metric: metric))
        else { return route }
        var route = route
        route.isAdvertised = true
        return route
    }

    /// Adds one in the calling thread's namespace; answers why it could not. There already is done.
    static func add(_ route: Route) -> NetlinkError? {
        guard let hop = route.nextHops.first, let gateway = hop.gateway, let link = hop.link else { return nil }
        var bits = common | (route.destination.length == 0 ? isDefault : isSpecific)
        bits |= UInt32(route.preference ?? 0) & 3 << 27
        let result = clinux_add_advertised_route(
            route.destination.network.octets, CInt(route.destination.length), gateway.octets, link,
            route.metric ?? 1024, bits, route.expires ?? 1800)
        return result >= 0 || result == -EEXIST ? nil : NetlinkError(errno: -result, "add \(route)")
    }
}
