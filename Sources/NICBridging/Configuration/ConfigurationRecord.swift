import NetAddress
package import Netlink

/// A configuration to be kept where it outlives the interface that has it: one line of text, made of the netlink messages that bring it
/// back.
///
/// `boot=<id>`, then `address=`, `route=` and `rule=` with a message's body in hexadecimal, `@<Unix time>` behind what ends by itself.
/// Interfaces have other indexes after a boot, so a message has 0 for the one that it is about, and next hops through others are left out.
package struct ConfigurationRecord: Hashable, Sendable {
    private struct Item: Hashable, Sendable {
        enum Kind: String { case address, route, rule }

        let kind: Kind
        let body: [UInt8]
        /// Unix time.
        let end: Int?
    }

    private let boot: String
    private var items: [Item] = []

    /// `now` is Unix time; `boot` tells this run of the kernel from others.
    package init(_ configuration: InterfaceConfiguration, now: Int, boot: String) {
        self.boot = boot
        for var address in configuration.movableAddresses {
            address.link = 0
            let end = address.validFor == .max ? nil : now + Int(address.validFor)
            add(.address, .ensureAddress(address), end: end)
        }
        // Advertised routes come again with the next advertisement, those of addresses with the address.
        for var route in configuration.ownRoutes where !route.isAdvertised {
            route.nextHops = route.nextHops.filter { $0.link == configuration.link.index }
            for index in route.nextHops.indices { route.nextHops[index].link = 0 }
            add(.route, .ensureRoute(route), end: route.expires.map { now + Int($0) })
        }
        for rule in configuration.rules { add(.rule, .ensureRule(rule)) }
    }

    private mutating func add(_ kind: Item.Kind, _ request: NetlinkRequest, end: Int? = nil) {
        items.append(Item(kind: kind, body: request.payload, end: end))
    }

    /// Whether it is of another run of the kernel than this.
    package func isOlder(than boot: String) -> Bool { self.boot != boot }

    /// Whether two remember the same, whatever time they say is left.
    package func isSame(as other: ConfigurationRecord) -> Bool {
        guard boot == other.boot, items.count == other.items.count else { return false }
        return zip(items, other.items).allSatisfy { a, b in
            a.kind == b.kind && (a.end == nil) == (b.end == nil) && (a.end != nil || a.body == b.body)
        }
    }
}

extension ConfigurationRecord: LosslessStringConvertible {
    package var description: String {
        (["boot=\(boot)"]
            + items.map { "\($0.kind.rawValue)=\(Self.hexadecimal($0.body))" + ($0.end.map { "@\($0)" } ?? "") })
            .joined(separator: " ")
    }

    /// Nil for text that is no record.
    package init?(_ text: String) {
        let words = text.split(separator: " ")
        guard let first = words.first, first.hasPrefix("boot=") else { return nil }
        boot = String(first.dropFirst(5))
        for word in words.dropFirst() {
            guard let equals = word.firstIndex(of: "="), let kind = Item.Kind(rawValue: String(word[..<equals])) else {
                return nil
            }
            let parts = word[word.index(after: equals)...].split(separator: "@", omittingEmptySubsequences: false)
            guard parts.count <= 2, let body = Self.octets(parts[0]), parts.count == 1 || Int(parts[1]) != nil else {
                return nil
            }
            items.append(Item(kind: kind, body: body, end: parts.count == 2 ? Int(parts[1]) : nil))
        }
    }

    private static func hexadecimal(_ bytes: [UInt8]) -> String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    private static func octets(_ text: Substring) -> [UInt8]? {
        let digits = text.utf8.map { Character(UnicodeScalar($0)).hexDigitValue }
        guard digits.count % 2 == 0, !digits.contains(nil) else { return nil }
        return stride(from: 0, to: digits.count, by: 2).map { UInt8((digits[$0] ?? 0) << 4 | (digits[$0 + 1] ?? 0)) }
    }
}

extension ConfigurationRecord {
    /// What must be laid on an interface again that has lost it, or never had it since the boot.
    ///
    /// What ends by itself is laid in the run of the kernel that it was seen in, for what is left of its time: a lease is the client's to
    /// renew. A version of which the interface, or the one that it took over from, has an address is left alone, for someone has seen to
    /// it; what routers advertise does not count. Routes that nothing would lead to are left out.
    ///
    /// Everything gets the index of `link`. `present` is what is configured now, wherever.
    ///
    /// - Throws: where a message cannot be read.
    package func missing(
        on link: Link, present: [InterfaceConfiguration], now: Int, boot: String
    ) throws(NetlinkError) -> InterfaceConfiguration {
        var result = InterfaceConfiguration(link: link)
        let kept = Set(present.flatMap(\.addresses).filter(\.isKept).map(\.address.address.version))
        var routes: [Route] = []
        for item in items {
            var left: UInt32?
            if let end = item.end {
                guard self.boot == boot, end > now else { continue }
                left = UInt32(clamping: end - now)
            }
            let message = Message(type: 0, flags: 0, sequence: 0, port: 0, payload: item.body[...])
            switch item.kind {
            case .address:
                var address = try LinkAddress(message)
                address.link = link.index
                if let left {
                    address.preferredFor = min(address.preferredFor, left)
                    address.validFor = left
                }
                if !kept.contains(address.address.address.version) { result.addresses.append(address) }
            case .route:
                guard var route = try Route(message), !kept.contains(route.destination.version) else { continue }
                for index in route.nextHops.indices { route.nextHops[index].link = link.index }
                if left != nil { route.expires = left }
                routes.append(route)
            case .rule:
                if let rule = try PolicyRule(message) { result.rules.append(rule) }
            }
        }
        result.routes = routes.filter { $0.isReachable(with: result.addresses, routes) }
        return result
    }
}

extension LinkAddress {
    /// Whether it says that someone has configured the interface: it is not of the link, nor one that routers advertise.
    fileprivate var isKept: Bool {
        let advertised =
            flags & (LinkAddress.temporary | LinkAddress.managesTemporary) != 0
            || [LinkAddress.advertisedOrigin, LinkAddress.linkLocalOrigin].contains(origin)
        return !isLinkLocal && !(address.address.version == .v6 && advertised)
    }
}

extension Route {
    /// Whether the kernel would take the route with only these addresses and routes there.
    fileprivate func isReachable(with addresses: [LinkAddress], _ others: [Route]) -> Bool {
        if let preferredSource, !addresses.contains(where: { $0.address.address == preferredSource }) { return false }
        return nextHops.allSatisfy { hop in
            guard let gateway = hop.gateway, !hop.isOnLink else { return true }
            if case .v6(let address) = gateway, address.isLinkLocal { return true }
            let prefixes = addresses.compactMap { IPPrefix($0.peer ?? $0.address.address, length: $0.address.length) }
            return prefixes.contains { $0.contains(gateway) }
                || others.contains { $0.nextHops.allSatisfy { $0.gateway == nil } && $0.destination.contains(gateway) }
        }
    }
}
