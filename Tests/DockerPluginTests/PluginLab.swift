import HostAttachment
import HostNetwork
import Logging
import NetAddress
import NeutronAPI
import NeutronClient
import OVNModel
import OVSDB
import OVSDBClient
import TestAPI
import TestServers
import Testing

@testable import DockerPlugin

/// How long anything may take that a test waits for.
let limit = Duration.seconds(20)

/// A central point with OVN and the networking API, for hosts with plugins.
struct PluginLab: Sendable {
    let central: OVNCentral
    /// Where the API is.
    let url: String
    /// What the test itself asks the API by.
    let api: NeutronClient
    static let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    /// Brings one up, runs `body`, and takes it away.
    static func with(_ body: @escaping @Sendable (PluginLab) async throws -> Void) async throws {
        try await withOVNCentral { central in
            try await withAPI(central.northbound, central.southbound) { url in
                let api = NeutronClient(endpoint: url, connectTimeout: .seconds(2), logger: quiet)
                do { try await body(PluginLab(central: central, url: url, api: api)) } catch {
                    await api.shutdown()
                    throw error
                }
                await api.shutdown()
            }
        }
    }

    /// Runs `body` with a host: Open vSwitch and ovn-controller in a network namespace, initialised for the overlay mode.
    func withHost(_ id: String, _ body: @escaping @Sendable (PluginHost) async throws -> Void) async throws {
        let namespace = try NetworkNamespace.make()
        try await withOVSHost(namespace: namespace.descriptor) { ovs in
            try await ovs.join(central, as: id, address: "127.0.1.\(id.dropFirst())")
            try await ovs.control(
                "set", "open", ".", "external_ids:hostname=\(id)", "external_ids:ipam=127.0.0.1",
                "external_ids:ovn-mode=overlay", "external_ids:ovn-bridge=br-int")
            let client = OVSDBClient(
                configuration: OVSDBConfiguration(
                    remotes: [.unix(path: ovs.database.socket)], database: OpenVSwitch.databaseName,
                    tables: HostAttachment.tables), logger: Self.quiet)
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await client.run() }
                defer { group.cancelAll() }
                try await client.ready(within: limit)
                let route = CentralRoute(url)
                do {
                    try await body(PluginHost(id, self, ovs, namespace, client, route))
                } catch {
                    await route.shutdown()
                    throw error
                }
                await route.shutdown()
            }
        }
    }

    /// Everything that the API has, as text that can be compared.
    func resources() async throws -> [String] {
        let networks: [Network] = try await api.list(within: limit)
        let subnets: [Subnet] = try await api.list(within: limit)
        let ports: [Port] = try await api.list(within: limit)
        return
            (networks.map { "network \($0.name) \($0.standard.tags.sorted()) \($0.standard.revision)" }
            + subnets.map { "subnet \($0.cidr) \($0.standard.revision)" }
            + ports.map { "port \($0.id) \($0.fixedIPs.map(\.ipAddress)) \($0.standard.revision)" }).sorted()
    }

    /// The networks with this name.
    func networks(_ name: String) async throws -> [Network] {
        try await api.list(where: [("name", name)], within: limit)
    }

    /// Makes a network with a subnet, as somebody else than the plugin does.
    @discardableResult
    func makeNetwork(_ name: String, _ cidr: String, routes: [HostRoute] = [], description: String = "") async throws
        -> Network
    {
        let network = try await api.create(
            NetworkCreate(projectID: "admin", name: name, description: description), within: limit)
        _ = try await api.create(
            SubnetCreate(
                projectID: "admin", networkID: network.id, name: cidr, cidr: try #require(IPPrefix(cidr)),
                hostRoutes: routes), within: limit)
        return network
    }

    /// The ports of containers.
    func ports() async throws -> [Port] {
        let ports: [Port] = try await api.list(within: limit)
        return ports.filter { !$0.deviceOwner.hasPrefix("network:") }
    }
}

/// Two hosts of one central point.
func withTwoHosts(_ body: @escaping @Sendable (PluginHost, PluginHost) async throws -> Void) async throws {
    try await PluginLab.with { lab in
        try await lab.withHost("h1") { one in
            try await lab.withHost("h2") { two in try await body(one, two) }
        }
    }
}

/// One host with its central point.
func withPluginHost(_ body: @escaping @Sendable (PluginHost) async throws -> Void) async throws {
    try await PluginLab.with { lab in try await lab.withHost("h1", body) }
}

/// The way from one host to the API, which a test may cut.
actor CentralRoute {
    private(set) var api: NeutronClient
    private var old: [NeutronClient] = []

    init(_ url: String) { api = Self.client(url) }

    /// From now on the host asks there.
    func lead(to url: String) {
        old.append(api)
        api = Self.client(url)
    }

    func shutdown() async {
        for client in old + [api] { await client.shutdown() }
    }

    private static func client(_ url: String) -> NeutronClient {
        NeutronClient(endpoint: url, connectTimeout: .seconds(2), logger: PluginLab.quiet)
    }
}
