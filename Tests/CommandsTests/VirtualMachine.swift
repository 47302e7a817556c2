import Commands
import HostSetup
import JSONCoding
import Logging
import NeutronAPI
import NeutronClient
import TestAPI
import TestServers

@testable import Commands

/// A machine of a cloud, as far as the commands about endpoints see one: an Open vSwitch database with the NIC's bridge, a port
/// in the cloud, and the cloud's network service.
struct VirtualMachine: Sendable {
    let database: OVSDBServer
    let cloud: Cloud
    /// The id of its port.
    let vif: String
    /// Which replica of the service it asks.
    var replica = 0
    var ignoresTrunks = false

    /// How a command ended and what it said.
    struct Outcome: Sendable {
        let status: Program.Status
        let output: [String]
        let errors: [String]
    }

    /// Runs `ovn-container` with these words.
    func container(
        _ words: String..., environment: [String: String] = [:],
        afterCarrying: @escaping @Sendable () throws -> Void = {}
    ) async -> Outcome {
        let record = ConsoleRecord()
        let own = [
            "OS_VIF_ID": vif, "DOCKER_HOST": "unix:///nowhere", "OS_ENDPOINT": cloud.urls[replica],
            "OS_AUTH_TYPE": "none",
        ]
        var context = record.context(own.merging(environment) { $1 })
        context.hooks.afterCarrying = afterCarrying
        context.hooks.ignoresTrunks = ignoresTrunks
        let finished = context
        let status = await Program.run(
            OVNContainer.self, words + ["--db", "unix:\(database.socket)", "--timeout", "60"], in: finished)
        return Outcome(status: status, output: record.output, errors: record.errors)
    }
}

/// A network service with two replicas, and what a test asks it itself.
struct Cloud: Sendable {
    let northbound: OVSDBServer
    let urls: [String]
    let client: NeutronClient
    static let limit = Duration.seconds(20)

    /// Brings one up with network `management`, runs `body`, and takes it away.
    static func with(_ body: @escaping @Sendable (Cloud) async throws -> Void) async throws {
        try await withOVSDBServer(schema: .northbound) { northbound in
            try await withAPI(northbound) { one in
                try await withAPI(northbound) { two in
                    let client = NeutronClient(
                        endpoint: one, connectTimeout: .seconds(2), logger: .init(label: "test"))
                    do {
                        let cloud = Cloud(northbound: northbound, urls: [one, two], client: client)
                        _ = try await client.create(
                            NetworkCreate(projectID: "p", name: "management"), within: limit)
                        try await body(cloud)
                    } catch {
                        await client.shutdown()
                        throw error
                    }
                    await client.shutdown()
                }
            }
        }
    }

    /// Runs `body` with a machine that has a new port, or the port `vif`, and that was initialised.
    func withMachine(
        _ vif: String? = nil, replica: Int = 0, _ body: @escaping @Sendable (VirtualMachine) async throws -> Void
    ) async throws {
        let port: String
        if let vif { port = vif } else { port = try await newPort().id.description }
        try await withOVSDBServer(schema: .openVSwitch) { database in
            try await database.control("ovs-vsctl", "--no-wait", "init", "--", "add-br", "breth0")
            let machine = VirtualMachine(database: database, cloud: self, vif: port, replica: replica)
            let outcome = await machine.container("init", "--bridge", "breth0", "--underlay-mode")
            guard outcome.status == .done else { throw HostError(.refused, "\(outcome.errors)") }
            try await body(machine)
        }
    }

    func newPort() async throws -> Port {
        let network: Network = try await client.resolve("management", within: Self.limit)
        return try await client.create(PortCreate(projectID: "p", networkID: network.id), within: Self.limit)
    }

    func port(_ name: String) async throws -> Port { try await client.resolve(name, within: Self.limit) }

    func ports() async throws -> [Port] { try await client.list(within: Self.limit) }

    /// The tags of all ports that `vif` carries, by any way.
    func tags(_ vif: String) async throws -> [Int] {
        try await ports().compactMap { port in
            guard port.binding.profile["parent_name"] == .string(vif),
                case .integer(let tag) = port.binding.profile["tag"]
            else { return nil }
            return Int(tag)
        }
    }
}
