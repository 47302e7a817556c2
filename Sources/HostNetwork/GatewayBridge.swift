package import NetAddress
package import Netlink

/// A Linux bridge by which containers of different networks reach the outside: Docker's `docker_gwbridge`.
///
/// A container behind one of its ports can send anything. For our containers nothing of that reaches another one, and nothing
/// changes what the bridge, the host and the other ones know:
/// - our ports are isolated from each other, the bridge learns nothing from them and floods nothing unknown to them;
/// - where each MAC address is, is fixed, and no frame by another port moves it; where the kernel knows how, a port takes no other source;
/// - a port takes no other IP addresses as sources than its container's;
/// - the host knows each container's addresses for good, and each container the bridge's: forged ARP and neighbour advertisements are
///   ignored, no matter who sends them.
///
/// The bridge itself stays as it is, and so do the ports of others.
package struct GatewayBridge: Hashable, Sendable {
    /// By which neighbours that we made are known again. The kernel keeps it and does nothing with it.
    package static let origin: UInt8 = 79

    package var link: Link
    package var addresses: [InterfaceAddress]
    package var ports: [Link]
    /// What the host knows behind it.
    package var neighbours: [Neighbour]
    package var entries: [ForwardingEntry]

    package init(
        link: Link, addresses: [InterfaceAddress] = [], ports: [Link] = [], neighbours: [Neighbour] = [],
        entries: [ForwardingEntry] = []
    ) {
        self.link = link
        self.addresses = addresses
        self.ports = ports
        self.neighbours = neighbours
        self.entries = entries
    }

    /// Neighbours that we made for containers whose ports are gone. They would cut off the next user of the address.
    package var leftNeighbours: [Neighbour] {
        let living = Set(entries.filter(\.isSticky).map(\.mac))
        return neighbours.filter { neighbour in
            neighbour.isPermanent && neighbour.origin == Self.origin
                && neighbour.mac.map { !living.contains($0) } ?? true
        }
    }

    /// Whether everything that this end of the cable can show says that the port is a protected one.
    package func isProtected(_ port: Link) -> Bool {
        guard let settings = port.port, settings.isProtected else { return false }
        return entries.contains { $0.link == port.index && $0.isSticky }
    }

    /// What protects the container behind one of our ports.
    ///
    /// What was fixed once stays: a container may change its own MAC address and addresses later, and must not be believed then.
    package func plan(for member: GatewayMember) -> GatewayPlan {
        var plan = GatewayPlan()
        let port = member.port.index
        let settings = member.port.port
        if settings?.isIsolated != true || settings?.learns != false {
            plan.faults.append("its port is not kept apart from the other containers'")
            plan.first.append(.setPort(port, isIsolated: true, learns: false))
        }
        let fixed = entries.first { $0.link == port && $0.isSticky }?.mac
        guard let mac = fixed ?? member.interface.mac else {
            plan.faults.append("its interface \(member.interface.name) has no MAC address")
            return plan
        }
        if fixed == nil {
            guard !isTaken(mac, besides: port) else {
                plan.faults.append("its MAC address \(mac) is somebody else's there")
                return plan
            }
            plan.faults.append("any other container can take its MAC address \(mac)")
            plan.known.append(.ensureForwarding(ForwardingEntry(mac, behind: port)))
        }
        let own = planNeighbours(of: member, mac, &plan)
        if settings?.getsUnknown != false || settings?.isLocked == false {
            plan.faults.append("its port takes frames from any MAC address")
            plan.last.append(.setPort(port, getsUnknown: false, isLocked: true))
        }
        let filter = SourceFilter.program(for: own)
        if !own.isEmpty, member.filter != filter {
            plan.faults.append("it can send from any IP address")
            plan.last += [.ensureFilterPoint(on: port), .ensureReceiveFilter(on: port, filter)]
        }
        return plan
    }

    /// - Returns: the container's addresses.
    private func planNeighbours(
        of member: GatewayMember, _ mac: MACAddress, _ plan: inout GatewayPlan
    ) -> [IPAddress] {
        var found: [IPAddress] = []
        for own in addresses where !Self.isLinkLocal(own.address) {
            let inside = member.addresses.filter { own.prefix.contains($0) && $0 != own.address }
            guard !inside.isEmpty else { continue }
            if let bridge = link.mac, !member.knows(own.address, at: bridge) {
                plan.faults.append("forged answers can take the gateway \(own.address) from it")
                plan.inside.append(
                    .ensureNeighbour(
                        Neighbour(own.address, at: bridge, on: member.interface.index, origin: Self.origin)))
            }
            let known = neighbours.filter {
                $0.isPermanent && $0.origin == Self.origin && $0.mac == mac && own.prefix.contains($0.address)
            }
            found += known.map(\.address)
            if !known.isEmpty { continue }
            for address in inside {
                guard !isTaken(address, besides: mac) else {
                    plan.faults.append("its address \(address) is somebody else's there")
                    continue
                }
                plan.faults.append("forged answers can take its address \(address) from the host")
                plan.known.append(
                    .ensureNeighbour(Neighbour(address, at: mac, on: link.index, origin: Self.origin)))
                found.append(address)
            }
        }
        return found
    }

    private func isTaken(_ mac: MACAddress, besides port: Int32) -> Bool {
        mac == link.mac
            || entries.contains { $0.mac == mac && ($0.isLocal || $0.isSticky && $0.link != port) }
    }

    /// Whether another container that lives has the address.
    private func isTaken(_ address: IPAddress, besides mac: MACAddress) -> Bool {
        addresses.contains { $0.address == address }
            || neighbours.contains { neighbour in
                neighbour.address == address && neighbour.isPermanent && neighbour.mac != mac
                    && entries.contains { $0.isSticky && $0.mac == neighbour.mac }
            }
    }

    private static func isLinkLocal(_ address: IPAddress) -> Bool {
        if case .v6(let address) = address { return address.isLinkLocal }
        return false
    }
}

extension BridgePortSettings {
    var isProtected: Bool { isIsolated && !learns && !getsUnknown && isLocked != false }
}

/// One of our containers behind a port of the bridge.
package struct GatewayMember: Hashable, Sendable {
    package var port: Link
    /// The other end of the cable.
    package var interface: Link
    package var addresses: [IPAddress]
    /// What the container knows.
    package var neighbours: [Neighbour]
    /// What decides about that which comes from the port.
    package var filter: FilterProgram?

    package init(
        port: Link, interface: Link, addresses: [IPAddress], neighbours: [Neighbour], filter: FilterProgram? = nil
    ) {
        self.port = port
        self.interface = interface
        self.addresses = addresses
        self.neighbours = neighbours
        self.filter = filter
    }

    func knows(_ address: IPAddress, at mac: MACAddress) -> Bool {
        neighbours.contains { $0.address == address && $0.mac == mac && $0.isPermanent }
    }
}

/// What is missing of a container's protection, and what brings it, in the order in which nothing breaks meanwhile.
package struct GatewayPlan: Hashable, Sendable {
    /// Each in words that go on after "in docker_gwbridge".
    package var faults: [String] = []
    /// What cuts the container off from the others.
    package var first: [NetlinkRequest] = []
    /// What the bridge and the host know.
    package var known: [NetlinkRequest] = []
    /// What the container knows.
    package var inside: [NetlinkRequest] = []
    /// What would cut it off from the host before its own address is known there, and what not every kernel has.
    package var last: [NetlinkRequest] = []
}
