import NetAddress
package import Netlink

/// What makes an interface a way into the world: its addresses, the routes that lead through it, and the rules that name it.
package struct InterfaceConfiguration: Hashable, Sendable {
    package var link: Link
    /// As the kernel lists them: of IPv6 the newest of a scope first.
    package var addresses: [LinkAddress]
    /// Of every table, except what the kernel makes by itself in table `local` and for the link.
    package var routes: [Route]
    package var rules: [PolicyRule]

    package init(link: Link, addresses: [LinkAddress] = [], routes: [Route] = [], rules: [PolicyRule] = []) {
        self.link = link
        self.addresses = addresses
        self.routes = routes
        self.rules = rules
    }

    /// The addresses that go with a move: all but those of the link itself, and those that somebody else turned out to have.
    package var movableAddresses: [LinkAddress] {
        addresses.filter { !$0.isLinkLocal && $0.flags & LinkAddress.duplicate == 0 }
    }

    /// IPv6 addresses of the link itself, which both interfaces keep: they have the same MAC.
    package var linkLocalAddresses: [LinkAddress] {
        addresses.filter { $0.isLinkLocal && $0.flags & LinkAddress.duplicate == 0 }
    }

    /// The routes that somebody made, as opposed to those that came with an address.
    package var ownRoutes: [Route] { routes.filter { $0.origin != Route.kernelOrigin } }
}

extension Route {
    /// Whether the kernel makes it for every interface that is up, or keeps it in its list of what is local.
    var belongsToLink: Bool {
        guard origin == Self.kernelOrigin else { return false }
        return table == Self.localTable || destination.version == .v6 && destination.network.bits >> 118 == 0xfe80 >> 6
    }

    /// Whether two routes differ in nothing but the time they have left, and in who made one that is advertised.
    func isSame(as other: Route) -> Bool {
        var (a, b) = (self, other)
        (a.expires, b.expires) = (nil, nil)
        if a.isAdvertised && b.isAdvertised {
            (a.origin, b.origin) = (0, 0)
            (a.metrics, b.metrics) = (nil, nil)
        }
        return a == b
    }
}
