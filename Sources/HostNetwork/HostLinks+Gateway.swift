import NetAddress
package import Netlink

extension HostLinks {
    /// A bridge as it is now; nil if there is none of that name.
    package func gateway(_ name: String) throws -> GatewayBridge? {
        guard let link = try find(.name(name)), link.kind == "bridge" else { return nil }
        var bridge = GatewayBridge(link: link)
        bridge.addresses = try socket.rows(.listAddresses(of: link.index), within: Self.limit)
            .map { message throws in try LinkAddress(message) }.filter { $0.link == link.index }.map(\.address)
        bridge.ports = try socket.rows(.listPorts(of: link.index), within: Self.limit)
            .map { message throws in try Link(message) }.filter { $0.master == link.index }
        // Before the forwarding entries: a container's entry is made first when it is protected.
        bridge.neighbours = try socket.rows(.listNeighbours(on: link.index), within: Self.limit)
            .compactMap { message throws in try Neighbour(message) }.filter { $0.link == link.index }
        bridge.entries = try socket.rows(.listForwarding(of: link.index), within: Self.limit)
            .compactMap { message throws in try ForwardingEntry(message) }.filter { $0.bridge == link.index }
        return bridge
    }

    /// The containers' ends of those ports of the bridge that lead into a sandbox, and are up: until then the engine has not given them
    /// their MAC address and addresses.
    package func members(of bridge: GatewayBridge, in sandbox: NetworkNamespace) throws -> [GatewayMember] {
        let answer = try socket.rows(.getNamespaceID(sandbox.descriptor), within: Self.limit)
        guard let number = try answer.first.flatMap({ message throws in try NetlinkRequest.namespaceID(message) })
        else { return [] }
        let ports = bridge.ports.filter { $0.peerNamespace == number && $0.hasCarrier }
        if ports.isEmpty { return [] }
        var inside = try NetlinkSocket(in: sandbox.descriptor)
        let links = try inside.rows(.listLinks(), within: Self.limit).map { message throws in try Link(message) }
        var members: [GatewayMember] = []
        for port in ports {
            guard let link = links.first(where: { $0.index == port.peer && $0.peer == port.index }) else { continue }
            let addresses = try inside.rows(.listAddresses(of: link.index), within: Self.limit)
                .map { message throws in try LinkAddress(message) }.filter { $0.link == link.index && !$0.isLinkLocal }
            let neighbours = try inside.rows(.listNeighbours(on: link.index), within: Self.limit)
                .compactMap { message throws in try Neighbour(message) }.filter { $0.link == link.index }
            let filters = try socket.rows(.listReceiveFilters(on: port.index), within: Self.limit)
                .compactMap { message throws in try FilterProgram(message) }
            members.append(
                GatewayMember(
                    port: port, interface: link, addresses: addresses.map(\.address.address), neighbours: neighbours,
                    filter: filters.first))
        }
        return members
    }

    /// Does what a plan says for a container in a sandbox.
    package func carryOut(_ plan: GatewayPlan, in sandbox: NetworkNamespace) throws {
        try socket.apply(plan.first + plan.known, within: Self.limit)
        if !plan.inside.isEmpty {
            var inside = try NetlinkSocket(in: sandbox.descriptor)
            try inside.apply(plan.inside, within: Self.limit)
        }
        try socket.apply(plan.last, within: Self.limit)
    }

    /// Forgets neighbours of containers that are gone.
    package func forget(_ neighbours: [Neighbour]) throws {
        try socket.apply(neighbours.map { .removeNeighbour($0) }, within: Self.limit)
    }
}
