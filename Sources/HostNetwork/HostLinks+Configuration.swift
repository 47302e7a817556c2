import NetAddress
package import Netlink

extension HostLinks {
    /// Addresses and routes of one interface of the host; nil where there is none of that name.
    package func configuration(of name: String) throws -> InterfaceConfiguration? {
        guard let link = try find(.name(name)) else { return nil }
        let addresses = try socket.rows(.listAddresses(of: link.index), within: Self.limit)
            .map { message throws in try LinkAddress(message) }.filter { $0.link == link.index }
        var routes: [Route] = []
        for version in IPVersion.allCases {
            routes += try socket.rows(.listRoutes(version), within: Self.limit)
                .compactMap { message throws in try Route(message) }
                .flatMap { version == .v6 ? $0.siblings : [$0] }
                // The kernel's own follow from the addresses; table 255 is its list of what is local.
                .filter { route in
                    route.origin != 2 && route.table != 255 && route.nextHops.contains { $0.link == link.index }
                }
        }
        return InterfaceConfiguration(link: link, addresses: addresses, routes: routes)
    }

    /// Carries out all steps or none: where one fails, those before it are undone.
    ///
    /// - Throws: the first failure; where undoing failed too, its message says so.
    package func apply(_ changes: [ConfigurationChange]) throws {
        guard !changes.isEmpty else { return }
        do {
            let outcomes = try socket.outcomes(of: changes.map(\.request), within: Self.limit)
            for outcome in outcomes {
                if case .failed(let error) = outcome { throw error }
            }
        } catch {
            // The kernel goes on behind a failed request, and takes routes along with addresses: all steps are undone, done or not.
            let undoing = changes.reversed().compactMap { $0.inverse?.request }
            let failures = try socket.outcomes(of: undoing, within: Self.limit).compactMap { outcome -> NetlinkError? in
                if case .failed(let failure) = outcome { failure } else { nil }
            }
            guard let failure = failures.first, let error = error as? NetlinkError else { throw error }
            throw NetlinkError(error.code, "\(error.message); undoing it failed as well: \(failure.message)")
        }
    }

    /// Keeps what a NIC receives from the kernel's own stack, or stops doing so.
    package func setReceiveFilter(_ isOn: Bool, on link: Link) throws {
        let requests: [NetlinkRequest] =
            isOn
            ? [.ensureFilterPoint(on: link.index), .ensureReceiveFilter(on: link.index)]
            : [.removeFilterPoint(on: link.index)]
        try socket.apply(requests, within: Self.limit)
    }
}
