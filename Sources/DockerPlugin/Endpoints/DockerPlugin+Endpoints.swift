import ContainerResolver
import DockerNetworks
import HostAttachment
import HostEndpoints
import HostNetwork
import HostSetup
import JSONCoding
import Logging
import NameDirectory
import NetAddress
import NeutronAPI
import NeutronClient

/// Endpoints: a veth and an Interface row from CreateEndpoint to DeleteEndpoint.
extension DockerPlugin {
    /// How long OVN may take to connect an endpoint before its container is refused.
    private static let installing = Duration.seconds(8)
    /// Where a cloud's hypervisor has to.
    private static let activating = Duration.seconds(8)

    @Sendable func createEndpoint(_ call: PluginCall) async throws -> [String: JSON] {
        try call.checkBody()
        let (networkID, endpointID) = (try call.id("NetworkID"), try call.id("EndpointID"))
        let interface = PluginCall(call.method, members: call.members["Interface"]?.object ?? [:])
        let addresses = try [interface.address("Address"), interface.address("AddressIPv6")].compactMap(\.self)
        guard let mac = MACAddress(interface.text("MacAddress")), !addresses.isEmpty else {
            throw HostError(.usage, "\(call.method): an endpoint needs a MAC address and an address")
        }
        let own = call.options("Options")
        try await retrying { host in
            let record = try knownRecord(networkID, on: host)
            var options = try record.options().merging(endpoint: own)
            let port = try await port(mac, addresses, record, for: endpointID, on: host)
            // What the network says of that was decided with the address.
            if own["sticky"] == nil { options.isSticky = EndpointPort.isSticky(port) }
            try await plug(port, record, endpointID, options, on: host)
        }
        return ["Interface": [:]]
    }

    private func plug(
        _ port: Port, _ record: NetworkRecord, _ endpointID: String, _ options: NetworkOptions, on host: ContainerHost
    ) async throws {
        let port = try await EndpointPort(host: host).apply(options, to: port)
        let endpoint = try await endpoint(port, record, endpointID, options, on: host)
        _ = try await host.attachment.handOver(endpoint, to: endpointID, within: host.remaining)
        await reservations.remove(port.id)
    }

