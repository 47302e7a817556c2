import NetAddress
package import Netlink

/// One step of moving a configuration, with the step that undoes it.
package enum ConfigurationChange: Hashable, Sendable {
    case up(Link)
    case addAddress(LinkAddress)
    case removeAddress(LinkAddress)
    case addRoute(Route)
    case removeRoute(Route)
    /// One route in the place of another of the same destination: its next hops keep their order.
    case replaceRoute(Route, by: Route)
    case addRule(PolicyRule)
    case removeRule(PolicyRule)

    /// None for a route that netlink cannot add.
    package var requests: [NetlinkRequest] {
        switch self {
        case .up(let link): [.setLink(.index(link.index), [.up])]
        case .addAddress(let address): Self.usable(address)
        case .removeAddress(let address): [.removeAddress(address)]
        case .addRoute(let route): route.isAdvertised ? [] : [.ensureRoute(route)]
        case .removeRoute(let route): [.removeRoute(route)]
        case .replaceRoute(_, let route): [.replaceRoute(with: route)]
        case .addRule(let rule): [.ensureRule(rule)]
        case .removeRule(let rule): [.removeRule(rule)]
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
        case .replaceRoute(let old, let new): .replaceRoute(new, by: old)
        case .addRule(let rule): .removeRule(rule)
        case .removeRule(let rule): .addRule(rule)
        }
    }

    var takesAway: Bool {
        switch self {
        case .removeAddress, .removeRoute, .removeRule: true
        case .up, .addAddress, .addRoute, .replaceRoute, .addRule: false
        }
    }

    /// The route that this adds by the kernel's older interface.
    var advertisedRoute: Route? {
        if case .addRoute(let route) = self, route.isAdvertised { route } else { nil }
    }

    /// An IPv6 address is added without duplicate address detection, so that it can be used at once, and then gets its own flags:
    /// whoever had it on another interface has it still.
    private static func usable(_ address: LinkAddress) -> [NetlinkRequest] {
        guard address.address.address.version == .v6, address.flags & LinkAddress.noDuplicateDetection == 0 else {
            return [.ensureAddress(address)]
        }
        var first = address
        first.flags |= LinkAddress.noDuplicateDetection
        return [.ensureAddress(first), .ensureAddress(address)]
    }
}
