package import HostAttachment
package import HostEndpoints
import HostNetwork
package import HostSetup
import NetAddress
package import NeutronAPI
import NeutronClient

/// What a network container gets: an interface for each endpoint, and name servers. Made from what the API says; asks
/// nothing itself.
package struct Wiring: Equatable, Sendable {
    /// In the order of the interfaces.
    package let ports: [Port]
    /// The network container that has them, and perhaps had others.
    package let container: NetworkContainer
    package let endpoints: [Endpoint]
    /// For `resolv.conf`, those of the first endpoint first. Where no subnet names any, the container's own, which asks
    /// OVN (``NetworkContainer/nameServer``); in the underlay mode the machine's, which queries reach through the cloud.
    package let dns: [String]
    /// What the container's own name server is told: an interface and the address under which OVN is asked there, each.
    /// Empty where `dns` has others.
    package let nameSources: [String]

    /// The interfaces of a `container` that is there already keep their names; without one, `ports` make it.
    ///
    /// - Throws: `refused` for a port that no container can have.
    package init(
        _ ports: [Port], networks: [ID<Network>: Network], subnets: [ID<Subnet>: Subnet], bridge: String,
        carried: Carried? = nil, container: NetworkContainer? = nil
    ) throws(HostError) {
        self.ports = ports
        let container = container ?? NetworkContainer(ports: ports)
        self.container = container
        let name = container.name
        var endpoints: [Endpoint] = []
        var dns: [String] = []
        var routed: Set<IPVersion> = []
        for (index, port) in ports.enumerated() {
            guard !port.deviceOwner.hasPrefix("network:") else {
                throw HostError(
                    .refused, "endpoint \(port.shownName) belongs to the network itself (\(port.deviceOwner))")
            }
            guard let network = networks[port.networkID] else {
                throw HostError(.refused, "the network of endpoint \(port.shownName) was deleted meanwhile")
            }
            let position = container.endpoints.firstIndex(of: port.id) ?? index
            var endpoint = Endpoint(
                portID: port.id.description, mac: port.macAddress, addresses: [],
                mtu: carried?.mtu(network) ?? network.mtu, bridge: bridge,
                interfaceName: "eth\(position)", vlan: carried?.tags[port.id], mayAdvertise: port.mayAdvertise,
                annotations: [
                    "endpoint": port.name, "network": network.name, "container": name,
                    EndpointKeys.security: EndpointKeys.shown(security: port.portSecurityEnabled),
                ])
            for address in port.fixedIPs {
                guard let subnet = subnets[address.subnetID],
                    let interface = InterfaceAddress(address.ipAddress, length: subnet.cidr.length)
                else {
                    throw HostError(.refused, "a subnet of endpoint \(port.shownName) was deleted meanwhile")
                }
                endpoint.addresses.append(interface)
                // One default route for each version: the first endpoint that has a gateway carries it.
                if let gateway = subnet.gatewayIP, gateway != address.ipAddress,
                    routed.insert(gateway.version).inserted
                {
                    endpoint.gateways.append(gateway)
                }
                for route in subnet.hostRoutes {
                    let route = Endpoint.Route(destination: route.destination, nextHop: route.nexthop)
                    if !endpoint.routes.contains(route) { endpoint.routes.append(route) }
                }
                dns += subnet.dnsNameservers.map(\.description)
            }
            if endpoint.addresses.contains(where: { $0.address.version == .v6 }) {
                try SubnetCheck.checkIPv6(of: network.name, mtu: endpoint.mtu)
            }
            endpoints.append(endpoint)
        }
        self.endpoints = endpoints
        let sources =
            dns.isEmpty && carried == nil
            ? endpoints.compactMap { endpoint in
                endpoint.addresses.nameServer.map { "\(endpoint.interfaceName ?? "")=\($0)" }
            } : []
        nameSources = sources
        self.dns = sources.isEmpty ? dns.uniqued : [NetworkContainer.nameServer]
    }

    /// Asks the API about the endpoints that the words of a command mean.
    package static func read(_ references: [String], on host: ContainerHost) async throws -> Wiring {
        var ports: [Port] = []
        for reference in references {
            let port = try await host.endpoint(reference)
            guard !ports.contains(where: { $0.id == port.id }) else {
                throw HostError(.usage, "endpoint \(reference) is named twice")
            }
            ports.append(port)
        }
        return try await read(ports, of: nil, on: host)
    }

    /// Asks the API about those endpoints of a network container that still exist.
    package static func read(_ container: NetworkContainer, on host: ContainerHost) async throws -> Wiring {
        let found = try await host.ports(Set(container.endpoints))
        return try await read(container.endpoints.compactMap { found[$0] }, of: container, on: host)
    }

    private static func read(
        _ ports: [Port], of container: NetworkContainer?, on host: ContainerHost
    ) async throws -> Wiring {
        var networks: [ID<Network>: Network] = [:]
        var subnets: [ID<Subnet>: Subnet] = [:]
        for id in Set(ports.map(\.networkID)) {
            networks[id] = try await host.api.find(id, within: host.remaining)
            let found: [Subnet] = try await host.api.list(
                where: [("network_id", "\(id)")], within: host.remaining)
            for subnet in found { subnets[subnet.id] = subnet }
        }
        return try Wiring(
            ports, networks: networks, subnets: subnets, bridge: host.settings.bridge,
            carried: try await Carried.ensure(ports, on: host), container: container)
    }
}

extension [String] {
    /// Without those that came before.
    package var uniqued: [String] {
        var seen: Set<String> = []
        return filter { seen.insert($0).inserted }
    }
}
