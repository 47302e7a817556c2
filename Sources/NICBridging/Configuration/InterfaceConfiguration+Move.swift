import NetAddress
import Netlink

extension InterfaceConfiguration {
    /// The steps that take everything from `source` to `target`, both as they are now; none where nothing is left to move.
    ///
    /// Nothing is taken away before its replacement is in place: rules and addresses first, since routes need these, then routes, and
    /// the same backwards on the source. A source that is down leaves the target as it is.
    ///
    /// `lost` is what `source` had and no longer has, to be laid on the target as well.
    package static func plan(
        from source: InterfaceConfiguration, to target: InterfaceConfiguration,
        lost: InterfaceConfiguration? = nil
    ) -> [ConfigurationChange] {
        var changes: [ConfigurationChange] = []
        var removals: [ConfigurationChange] = []
        for (origin, isThere) in [(source, true), (lost ?? source, false)] where isThere || lost != nil {
            for rule in origin.rules {
                let wanted = rule.moved(from: source.link.name, to: target.link.name)
                if !target.rules.contains(wanted) { changes.add(.addRule(wanted)) }
                if isThere { removals.append(.removeRule(rule)) }
            }
            let leaving = origin.movableAddresses
            // The kernel lists the newest IPv6 address first, so that the last of the list is added first.
            let ordered = leaving.filter { $0.isVersion4 } + leaving.filter { !$0.isVersion4 }.reversed()
            for address in ordered {
                let wanted = address.moved(from: source.link, to: target.link)
                if !target.addresses.contains(where: { $0.isSame(as: wanted) }) { changes.add(.addAddress(wanted)) }
                if isThere { removals.append(.removeAddress(address)) }
            }
        }
        for (origin, isThere) in [(source, true), (lost ?? source, false)] where isThere || lost != nil {
            // A gateway may be reached by another route: those without one come first.
            let direct = origin.routes.filter { $0.nextHops.allSatisfy { $0.gateway == nil } }
            let others = origin.routes.filter { $0.nextHops.contains { $0.gateway != nil } }
            for route in direct + others {
                let wanted = route.moved(from: source.link.index, to: target.link.index)
                let isKnown = target.routes.contains { $0.isSame(as: wanted) }
                if isThere, route.destination.version == .v6, route.nextHops.count > 1 {
                    changes.append(.replaceRoute(route, by: wanted))
                } else {
                    if !isKnown { changes.add(.addRoute(wanted)) }
                    if isThere { removals.append(.removeRoute(route)) }
                }
            }
        }
        changes += removals.reversed()
        return !changes.isEmpty && source.link.isUp && !target.link.isUp ? [.up(target.link)] + changes : changes
    }
}

extension [ConfigurationChange] {
    /// Appends a step that is not there yet: what was lost may have come back.
    fileprivate mutating func add(_ change: ConfigurationChange) {
        if !contains(change) { append(change) }
    }
}

extension LinkAddress {
    var isVersion4: Bool { address.address.version == .v4 }

    /// Whether two are the same address of one interface.
    func isSame(as other: LinkAddress) -> Bool { address == other.address && peer == other.peer }

    /// The address as another interface must have it. What the kernel found out about it stays behind; a temporary one goes on as one
    /// that ends.
    func moved(from source: Link, to target: Link) -> LinkAddress {
        var address = self
        address.link = target.index
        if let label, label.hasPrefix(source.name) {
            let moved = target.name + label.dropFirst(source.name.count)
            // A label that grows too long is the operator's decoration, not worth failing for.
            address.label = moved.utf8.count <= Link.nameLimit ? moved : nil
        }
        address.flags &= LinkAddress.lastingFlags | LinkAddress.noDuplicateDetection
        // The prefix's route is that of the address that it was derived from.
        if !isVersion4, flags & LinkAddress.temporary != 0 { address.flags |= LinkAddress.noPrefixRoute }
        return address
    }
}

extension Route {
    /// The route with the next hops that led through `source` leading through `target`.
    func moved(from source: Int32, to target: Int32) -> Route {
        var route = self
        for index in route.nextHops.indices where route.nextHops[index].link == source {
            route.nextHops[index].link = target
        }
        // Both were next hops for a moment where a move was cut short.
        var hops: [NextHop] = []
        for hop in route.nextHops where !hops.contains(hop) { hops.append(hop) }
        route.nextHops = hops
        return route
    }
}

extension PolicyRule {
    /// The rule with one name in the place of another.
    func moved(from source: String, to target: String) -> PolicyRule {
        var rule = self
        if rule.incoming == source { rule.incoming = target }
        if rule.outgoing == source { rule.outgoing = target }
        return rule
    }
}

extension InterfaceConfiguration {
    /// What the interface has once these steps are done.
    package func applying(_ changes: [ConfigurationChange]) -> InterfaceConfiguration {
        var result = self
        for change in changes {
            switch change {
            case .addAddress(let address) where address.link == link.index:
                // As the kernel lists them: of IPv6 the newest first.
                result.addresses.insert(address, at: address.isVersion4 ? result.addresses.endIndex : 0)
            case .addRoute(let route) where route.nextHops.contains { $0.link == link.index }:
                result.routes.append(route)
            case .replaceRoute(_, by: let route) where route.nextHops.contains { $0.link == link.index }:
                result.routes.append(route)
            case .addRule(let rule) where rule.incoming == link.name || rule.outgoing == link.name:
                result.rules.append(rule)
            default: break
            }
        }
        return result
    }
}
