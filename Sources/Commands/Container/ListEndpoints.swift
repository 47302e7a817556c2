import ArgumentParser
import Deadlines
import DockerNetworks
import HostAttachment
import HostEndpoints
import HostSetup
import NetAddress
import NeutronAPI
import NeutronClient

/// `ovn-container endpoint-list`
struct ListEndpoints: HostCommand {
    static let configuration = CommandConfiguration(
        commandName: "endpoint-list",
        abstract: "List the endpoints, on whatever host they are.",
        discussion: """
            Containers of Docker's networks have endpoints too, named after them. Why one is not up is told as far as this \
            host can know it, and of the endpoints of this host's containers where their interfaces differ from what the \
            API says. One whose port was deleted while its container runs is listed as DELETED.
            """)

    @Argument(help: "Only those of this network, by name or id.")
    var network: String?

    @OptionGroup var output: OutputOptions
    @OptionGroup var host: HostOptions

    func run(in context: Context) async throws {
        let (output, reference) = (output, network)
        try await ContainerHost.withSweep(host, context) { host in
            let networks: [Network]
            var filter: [(name: String, value: String)] = []
            if let reference {
                let network = try await host.network(reference)
                networks = [network]
                filter = [("network_id", "\(network.id)")]
            } else {
                networks = try await host.api.list(within: host.remaining)
            }
            let ports: [Port] = try await host.api.list(where: filter, within: host.remaining)
            let vlans = try await host.vlans()
            var details: [ID<Port>: Details] = [:]
            let survey = try await host.attachment.survey()
            let here = try await LocalEndpoints.look(on: host, survey, ports: ports, networks: networks)
            for port in ports {
                details[port.id] = await Details(port, vlans, survey.findings, here.differences, on: host)
            }
            var listing = Self.listing(ports, networks, vlans, details)
            let names = reference == nil ? nil : Set(networks.map(\.name))
            listing.rows += Self.deleted(here, hostID: host.settings.hostID, hasVLANs: vlans != nil, networks: names)
            output.print(listing, on: context.console)
        }
    }

    /// What this host adds to what the API says of an endpoint.
    struct Details: Equatable, Sendable {
        var containerName: String?
        /// Nil where it is up.
        var whyNotUp: String?
        /// What its interface on this host is not that the API says; nil where they agree, or where it is not here.
        var differs: String?

        init(containerName: String? = nil, whyNotUp: String? = nil, differs: String? = nil) {
            self.containerName = containerName
            self.whyNotUp = whyNotUp
            self.differs = differs
        }

        init(
            _ port: Port, _ vlans: VLANs?, _ findings: [Finding], _ differences: [PortDifference],
            on host: ContainerHost
        ) async {
            let own = differences.filter { $0.portID == port.id.description }
            self.init(
                containerName: host.containerName(of: port), whyNotUp: await host.whyNotUp(port, vlans, findings),
                differs: own.isEmpty ? nil : own.map(\.brief).joined(separator: "; "))
        }
    }

    /// Endpoints that containers here have and the API no longer has, of networks of these names; nil for all.
    static func deleted(
        _ here: LocalEndpoints, hostID: String, hasVLANs: Bool, networks: Set<String>?
    ) -> [[Cell]] {
        let gone = Dictionary(
            here.differences.filter { $0.kind == .deleted }.map { ($0.portID, $0) }, uniquingKeysWith: { $1 })
        return here.endpoints.map(\.attachment).compactMap { attachment in
            guard let difference = gone[attachment.portID],
                networks?.contains(attachment.annotations["network"] ?? "") ?? true
            else { return nil }
            let name = attachment.containerName
            let place = hasVLANs ? [.none, attachment.vlan.map { .number($0) } ?? .none] : [Cell(hostID)]
            return [
                Cell(attachment.portID), Cell(attachment.annotations["endpoint"] ?? name ?? ""),
                Cell(attachment.annotations["network"] ?? ""), Cell(attachment.mac.map { "\($0)" } ?? ""),
                .list(attachment.addresses.map { "\($0.address)" }), Cell("DELETED"),
            ] + place
                + [
                    Cell(String(attachment.containerID.prefix(12))), name.map { Cell($0) } ?? .none, .none,
                    Cell(difference.brief), .list([]),
                ]
        }
    }

