package import NetAddress
package import Netlink

/// What an endpoint's veth must be like.
package struct Plug: Hashable, Sendable {
    package struct Route: Hashable, Sendable {
        package var destination: IPPrefix
        package var nextHop: IPAddress

        package init(destination: IPPrefix, nextHop: IPAddress) {
            self.destination = destination
            self.nextHop = nextHop
        }
    }

    /// The name of the end on the host.
    package var hostInterface: String
    /// The host end's alias, by which an audit knows whose it is.
    package var alias: String
    package var mac: MACAddress
    package var addresses: [InterfaceAddress]
    package var routes: [Route]
    /// Of both ends, in bytes.
    package var mtu: UInt32
    /// The bridge that the host's end is a port of.
    package var bridge: String
    /// Of the bridge.
    package var datapath: Datapath
    /// Whether the container may send router advertisements.
    package var mayAdvertise: Bool

    package init(
        hostInterface: String, alias: String, mac: MACAddress, addresses: [InterfaceAddress], routes: [Route],
        mtu: UInt32, bridge: String, datapath: Datapath, mayAdvertise: Bool = false
    ) {
        self.hostInterface = hostInterface
        self.alias = alias
        self.mac = mac
        self.addresses = addresses
        self.routes = routes
        self.mtu = mtu
        self.bridge = bridge
        self.datapath = datapath
        self.mayAdvertise = mayAdvertise
    }
}

/// What is there of a plug.
package struct PlugState: Hashable, Sendable {
    /// The interface of the host that has the plug's name.
    package var host: Link?
    /// Its other end, where that is in the sandbox.
    package var container: Link?
    /// Of the container's end.
    package var addresses: [LinkAddress] = []
    package var routes: [Netlink.Route] = []
    /// The names of all interfaces of the sandbox.
    package var names: Set<String>

    package init(names: Set<String> = []) { self.names = names }

    /// The first of `eth0`, `eth1` … that is free in the sandbox.
    package var freeName: String {
        for number in 0... where !names.contains("eth\(number)") { return "eth\(number)" }
        preconditionFailure("an endless range ended")
    }
}

extension Plug {
    /// What brings the container's end from `actual` to what it must be, in the order in which the kernel can do it.
    /// Addresses and routes that we would not have made stay: link-local ones, and routes of other origins.
    package func plan(link: Int32, actual: PlugState) -> [NetlinkRequest] {
        var changes: [LinkChange] = []
        if actual.container?.mac != mac { changes.append(.mac(mac)) }
        if actual.container?.mtu != mtu { changes.append(.mtu(mtu)) }
        if actual.container?.isUp != true { changes.append(.up) }
        var requests: [NetlinkRequest] = changes.isEmpty ? [] : [.setLink(.index(link), changes)]

        let wantedRoutes = routes.map { netlinkRoute($0, link: link) }
        for route in actual.routes
        where route.origin == Netlink.Route.staticOrigin && route.nextHops.contains(where: { $0.link == link }) {
            if !wantedRoutes.contains(where: { Self.matches($0, route) }) { requests.append(.removeRoute(route)) }
        }
        for present in actual.addresses where !present.isLinkLocal && !addresses.contains(present.address) {
            requests.append(.removeAddress(present))
        }
        for address in addresses where !actual.addresses.contains(where: { $0.address == address }) {
            requests.append(.ensureAddress(LinkAddress(address, on: link)))
        }
        for route in wantedRoutes where !actual.routes.contains(where: { Self.matches(route, $0) }) {
            requests.append(.ensureRoute(route))
        }
        return requests
    }

    private func netlinkRoute(_ route: Route, link: Int32) -> Netlink.Route {
        // A next hop outside every subnet can only be meant as a neighbour on the link.
        let isNear = addresses.contains { $0.prefix.contains(route.nextHop) }
        var isLinkLocal = false
        if case .v6(let address) = route.nextHop { isLinkLocal = address.isLinkLocal }
        return Netlink.Route(
            to: route.destination, gateway: route.nextHop, link: link, isOnLink: !isNear && !isLinkLocal)
    }

    /// Whether two routes lead to the same place by the same way; metrics that the kernel filled in do not count.
    private static func matches(_ wanted: Netlink.Route, _ present: Netlink.Route) -> Bool {
        wanted.destination == present.destination && wanted.table == present.table
            && present.kind == Netlink.Route.unicastKind
            && wanted.nextHops.map(\.gateway) == present.nextHops.map(\.gateway)
            && wanted.nextHops.map(\.link) == present.nextHops.map(\.link)
    }
}
