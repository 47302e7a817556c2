import CLinux
package import NetAddress

/// A route as the kernel lists it (`RTM_NEWROUTE`, rtnetlink(7)), complete enough to be added again elsewhere.
package struct Route: Hashable, Sendable {
    /// One next hop.
    package struct NextHop: Hashable, Sendable {
        /// Nil: the destination is on the link itself.
        package var gateway: IPAddress?
        /// The interface's index; nil for routes without one, `unreachable` and the like.
        package var link: Int32?
        /// Share of a multipath route, 1 … 256.
        package var weight: Int
        /// The gateway counts as on the link, regardless of other routes.
        package var isOnLink: Bool
        /// `RTA_ENCAP_TYPE` and `RTA_ENCAP`, as received.
        package var encapsulation: Encapsulation?
        /// `RTA_FLOW`: IPv4 realms, for traffic control.
        package var realms: UInt32?

        package init(
            gateway: IPAddress? = nil, link: Int32?, weight: Int = 1, isOnLink: Bool = false,
            encapsulation: Encapsulation? = nil, realms: UInt32? = nil
        ) {
            self.gateway = gateway
            self.link = link
            self.weight = weight
            self.isOnLink = isOnLink
            self.encapsulation = encapsulation
            self.realms = realms
        }
    }

    /// A tunnel header that the route prepends.
    package struct Encapsulation: Hashable, Sendable {
        package var type: UInt16
        package var value: [UInt8]
    }

    /// 0.0.0.0/0 or ::/0 for a default route.
    package var destination: IPPrefix
    /// Only for packets from here (IPv6 with subtrees).
    package var source: IPPrefix?
    package var typeOfService: UInt8 = 0
    package var table = Self.mainTable
    /// `RTPROT_…`: beside ``kernelOrigin`` and ``staticOrigin`` 3 is boot, 9 router advertisements, 16 DHCP.
    package var origin = Self.staticOrigin
    /// `RT_SCOPE_…`: ``universeScope`` or ``linkScope``.
    package var scope = Self.universeScope
    /// `RTN_…`: ``unicastKind``, `RTN_LOCAL` 2, `RTN_UNREACHABLE` 7 …
    package var kind = Self.unicastKind
    package var nextHops: [NextHop]
    package var preferredSource: IPAddress?
    /// The lower wins; nil is the kernel's default, 0 for IPv4 and 1024 for IPv6.
    package var metric: UInt32?
    /// `RTA_METRICS`, MTU, window and the like, as received.
    package var metrics: [UInt8]?
    /// A default router's preference (RFC 4191).
    package var preference: UInt8?
    /// Seconds until it expires.
    package var expires: UInt32?
    /// The id of the nexthop object used instead of next hops of its own.
    package var nextHopObject: UInt32?
    /// Whether the kernel learned it from a router advertisement, and will refresh it. Netlink does not report it:
    /// false when read.
    package var isAdvertised = false

    /// A route through one next hop, of universal scope through a gateway, of link scope without one.
    package init(to destination: IPPrefix, gateway: IPAddress? = nil, link: Int32, isOnLink: Bool = false) {
        self.destination = destination
        nextHops = [NextHop(gateway: gateway, link: link, isOnLink: isOnLink)]
        scope = gateway == nil && destination.version == .v4 ? Self.linkScope : Self.universeScope
    }

    /// One route for each next hop: an IPv6 multipath route consists of these, added and removed one by one.
    package var siblings: [Route] {
        nextHops.map { hop in
            var route = self
            route.nextHops = [hop]
            return route
        }
    }
}

// linux/rtnetlink.h
extension Route {
    /// `RT_TABLE_MAIN`: used where no rule says otherwise.
    package static let mainTable: UInt32 = 254
    /// `RT_TABLE_LOCAL`: the machine's own addresses, kept by the kernel.
    package static let localTable: UInt32 = 255
    /// `RTPROT_KERNEL`: added by the kernel with an address.
    package static let kernelOrigin: UInt8 = 2
    /// `RTPROT_STATIC`: added by an administrator.
    package static let staticOrigin: UInt8 = 4
    /// `RT_SCOPE_UNIVERSE`.
    package static let universeScope: UInt8 = 0
    /// `RT_SCOPE_LINK`: on the link itself.
    package static let linkScope: UInt8 = 253
    /// `RTN_UNICAST`: packets are forwarded.
    package static let unicastKind: UInt8 = 1
}
