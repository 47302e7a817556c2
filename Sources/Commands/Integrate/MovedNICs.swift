import Deadlines
import Discretion
import HostNetwork
import HostSetup
import Logging
import NICBridging
import NetAddress
import OVNModel
import OVSDB
import OVSDBClient

/// What the commands that move NICs have in common: they move one, see to its DHCP client, and tell.
struct MovedNICs: Sendable {
    let database: HostDatabase
    private let bridges: NICBridge
    private let deadline: Deadline
    private let progress: @Sendable (String) -> Void
    private let console: Console
    /// Nil in a namespace of a test's, where the files of this machine mean other interfaces.
    private let clients: AddressClients?

    /// Connects to Open vSwitch and runs `body`.
    static func with(
        _ options: LocalOptions, _ context: Context, _ body: @escaping @Sendable (MovedNICs) async throws -> Void
    ) async throws {
        let deadline = options.deadline(default: .seconds(30))
        let logger = options.logger(context)
        let progress = options.progress(context)
        try await HostDatabase.with(options.remote(context), until: deadline, logger: logger) { database in
            let links = try context.hooks.namespace.map { try HostLinks(in: $0) }
            try await body(
                MovedNICs(
                    database: database, bridges: try NICBridge(ovs: database.client, links: links, logger: logger),
                    deadline: deadline, progress: progress, console: context.console,
                    clients: links == nil
                        ? AddressClients(namespace: try NetworkNamespace.current().identity) : nil))
        }
    }

    func move(_ nic: String, _ datapath: Datapath) async throws {
        let result = try await bridges.move(nic: nic, datapath: datapath, within: deadline.remaining)
        tell(result, to: result.bridge)
        guard let bridge = result.bridgeLink else { return }
        note(clients?.follow(from: result.nic, to: bridge, isLeased: !result.leased.isEmpty) ?? [])
    }

    func moveBack(_ nic: String) async throws {
        let result = try await bridges.moveBack(nic: nic, within: deadline.remaining)
        tell(result, to: nic)
        note(clients?.followBack(from: result.bridge, to: result.nic, isLeased: !result.leased.isEmpty) ?? [])
    }

    /// What the user says, else what the NIC's bridge has, else what OVN's bridge has or will have.
    func datapath(of nic: String, _ wanted: Datapath?) throws -> Datapath {
        if let wanted { return wanted }
        if let bridge = database.findBridge(try NICBridge.bridgeName(of: nic)) {
            return Datapath(rawValue: bridge.datapathType) ?? .system
        }
        let integration = try database.configuration.externalIDs["ovn-bridge-datapath-type"]
        if let datapath = integration.flatMap(Datapath.init(rawValue:)) { return datapath }
        return try Datapath.isInKernel() ? .system : .netdev
    }

    private func tell(_ result: NICBridge.Result, to place: String) {
        for moved in result.moved { progress("\(place): \(moved)") }
        note(result.notes)
    }

    private func note(_ words: [String]) {
        for word in words { console.errors("note: \(word.plain())") }
    }
}
