import Hummingbird
import Logging
import NetworkStore
package import NeutronServer
import OVSDB
import OVSDBClient
package import TestServers

/// Serves the networking API of some databases on a free port of the loopback interface; passes its URL to `body`.
package func withAPI<Result: Sendable>(
    _ northbound: OVSDBServer, _ southbound: OVSDBServer? = nil, authentication: Authentication = .none,
    limits: Limits = Limits(), tls: ServerTLS? = nil, _ body: @escaping @Sendable (String) async throws -> Result
) async throws -> Result {
    let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    func client(_ server: OVSDBServer, _ database: String, _ tables: [MonitoredTable]) -> OVSDBClient {
        OVSDBClient(
            configuration: OVSDBConfiguration(
                remotes: [.unix(path: server.socket)], database: database, tables: tables), logger: quiet)
    }
    let north = client(northbound, "OVN_Northbound", NetworkStore.northboundTables)
    let south = southbound.map { client($0, "OVN_Southbound", NetworkStore.southboundTables) }
    let (ports, listens) = AsyncStream<Int>.makeStream()
    var configuration = NeutronServer.Configuration()
    configuration.authentication = authentication
    configuration.limits = limits
    let application = NeutronServer(
        store: NetworkStore(northbound: north, southbound: south, logger: quiet), configuration: configuration,
        logger: quiet
    ).application(on: .init(host: "127.0.0.1", port: 0, tls: tls)) { listens.yield($0) }
    return try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { try await north.run() }
        if let south { group.addTask { try await south.run() } }
        group.addTask { try await application.run() }
        defer { group.cancelAll() }
        guard let port = await ports.first(where: { _ in true }) else { throw CancellationError() }
        return try await body("\(tls == nil ? "http" : "https")://127.0.0.1:\(port)")
    }
}
