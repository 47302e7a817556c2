import NetAddress
package import Netlink

extension HostLinks {
    /// What is there of a plug: the host's end by its name, and the sandbox's interfaces.
    package func inspect(hostInterface: String, sandbox: NetworkNamespace) throws -> PlugState {
        try checkIsForeign(sandbox)
        var state = PlugState()
        state.host = try find(.name(hostInterface))
        var inside = try NetlinkSocket(in: sandbox.descriptor)
        let links = try inside.rows(.listLinks(), within: Self.limit).map { message throws in try Link(message) }
        state.names = Set(links.map(\.name))
        guard let host = state.host, let peer = host.peer else { return state }
        // The peer's index means something only in the namespace that the link says it is in.
        let answer = try socket.rows(.getNamespaceID(sandbox.descriptor), within: Self.limit)
        guard let number = try answer.first.flatMap({ message throws in try NetlinkRequest.namespaceID(message) }),
            number == host.peerNamespace, let container = links.first(where: { $0.index == peer })
        else { return state }
        state.container = container
        state.addresses = try inside.rows(.listAddresses(of: peer), within: Self.limit)
            .map { message throws in try LinkAddress(message) }.filter { $0.link == peer }
        // A kernel without IPv6 answers the question for its routes with those of IPv4.
        for version in IPVersion.allCases {
            state.routes += try inside.rows(.listRoutes(version), within: Self.limit)
                .compactMap { message throws in try Route(message) }
                .filter { route in
                    route.table == Netlink.Route.mainTable && route.destination.version == version
                        && route.nextHops.contains { $0.link == peer }
                }
        }
        return state
    }

    private func checkIsForeign(_ sandbox: NetworkNamespace) throws(NetlinkError) {
        guard sandbox.identity != namespace.identity else {
            throw NetlinkError(
                .invalid, "the sandbox is the host's own network namespace; a container needs one of its own")
        }
    }

    /// Makes both ends, the container's straight in its namespace with MAC and MTU, and returns the host's, which knows its peer's index.
    /// IPv6 is off on the host's end before it can be brought up, so that it never sends a packet itself.
    ///
    /// Without a sandbox the container's end stays here, down, to be moved by others.
    ///
    /// - Throws: `EEXIST` where one of the names is taken. Nothing is left behind.
    package func createVeth(_ plug: Plug, containerInterface: String, sandbox: NetworkNamespace?) throws -> Link {
        if let sandbox { try checkIsForeign(sandbox) }
        let pair = VethPair(
            name: plug.hostInterface, peerName: containerInterface, peerMAC: plug.mac, mtu: plug.mtu,
            peerNamespace: sandbox?.descriptor)
        try socket.apply([.createVeth(pair)], within: Self.limit)
        do {
            let rows = try socket.applyAndRead(
                [
                    .setLink(.name(plug.hostInterface), [.alias(plug.alias)]), .getLink(.name(plug.hostInterface)),
                ], within: Self.limit)
            guard let link = try rows.first.map({ message throws in try Link(message) }), link.peer != nil else {
                throw NetlinkError(
                    .noDevice, "look at veth \(plug.hostInterface): it was deleted while it was being set up")
            }
            try setIPv6(false, of: link.name)
            return link
        } catch {
            try socket.apply([.removeLink(.name(plug.hostInterface))], within: Self.limit)
            throw error
        }
    }

    /// The host's end: up, with the filters that belong to it before the switch can see a frame of the container's. All
    /// else is put right too, unless ``createVeth(_:containerInterface:sandbox:)`` has just made it.
    package func configureHost(_ link: Link, for plug: Plug, isNew: Bool = false) throws {
        if !isNew {
            // IPv6 begins, and is on, when an MTU grows to 1280.
            try socket.apply([.setLink(.index(link.index), [.alias(plug.alias), .mtu(plug.mtu)])], within: Self.limit)
            try setIPv6(false, of: link.name)
        }
        var filters = try filters(plug.datapath, mayAdvertise: plug.mayAdvertise, on: link.index, isNew: isNew)
        if plug.datapath == .netdev, !plug.mayAdvertise { filters.insert(try keepFiltering(plug.bridge), at: 0) }
        try socket.apply(filters + [.setLink(.index(link.index), [.up])], within: Self.limit)
    }