    /// Shows `vlans` instead of hosts, where machines carry endpoints as VLANs.
    static func listing(
        _ ports: [Port], _ networks: [Network], _ vlans: VLANs? = nil, _ details: [ID<Port>: Details] = [:]
    ) -> Listing {
        let names = Dictionary(networks.map { ($0.id, $0.name) }, uniquingKeysWith: { first, _ in first })
        var listing = Listing(columns: [
            .init(key: "id", title: "ID", isBreakable: false), .init(key: "name", title: "Name"),
            .init(key: "network", title: "Network"), .init(key: "mac_address", title: "MAC address"),
            .init(key: "ip_addresses", title: "IP addresses"), .init(key: "status", title: "Status"),
        ])
        if vlans == nil {
            listing.columns.append(.init(key: "host", title: "Host"))
        } else {
            listing.columns.append(.init(key: "vif_id", title: "Carried by", isBreakable: false))
            listing.columns.append(.init(key: "vlan", title: "VLAN"))
        }
        listing.columns.append(.init(key: "container", title: "Container"))
        listing.columns.append(.init(key: "container_name", title: "Container name", isShownEmpty: false))
        listing.columns.append(.init(key: "why_not_up", title: "Why not up", isShownEmpty: false))
        listing.columns.append(.init(key: "differs", title: "Differs", isShownEmpty: false))
        listing.columns.append(.init(key: "names", title: "Names", isShownEmpty: false))
        listing.rows = ports.map { ($0, names[$0.networkID] ?? "") }.sorted {
            ($0.1, $0.0.name, $0.0.id) < ($1.1, $1.0.name, $1.0.id)
        }.map { port, network in
            let more = details[port.id] ?? Details()
            return [
                Cell("\(port.id)"), Cell(port.name), Cell(network), Cell("\(port.macAddress)"),
                .list(port.fixedIPs.map { "\($0.ipAddress)" }), Cell(port.status.rawValue),
            ] + (vlans?.cells(of: port) ?? [Cell(port.binding.hostID)])
                + [
                    Cell(String(port.deviceID.prefix(12))), more.containerName.map { Cell($0) } ?? .none,
                    more.whyNotUp.map { Cell($0) } ?? .none, more.differs.map { Cell($0) } ?? .none,
                    .list(PortNames.of(port)),
                ]
        }
        return listing
    }
}

/// `ovn-container endpoint-show`
struct ShowEndpoint: HostCommand {
    static let configuration = CommandConfiguration(commandName: "endpoint-show", abstract: "Show one endpoint.")

    @Argument(help: "The endpoint's name or id.")
    var endpoint: String

    @OptionGroup var output: OutputOptions
    @OptionGroup var host: HostOptions

    func run(in context: Context) async throws {
        let (output, reference) = (output, endpoint)
        try await ContainerHost.withSweep(host, context) { host in
            let port = try await host.endpoint(reference)
            let network = try await host.api.find(port.networkID, within: host.remaining)
            let vlans = try await host.vlans()
            let survey = try await host.attachment.survey()
            let here = try await LocalEndpoints.look(
                on: host, survey, ports: [port], networks: network.map { [$0] } ?? [], only: port.id)
            let details = await ListEndpoints.Details(port, vlans, survey.findings, here.differences, on: host)
            output.print(Self.description(port, network, vlans, details), on: context.console)
        }
    }

    static func description(
        _ port: Port, _ network: Network?, _ vlans: VLANs? = nil, _ details: ListEndpoints.Details = .init()
    ) -> Description {
        let place: [(String, String, Cell)] =
            vlans.map { vlans in
                let cells = vlans.cells(of: port)
                return [("vif_id", "Carried by", cells[0]), ("vlan", "VLAN", cells[1])]
            } ?? [("host", "Host", Cell(port.binding.hostID))]
        let fields: [(String, String, Cell)] = [
            ("id", "ID", Cell("\(port.id)")),
            ("name", "Name", Cell(port.name)),
            ("network", "Network", Cell(network?.name ?? "")),
            ("network_id", "Network ID", Cell("\(port.networkID)")),
            ("mac_address", "MAC address", Cell("\(port.macAddress)")),
            ("ip_addresses", "IP addresses", .list(port.fixedIPs.map { "\($0.ipAddress)" })),
            ("status", "Status", Cell(port.status.rawValue)),
        ]
        let rest: [(String, String, Cell)] = [
            ("container", "Container", Cell(port.deviceID)),
            ("mtu", "MTU", network.map { .number($0.mtu) } ?? .none),
            ("created_at", "Created at", Cell(port.standard.createdAt.description)),
            ("container_name", "Container name", details.containerName.map { Cell($0) } ?? .none),
            ("why_not_up", "Why not up", details.whyNotUp.map { Cell($0) } ?? .none),
            ("differs", "Differs", details.differs.map { Cell($0) } ?? .none),
            ("names", "Names", .list(PortNames.of(port))),
        ]
        return Description(fields: (fields + place + rest).map { (key: $0.0, title: $0.1, value: $0.2) })
    }
}

extension VLANs {
    /// The carrying port's id and the tag; two empty ones where there is no place.
    func cells(of port: Port) -> [Cell] {
        place(of: port).map { [Cell($0.vif), .number($0.tag)] } ?? [.none, .none]
    }
}
