package import NetAddress
import Netlink

/// A prefix whose addresses are on a link of this host, or the host's own.
package struct NearPrefix: Hashable, Sendable {
    package var prefix: IPPrefix
    /// The interface's name.
    package var interface: String
    /// Whether that is a Linux bridge, as Docker makes them.
    package var isBridge: Bool

    package init(_ prefix: IPPrefix, interface: String, isBridge: Bool = false) {
        self.prefix = prefix
        self.interface = interface
        self.isBridge = isBridge
    }
}

extension HostLinks {
    /// The prefixes of one interface's addresses; none where there is no such interface.
    package func prefixes(of interface: String) throws -> [IPPrefix] {
        guard let link = try find(.name(interface)) else { return [] }
        return try socket.rows(.listAddresses(of: link.index), within: Self.limit)
            .map { message throws in try LinkAddress(message) }.filter { $0.link == link.index && !$0.isLinkLocal }
            .map(\.address.prefix)
    }

    /// All prefixes of the host's addresses, and of its routes that lead straight to a link. Link-local ones are everywhere and are left
    /// out, and so is the default route.
    package func nearPrefixes() throws -> [NearPrefix] {
        let links = Dictionary(try all().map { ($0.index, $0) }, uniquingKeysWith: { first, _ in first })
        var found: [(prefix: IPPrefix, link: Int32)] = try socket.rows(.listAddresses(), within: Self.limit)
            .map { message throws in try LinkAddress(message) }.filter { !$0.isLinkLocal }
            .map { ($0.address.prefix, $0.link) }
        for version in IPVersion.allCases {
            let routes = try socket.rows(.listRoutes(version), within: Self.limit)
                .compactMap { message throws in try Route(message) }
            for route in routes
            where route.table == Route.mainTable && route.kind == Route.unicastKind && route.destination.length > 0 {
                guard route.nextHops.allSatisfy({ $0.gateway == nil }), let link = route.nextHops.first?.link else {
                    continue
                }
                found.append((route.destination, link))
            }
        }
        return found.compactMap { prefix, index in
            guard let link = links[index] else { return nil }
            return NearPrefix(prefix, interface: link.name, isBridge: link.kind == "bridge")
        }
    }
}