    /// Lets a container send router advertisements through the host's end of its veth from now on, or no longer. Succeeds if there is none.
    package func setMayAdvertise(_ mayAdvertise: Bool, on hostInterface: String, _ datapath: Datapath) throws {
        guard let link = try find(.name(hostInterface)) else { return }
        try socket.apply(
            try filters(datapath, mayAdvertise: mayAdvertise, on: link.index, isNew: false), within: Self.limit)
    }

    /// With the user-space datapath nothing of what the interface receives reaches the kernel's stack; and no datapath sees the router
    /// advertisements of a container that may not send them.
    private func filters(
        _ datapath: Datapath, mayAdvertise: Bool, on link: Int32, isNew: Bool
    ) throws(NetlinkError) -> [NetlinkRequest] {
        switch (datapath, mayAdvertise) {
        case (.netdev, _):
            var requests: [NetlinkRequest] = [.ensureFilterPoint(on: link), .ensureReceiveFilter(on: link)]
            if !mayAdvertise {
                requests.append(.setAdvertisementProgram(try advertisementProgram(), on: .index(link)))
            } else if !isNew {
                requests.append(.setAdvertisementProgram(nil, on: .index(link)))
            }
            return requests
        case (.system, false): return [.ensureFilterPoint(on: link), .ensureAdvertisementFilter(on: link)]
        case (.system, true): return isNew ? [] : [.removeFilterPoint(on: link)]
        }
    }

    /// The bridge's own interface has the program too, where it has none: by the first program of all interfaces the kernel switches such
    /// programs on, by the last off, and takes 6 and 15 ms for it. A container that is the only one would pay both.
    private func keepFiltering(_ bridge: String) throws(NetlinkError) -> NetlinkRequest {
        .setAdvertisementProgram(
            try advertisementProgram(), on: .name(bridge), tolerated: [.noDevice, .exists, .busy])
    }

    /// Loaded once, and kept while this process runs.
    private func advertisementProgram() throws(NetlinkError) -> CInt {
        if let program { return program }
        let loaded = try AdvertisementFilter.load()
        program = loaded
        return loaded
    }

    /// The container's end, from what is there to what must be: state, addresses and routes in one send. All of it happens on one
    /// thread that enters the sandbox and dies.
    ///
    /// With the user-space datapath the container computes its checksums itself: nothing on the way to another host would.
    package func configureContainer(
        _ plug: Plug, link: Int32, name: String, actual: PlugState, sandbox: NetworkNamespace
    ) throws {
        let hasIPv6 = plug.addresses.contains { $0.address.version == .v6 }
        var requests = plug.plan(link: link, actual: actual)
        if let server = plug.nameServer(on: link) { requests.append(.ensureNeighbour(server)) }
        try sandbox.run { [requests] () throws in
            var inside = try NetlinkSocket()
            // IPv6 begins when an MTU grows to 1280.
            if let mtu = actual.container?.mtu, mtu < plug.mtu {
                try inside.apply([.setLink(.index(link), [.mtu(plug.mtu)])], within: Self.limit)
            }
            // While its IPv6 is still off, so that no advertisement counts.
            try InterfaceSetting.refuseRouters(on: name)
            // The Engine turns IPv6 off in every sandbox it makes.
            if hasIPv6 { try InterfaceSetting.disableIPv6(false, of: name) }
            if plug.datapath == .netdev { try inside.setTransmitChecksum(false, of: name) }
            if !requests.isEmpty { try inside.apply(requests, within: Self.limit) }
        }
    }

    /// The container's end while it is still here: what it keeps wherever it is moved. MAC and MTU it has since it was made.
    package func prepareContainer(_ plug: Plug, name: String) throws {
        guard plug.datapath == .netdev else { return }
        try socket.setTransmitChecksum(false, of: name)
    }

    /// Deletes the veth of this name, both ends. Succeeds if there is none; an interface of another kind is not ours and stays.
    package func removeVeth(_ name: String) throws {
        guard let link = try find(.name(name)) else { return }
        guard link.kind == "veth" else {
            throw NetlinkError(
                .invalid, "delete veth \(name): the interface is a \(link.kind.isEmpty ? "NIC" : link.kind), not ours")
        }
        try socket.apply([.removeLink(.index(link.index))], within: Self.limit)
    }
}
