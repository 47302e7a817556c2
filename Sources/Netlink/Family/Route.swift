import CLinux
package import NetAddress

/// A route as the kernel lists it (`RTM_NEWROUTE`, rtnetlink(7)), complete enough to be added again elsewhere.
package struct Route: Hashable, Sendable {
    /// One way on.
    package struct NextHop: Hashable, Sendable {
        /// Nil: what is reached lies on the link itself.
        package var gateway: IPAddress?
        /// The interface's index; nil for routes without one, `unreachable` and the like.
        package var link: Int32?
        /// Share of a multipath route, 1 … 256.
        package var weight: Int
        /// The gateway is taken to be on the link, whatever the other routes say.
        package var isOnLink: Bool
        /// `RTA_ENCAP_TYPE` and `RTA_ENCAP`, as they came.
        package var encapsulation: Encapsulation?
        /// `RTA_FLOW`: realms for the traffic control of IPv4.
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

    /// A tunnel's header that a route puts before its packets.
    package struct Encapsulation: Hashable, Sendable {
        package var type: UInt16
        package var value: [UInt8]
    }

    /// All of 0.0.0.0/0 or ::/0 for a default route.
    package var destination: IPPrefix
    /// Only for packets from here; IPv6 with subtrees.
    package var source: IPPrefix?
    package var typeOfService: UInt8 = 0
    package var table = Self.mainTable
    /// Who made it: beside ``kernelOrigin`` and ``staticOrigin`` 3 is boot, 9 router advertisements, 16 DHCP.
    package var origin = Self.staticOrigin
    /// How far its destination is: ``universeScope`` or ``linkScope``.
    package var scope = Self.universeScope
    /// ``unicastKind``, `RTN_LOCAL` 2, `RTN_UNREACHABLE` 7 …
    package var kind = Self.unicastKind
    package var nextHops: [NextHop]
    package var preferredSource: IPAddress?
    /// The lower goes first; nil leaves it to the kernel, 0 for IPv4 and 1024 for IPv6.
    package var metric: UInt32?
    /// `RTA_METRICS`, MTU, window and the like, as it came.
    package var metrics: [UInt8]?
    /// A default router's preference (RFC 4191).
    package var preference: UInt8?
    /// Seconds until it goes by itself.
    package var expires: UInt32?
    /// The id of the nexthop object that it uses instead of next hops of its own.
    package var nextHopObject: UInt32?
    /// Whether the kernel itself took it from a router's advertisement, and will refresh it. Netlink does not say: false when read.
    package var isAdvertised = false

    /// A route through one next hop, of the scope that fits: the whole world through a gateway, the link without one.
    package init(to destination: IPPrefix, gateway: IPAddress? = nil, link: Int32, isOnLink: Bool = false) {
        self.destination = destination
        nextHops = [NextHop(gateway: gateway, link: link, isOnLink: isOnLink)]
        scope = gateway == nil && destination.version == .v4 ? Self.linkScope : Self.universeScope
    }

    /// One route for each next hop. A multipath route of IPv6 is nothing else than these, added and removed one by one.
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
    /// `RT_TABLE_MAIN`: what is looked at where no rule says otherwise.
    package static let mainTable: UInt32 = 254
    /// `RT_TABLE_LOCAL`: the machine's own addresses, kept by the kernel.
    package static let localTable: UInt32 = 255
    /// `RTPROT_KERNEL`: it came with an address.
    package static let kernelOrigin: UInt8 = 2
    /// `RTPROT_STATIC`: somebody made it to stay.
    package static let staticOrigin: UInt8 = 4
    /// `RT_SCOPE_UNIVERSE`.
    package static let universeScope: UInt8 = 0
    /// `RT_SCOPE_LINK`: on the link itself.
    package static let linkScope: UInt8 = 253
    /// `RTN_UNICAST`: a way on, and no refusal.
    package static let unicastKind: UInt8 = 1
}
