import Deadlines
import Foundation
import HostAttachment
import HostEndpoints
import HostNetwork
import HostSetup
import JSONCoding
import Logging
import Netlink
import NeutronAPI
import NeutronClient
import OVNModel
import OVSDBClient
import TestServers

@testable import DockerPlugin
@testable import HostDiagnosis

/// A host on which the plugin finds everything real: Open vSwitch, ovn-controller and the API. Calls go to the plugin without a socket.
struct PluginHost: Sendable {
    let id: String
    let lab: PluginLab
    let ovs: OVSHost
    let namespace: NetworkNamespace
    let database: HostDatabase
    let attachment: HostAttachment
    let links: HostLinks
    let route: CentralRoute
    private(set) var plugin: DockerPlugin

    init(
        _ id: String, _ lab: PluginLab, _ ovs: OVSHost, _ namespace: NetworkNamespace, _ client: OVSDBClient,
        _ route: CentralRoute
    ) throws {
        self.id = id
        self.lab = lab
        self.ovs = ovs
        self.namespace = namespace
        self.route = route
        database = HostDatabase(client: client)
        links = try HostLinks(in: namespace)
        attachment = try HostAttachment(
            ovs: client, links: links, controller: OVNController(folder: ovs.folder), logger: PluginLab.quiet)
        plugin = Self.plugin(database, attachment, route)
    }

    private static func plugin(
        _ database: HostDatabase, _ attachment: HostAttachment, _ route: CentralRoute
    ) -> DockerPlugin {
        DockerPlugin(
            hosts: { limit in
                ContainerHost(
                    settings: try database.settings(), database: database, api: await route.api, project: "admin",
                    attachment: attachment, environment: [:], executable: "", deadline: Deadline(after: limit),
                    logger: PluginLab.quiet)
            }, upkeep: UpkeepSignal(), logger: PluginLab.quiet)
    }

    /// The host with a plugin that was started anew: what it only remembered is forgotten.
    func restarted() -> PluginHost {
        var host = self
        host.plugin = Self.plugin(database, attachment, route)
        return host
    }

    /// Why a call was refused.
    struct Refusal: Error, Equatable, CustomStringConvertible {
        let status: Int
        let message: String
        var description: String { "\(status): \(message)" }
    }

    /// Makes a call as the engine does.
    /// - Throws: ``Refusal``.
    @discardableResult
    func call(_ method: String, _ body: JSON) async throws(Refusal) -> [String: JSON] {
        var writer = JSONWriter()
        writer.value(body)
        return try await call(method, bytes: writer.bytes)
    }

    @discardableResult
    func call(_ method: String, bytes: [UInt8]) async throws(Refusal) -> [String: JSON] {
        let reply = await plugin.answer(method, bytes)
        let members = reply.body.object ?? [:]
        guard reply.status == 200 else {
            throw Refusal(status: reply.status, message: members["Err"]?.string ?? "")
        }
        return members
    }

    /// What an audit would do if it knew for long enough.
    func plan(engine: EngineWord? = nil) async throws -> [AuditChange] {
        try await database.client.barrier(within: limit)
        let host = try await plugin.hosts(limit)
        return try await AuditScene.look(on: host, engine: engine) {
            if let engine { plugin.upkeep.hasNetworks(engine.networks) }
            return plugin.upkeep.beginning
        }.plan()
    }

    /// Does it at once; says what.
    @discardableResult
    func repair(engine: EngineWord? = nil) async throws -> [AuditChange] {
        let host = try await plugin.hosts(limit)
        let changes = try await plan(engine: engine)
        let repair = DockerRepair(host: host, reservations: plugin.reservations)
        for change in changes { try await repair.perform(change) }
        return changes
    }

    /// Where the API and the interfaces here differ.
    func differences() async throws -> [PortDifference] {
        try await database.client.barrier(within: limit)
        let host = try await plugin.hosts(limit)
        return try await EndpointsHere.look(on: host, try await attachment.survey()).differences
    }

    /// What of endpoints is on the host: Interface rows and veths. Empty when nothing is left.
    func leftovers() async throws -> [String] {
        try await database.client.barrier(within: limit)
        let rows = attachment.attachments().map { "row \($0.portID)" }
        let veths = try await links.all().filter { $0.kind == "veth" }.map { "veth \($0.name)" }
        return rows + veths
    }

    /// What of endpoints is on the host or in the API. Empty when nothing is left.
    func remains() async throws -> [String] {
        let ports = try await lab.ports().map { "port \($0.id) \($0.deviceOwner)" }
        return try await ports + leftovers()
    }

    /// The same without the numbers of changes: who asks in vain may have left a mark and taken it away.
    func everythingLasting() async throws -> [String] {
        try await everything().map { $0.hasPrefix("network ") ? $0.replacing(#/ \d+$/#, with: "") : $0 }
    }

    /// Everything that the API and Open vSwitch have, as text that can be compared.
    func everything() async throws -> [String] {
        try await database.client.barrier(within: limit)
        let ids = try database.configuration.externalIDs.map { "\($0.key)=\($0.value)" }.sorted()
        return try await lab.resources() + ids + leftovers()
    }
}

extension EngineWord {
    /// An engine that has nothing, and one that has these networks or endpoints.
    static let nothing = EngineWord(networks: [], endpoints: [])
    static func having(_ networks: DockerNetwork...) -> EngineWord {
        EngineWord(networks: Set(networks.map(\.id)), endpoints: [])
    }
    static func having(_ endpoints: DockerEndpoint...) -> EngineWord {
        EngineWord(networks: Set(endpoints.map(\.network.id)), endpoints: Set(endpoints.map(\.id)))
    }
}

/// Runs a program that finds a network namespace as its standard input.
func run(_ arguments: [String], input: NetworkNamespace?) async throws -> String {
    guard let input else { return "" }
    return try await run(
        arguments.map { $0.replacing("/proc/self/fd/0", with: "/proc/\(getpid())/fd/\(input.descriptor)") })
}

/// Waits until `condition` holds; false where it does not within the time.
func eventually(within limit: Duration = limit, _ condition: () async throws -> Bool) async throws -> Bool {
    let end = ContinuousClock.now + limit
    while ContinuousClock.now < end {
        if try await condition() { return true }
        // Between two looks at a condition: leaves the processor to those who are waited for.
        try await Task.sleep(for: .milliseconds(10))
    }
    return false
}