    /// The engine takes the veth's other end into the container, and publishes ports by a bridge of its own unless the network is
    /// internal.
    @Sendable func join(_ call: PluginCall) async throws -> [String: JSON] {
        try call.checkBody()
        let (networkID, endpointID) = (try call.id("NetworkID"), try call.id("EndpointID"))
        let key = call.text("SandboxKey")
        guard key.hasPrefix("/"), key.utf8.count < 4096, key.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f }) else {
            throw HostError(.usage, "\(call.method): SandboxKey \"\(key.prefix(140))\" is not a path")
        }
        let host = try await hosts(Self.installing)
        let record = try knownRecord(networkID, on: host)
        guard let attachment = Self.attachment(of: endpointID, on: host) else {
            throw HostError(.refused, "endpoint \(endpointID.prefix(12)) is not here: start the container again")
        }
        let isFirst = !host.attachment.attachments().contains {
            $0.sandbox?.location == .path(key) && $0.hasMulticast && $0.portID != attachment.portID
        }
        try await host.attachment.complete(
            portID: attachment.portID, sandbox: .path(key),
            annotations: isFirst ? [EndpointKeys.multicast: "true"] : [:], within: host.remaining)
        try await host.attachment.waitInstalled(
            portID: attachment.portID, within: min(host.remaining, Self.installing))
        if host.settings.vif != nil, let id = ID<Port>(attachment.portID),
            let port = try await host.api.find(id, within: host.remaining)
        {
            try await Activation(host: host.within(Self.activating)).wait(for: [port])
        }
        await announce(attachment, on: host)
        if let mac = attachment.mac {
            let guest = Arrivals.Guest(portID: attachment.portID, mac: mac, sandbox: key)
            await arrivals.expect(guest, behind: attachment.hostInterface)
        }
        // The engine plugs it into its gateway bridge as soon as this is answered.
        if !record.isInternal { await gateway.expect(key, of: endpointID) }
        let routes: [JSON] = attachment.routes.map {
            ["Destination": .string("\($0.destination)"), "RouteType": 0, "NextHop": .string("\($0.nextHop)")]
        }
        return [
            "InterfaceName": ["SrcName": .string(attachment.containerInterface), "DstPrefix": "eth"],
            "StaticRoutes": .array(routes + (isFirst ? Self.multicastRoutes : [])),
            "DisableGatewayService": .boolean(record.isInternal),
        ]
    }

    /// The default route leads to docker_gwbridge, which has no peers: what goes to groups, or to all, goes to the container's first network.
    private static let multicastRoutes: [JSON] = ["224.0.0.0/4", "255.255.255.255/32"].map {
        ["Destination": .string($0), "RouteType": 1]
    }

    @Sendable func endpointInfo(_ call: PluginCall) async throws -> [String: JSON] {
        try call.checkBody()
        let endpointID = try call.id("EndpointID")
        let host = try await hosts(Self.releaseLimit)
        guard let attachment = Self.attachment(of: endpointID, on: host) else { return ["Value": [:]] }
        do { try await gateway.protect(endpointID) } catch {
            logger.info("port of docker_gwbridge not protected", metadata: ["cause": "\(error)"])
        }
        return ["Value": ["ovn.port": .string(attachment.portID), "ovn.interface": .string(attachment.hostInterface)]]
    }

    /// Takes away all that there is of an endpoint, here at once. What central has of it follows, now or later.
    @Sendable func deleteEndpoint(_ call: PluginCall) async throws -> [String: JSON] {
        try call.checkBody()
        let endpointID = try call.id("EndpointID")
        await gateway.forget(endpointID)
        let host = try await hosts(Self.releaseLimit)
        guard let attachment = Self.attachment(of: endpointID, on: host) else { return [:] }
        await arrivals.forget(behind: attachment.hostInterface)
        try await host.attachment.detach(portID: attachment.portID, within: .seconds(2))
        // Its name goes at once; central tells the other hosts.
        resolver.withNames { $0.remove(port: attachment.portID) }
        nudge()
        guard let id = ID<Port>(attachment.portID) else { return [:] }
        try await reservations.expectRelease(of: attachment, on: host)
        await giveBack(id, isSticky: attachment.isSticky, on: host)
        return [:]
    }

    // MARK: Parts

    static func attachment(of endpointID: String, on host: ContainerHost) -> Attachment? {
        host.attachment.attachments().first { $0.annotations[EndpointKeys.endpoint] == endpointID }
    }

    /// The engine makes a new MAC address for each endpoint: peers that knew an address with the one before must learn of it. A container
    /// starts without it too.
    ///
    /// With a network's first endpoint on a host ovn-controller has yet to ask for the network's other ports: what is announced before it
    /// knows them does not reach other hosts, so it is repeated.
    private func announce(_ attachment: Attachment, on host: ContainerHost) async {
        let network = attachment.annotations["network"]
        let isFirst = host.attachment.attachments().filter { $0.annotations["network"] == network }.count == 1
        if isFirst { announcements.repeatLater(attachment.portID) }
        do { try await host.attachment.announce(attachment) } catch {
            logger.info("addresses not announced", metadata: ["port": "\(attachment.portID)", "cause": "\(error)"])
        }
    }

    private func knownRecord(_ id: String, on host: ContainerHost) throws -> NetworkRecord {
        guard let record = try host.database.networkRecord(id) else {
            throw HostError(
                .refused,
                "this host's Open vSwitch database knows nothing of docker network \(id.prefix(12)): remove the network and create it again"
            )
        }
        return record
    }

    /// The port that was made when the engine asked for the addresses.
    private func port(
        _ mac: MACAddress, _ addresses: [IPAddress], _ record: NetworkRecord, for endpointID: String,
        on host: ContainerHost
    ) async throws -> Port {
        var port = await reservations.find(record.network, mac)
        if port == nil {
            port = try await EndpointPort(host: host).ports(record.network, ("mac_address", "\(mac)")).first
        }
        guard let port, addresses.allSatisfy({ address in port.fixedIPs.contains { $0.ipAddress == address } }) else {
            let list = addresses.map(\.description).joined(separator: ", ")
            throw HostError(.refused, "no port has the MAC address \(mac) with \(list): start the container again")
        }
        if let other = host.attachment.attachment(portID: "\(port.id)"),
            other.annotations[EndpointKeys.endpoint] != endpointID
        {
            throw HostError(
                .refused,
                "MAC address \(mac) is in use by endpoint \(port.shownName), which is plugged into container "
                    + "\(other.containerID.prefix(12))")
        }
        return port
    }

    private func endpoint(
        _ port: Port, _ record: NetworkRecord, _ endpointID: String, _ options: NetworkOptions, on host: ContainerHost
    ) async throws -> Endpoint {
        guard let network = try await host.api.find(record.network, within: host.remaining) else {
            throw HostError(
                .refused,
                "the logical network of docker network \(record.id.prefix(12)) was deleted (\(record.network)): "
                    + "remove the docker network and create it again")
        }
        let subnets = try await host.subnets(of: network.id)
        let carried = try await Carried.ensure([port], on: host)
        let mtu = carried?.mtu(network) ?? network.mtu
        if port.fixedIPs.contains(where: { $0.ipAddress.version == .v6 }) {
            try SubnetCheck.checkIPv6(of: network.name, mtu: mtu, hasIPv6: host.attachment.links.hasIPv6)
        }
        // The engine makes the bridge with the first container: when the network was made there may have been none.
        if !record.isInternal {
            try SubnetCheck.check(
                record.pools.keys.map(\.cidr), of: network.name,
                besideGatewayBridge: try await host.attachment.links.prefixes(of: GatewayProtection.bridge))
        }
        var annotations = [
            EndpointKeys.endpoint: endpointID, EndpointKeys.network: record.id, "network": network.name,
            EndpointKeys.security: EndpointKeys.shown(security: options.portSecurity ?? port.portSecurityEnabled),
        ]
        if options.isSticky { annotations[EndpointKeys.sticky] = "true" }
        var endpoint = Endpoint(
            portID: "\(port.id)", mac: port.macAddress, addresses: [], mtu: mtu, bridge: host.settings.bridge,
            vlan: carried?.tags[port.id], mayAdvertise: port.mayAdvertise,
            annotations: annotations)
        for address in port.fixedIPs {
            guard let subnet = subnets.first(where: { $0.id == address.subnetID }),
                let interface = InterfaceAddress(address.ipAddress, length: subnet.cidr.length)
            else { throw HostError(.refused, "a subnet of network \"\(network.name)\" was deleted meanwhile") }
            endpoint.addresses.append(interface)
            for route in subnet.hostRoutes where route.nexthop != address.ipAddress {
                endpoint.routes.append(Endpoint.Route(destination: route.destination, nextHop: route.nexthop))
            }
        }
        return endpoint
    }
}
