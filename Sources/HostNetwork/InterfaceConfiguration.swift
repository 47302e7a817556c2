import NetAddress
package import Netlink

/// What makes an interface a way into the world: its addresses, and the routes that lead through it.
package struct InterfaceConfiguration: Hashable, Sendable {
    package var link: Link
    package var addresses: [LinkAddress]
    /// Of every table, except what the kernel makes by itself.
    package var routes: [Route]

    package init(link: Link, addresses: [LinkAddress], routes: [Route]) {
        self.link = link
        self.addresses = addresses
        self.routes = routes
    }
}

/// One step of moving a configuration, with the step that undoes it.
package enum ConfigurationChange: Hashable, Sendable {
    case up(Link)
    case addAddress(LinkAddress)
    case removeAddress(LinkAddress)
    case addRoute(Route)
    case removeRoute(Route)

    package var request: NetlinkRequest {
        switch self {
        case .up(let link): .setLink(.index(link.index), [.up])
        case .addAddress(let address): .ensureAddress(address)
        case .removeAddress(let address): .removeAddress(address)
        case .addRoute(let route): .ensureRoute(route)
        case .removeRoute(let route): .removeRoute(route)
        }
    }

    /// Nil for what need not be undone: an interface without addresses does no harm by being up.
    package var inverse: ConfigurationChange? {
        switch self {
        case .up: nil
        case .addAddress(let address): .removeAddress(address)
        case .removeAddress(let address): .addAddress(address)
        case .addRoute(let route): .removeRoute(route)
        case .removeRoute(let route): .addRoute(route)
        }
    }
}

extension InterfaceConfiguration {
    /// The address as `target` must have it. Duplicate address detection has been done where it was.
    private static func moved(_ address: LinkAddress, from source: Link, to target: Link) -> LinkAddress {
        var address = address
        address.link = target.index
        if let label = address.label, label.hasPrefix(source.name) {
            let moved = target.name + label.dropFirst(source.name.count)
            // A label that grows too long is the operator's decoration, not worth failing for.
            address.label = moved.utf8.count <= Link.nameLimit ? moved : nil
        }
        address.flags &= LinkAddress.lastingFlags
        if address.address.address.version == .v6 { address.flags |= LinkAddress.noDuplicateDetection }
        return address
    }

    private static func moved(_ route: Route, from source: Link, to target: Link) -> Route {
        var route = route
        for index in route.nextHops.indices where route.nextHops[index].link == source.index {
            route.nextHops[index].link = target.index
        }
        return route
    }

    /// The addresses that go with a move: all but those that the kernel makes anew on the other interface.
    package var movableAddresses: [LinkAddress] {
        addresses.filter { address in
            let isTemporary = address.address.address.version == .v6 && address.flags & LinkAddress.temporary != 0
            return !address.isLinkLocal && !isTemporary
        }
    }

    /// What `target` must have once everything of this configuration has moved there.
    package func moved(to target: InterfaceConfiguration) -> InterfaceConfiguration {
        var result = target
        for address in movableAddresses {
            let wanted = Self.moved(address, from: link, to: target.link)
            if !result.addresses.contains(where: { $0.address == wanted.address }) { result.addresses.append(wanted) }
        }
        for route in routes {
            let wanted = Self.moved(route, from: link, to: target.link)
            if !result.routes.contains(where: { Self.isSame($0, wanted) }) { result.routes.append(wanted) }
        }
        return result
    }

    /// The steps that take everything from `source` to `target`, both as they are now; none where nothing is left to move.
    ///
    /// Nothing is taken away before its replacement is in place: addresses first, since routes need them, then routes, and the same
    /// backwards on the source.
    package static func plan(from source: InterfaceConfiguration, to target: InterfaceConfiguration)
        -> [ConfigurationChange]
    {
        let desired = source.moved(to: target)
        let addresses = desired.addresses.filter { wanted in !target.addresses.contains { $0.address == wanted.address }
        }
        let routes = desired.routes.filter { wanted in !target.routes.contains { isSame($0, wanted) } }
        let leaving = source.movableAddresses
        guard !(addresses.isEmpty && routes.isEmpty && leaving.isEmpty && source.routes.isEmpty) else {
            return target.link.isUp ? [] : [.up(target.link)]
        }
        return [.up(target.link)] + addresses.map { .addAddress($0) } + routes.map { .addRoute($0) }
            + source.routes.reversed().map { .removeRoute($0) } + leaving.reversed().map { .removeAddress($0) }
    }

    /// Whether two routes differ in nothing but the time they have left.
    private static func isSame(_ a: Route, _ b: Route) -> Bool {
        var (a, b) = (a, b)
        (a.expires, b.expires) = (nil, nil)
        return a == b
    }
}
