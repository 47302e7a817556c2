import Logging
import NetAddress
import NeutronAPI
import OVNModel
import OVSDB
import OVSDBClient
import TestServers

@testable import NetworkStore

/// Runs `body` with a store of its own client on `server`.
func withStore<Result: Sendable>(
    _ server: OVSDBServer, southbound: OVSDBServer? = nil,
    _ configure: (inout NetworkStoreConfiguration) -> Void = { _ in },
    _ body: @Sendable (NetworkStore) async throws -> Result
) async throws -> Result {
    var configuration = NetworkStoreConfiguration()
    configure(&configuration)
    let logger = Logger(label: "test")
    let north = client(of: server, Northbound.databaseName, NetworkStore.northboundTables, logger)
    let south = southbound.map { client(of: $0, Southbound.databaseName, NetworkStore.southboundTables, logger) }
    let store = NetworkStore(northbound: north, southbound: south, configuration: configuration, logger: logger)
    return try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { try await north.run() }
        if let south { group.addTask { try await south.run() } }
        defer { group.cancelAll() }
        try await north.ready(within: .seconds(20))
        try await south?.ready(within: .seconds(20))
        return try await body(store)
    }
}

/// Runs `body` with three stores on one server, like three replicas of the service.
func withThreeStores<Result: Sendable>(
    _ server: OVSDBServer, _ configure: @Sendable (inout NetworkStoreConfiguration) -> Void = { _ in },
    _ body: @Sendable ([NetworkStore]) async throws -> Result
) async throws -> Result {
    try await withStore(server, configure) { one in
        try await withStore(server, configure) { two in
            try await withStore(server, configure) { three in try await body([one, two, three]) }
        }
    }
}

private func client(
    of server: OVSDBServer, _ database: String, _ tables: [MonitoredTable], _ logger: Logger
) -> OVSDBClient {
    var configuration = OVSDBConfiguration(remotes: [.unix(path: server.socket)], database: database, tables: tables)
    configuration.backoff = .milliseconds(20)...(.milliseconds(100))
    return OVSDBClient(configuration: configuration, logger: logger)
}

extension NetworkStore {
    func network(_ name: String = "n", _ cidrs: String...) async throws -> Network {
        let network = try await create(Network.self, [NetworkCreate(projectID: "p", name: name)])[0]
        for cidr in cidrs {
            _ = try await create(
                Subnet.self,
                [
                    SubnetCreate(projectID: "p", networkID: network.id, cidr: IPPrefix(literal: cidr))
                ])
        }
        return try await self.find(network.id)
    }

    func port(_ network: Network, _ configure: (inout PortCreate) -> Void = { _ in }) async throws -> Port {
        var request = PortCreate(projectID: "p", networkID: network.id, isFiltered: false)
        configure(&request)
        return try await create(Port.self, [request])[0]
    }
}
