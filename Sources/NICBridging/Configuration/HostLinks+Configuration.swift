import HostNetwork
import NetAddress
package import Netlink

extension HostLinks {
    /// Addresses, routes and rules of one interface of the host; nil where there is none of that name.
    package func configuration(of name: String) throws -> InterfaceConfiguration? {
        guard let link = try find(.name(name)) else { return nil }
        var configuration = InterfaceConfiguration(link: link)
        configuration.addresses = try socket.rows(.listAddresses(of: link.index), within: Self.limit)
            .map { message throws in try LinkAddress(message) }.filter { $0.link == link.index }
        let advertised = try inNamespace { () throws in try AdvertisedRoutes(of: name) }
        for version in IPVersion.allCases {
            configuration.routes += try socket.rows(.listRoutes(version), within: Self.limit)
                .compactMap { message throws in try Route(message) }
                .filter { route in
                    !route.belongsToLink && route.destination.version == version
                        && route.nextHops.contains { $0.link == link.index }
                }
                .map { advertised.marked($0) }
            configuration.rules += try socket.rows(.listRules(version), within: Self.limit)
                .compactMap { message throws in try PolicyRule(message) }
                .filter { $0.incoming == name || $0.outgoing == name }
        }
        return configuration
    }

    /// Interfaces that stand on this one, as VLANs and tunnels do, and have no other way into the world.
    package func uppers(of link: Link) throws -> [Link] {
        try all().filter { other in
            other.tunnelLink == link.index
                || other.peer == link.index && other.peerNamespace == nil && other.kind != "veth"
        }
    }

    /// Carries out all steps or none: where one fails, those before it are undone.
    ///
    /// The kernel goes on behind a failed request. So nothing is taken away before it has taken everything that is to be added.
    ///
    /// - Throws: the first failure; where undoing failed too, its message says so.
    package func apply(_ changes: [ConfigurationChange]) throws {
        guard !changes.isEmpty else { return }
        let start = changes.firstIndex(where: \.takesAway) ?? changes.endIndex
        var begun = changes[..<start]
        do {
            if let failure = try perform(Array(begun)).first { throw failure }
            begun = changes[...]
            if let failure = try perform(Array(changes[start...])).first { throw failure }
        } catch {
            // All steps are undone, done or not: routes go along with addresses.
            let failures = try perform(begun.reversed().compactMap(\.inverse))
            guard let failure = failures.first, let error = error as? NetlinkError else { throw error }
            throw NetlinkError(error.code, "\(error.message); undoing it failed as well: \(failure.message)")
        }
    }

    /// Carries out every step, failed ones or not, and answers the failures. Advertised routes come last, as they did when the kernel
    /// added them: a static one of the same metric that came later would become one with them.
    private func perform(_ changes: [ConfigurationChange]) throws -> [NetlinkError] {
        let failures = try socket.outcomes(of: changes.flatMap(\.requests), within: Self.limit).compactMap {
            outcome -> NetlinkError? in
            if case .failed(let failure) = outcome { failure } else { nil }
        }
        let advertised = changes.compactMap(\.advertisedRoute)
        guard !advertised.isEmpty else { return failures }
        return failures + (try inNamespace { () throws in advertised.compactMap { AdvertisedRoutes.add($0) } })
    }

    /// Makes a bridge's own interface fit to be what `nic` has been: MAC, MTU, the settings of both versions, the addresses of the link;
    /// and up where the NIC is.
    package func prepare(_ bridge: String, like nic: InterfaceConfiguration) throws {
        guard let link = try find(.name(bridge)) else {
            throw NetlinkError(.noDevice, "there is no interface \(bridge)")
        }
        if link.mac != nic.link.mac, let mac = nic.link.mac {
            try socket.apply([.setLink(.index(link.index), [.mac(mac)])], within: Self.limit)
        }
        if link.mtu != nic.link.mtu {
            try socket.apply([.setLink(.index(link.index), [.mtu(nic.link.mtu)])], within: Self.limit)
        }
        let isFresh = !link.isUp
        let name = nic.link.name
        try inNamespace { () throws in
            try InterfaceSetting.copyAll(from: name, to: bridge)
            // Else the kernel makes an address of the link itself, and does not use it before it has looked for duplicates.
            if isFresh { try InterfaceSetting.setAddressGeneration("1", of: bridge) }
        }
        guard nic.link.isUp else { return }
        try socket.apply([.setLink(.index(link.index), [.up])], within: Self.limit)
        let present = try configuration(of: bridge)?.addresses ?? []
        let missing = nic.linkLocalAddresses.reversed().map { $0.moved(from: nic.link, to: link) }
            .filter { address in !present.contains { $0.isSame(as: address) } }
        try apply(missing.map { .addAddress($0) })
        try inNamespace { () throws in try InterfaceSetting.copyAddressGeneration(from: name, to: bridge) }
    }

    /// Keeps what a NIC receives from the kernel's own stack, or stops doing so.
    package func setReceiveFilter(_ isOn: Bool, on link: Link) throws {
        let requests: [NetlinkRequest] =
            isOn
            ? [.ensureFilterPoint(on: link.index), .ensureReceiveFilter(on: link.index)]
            : [.removeFilterPoint(on: link.index)]
        try socket.apply(requests, within: Self.limit)
    }

    /// Whether a NIC has a filter on its receiving side.
    package func hasReceiveFilter(on link: Link) throws -> Bool {
        try !socket.rows(.listReceiveFilters(on: link.index), within: Self.limit).isEmpty
    }
}
