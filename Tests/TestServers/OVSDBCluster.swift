import Foundation

/// Runs `body` with a raft cluster of private ovsdb-servers; all are killed whatever happens.
package func withOVSDBCluster<Result>(
    schema: TestSchema, servers count: Int = 3, _ body: ([OVSDBServer]) async throws -> Result
) async throws -> Result {
    var servers: [OVSDBServer] = []
    do {
        for _ in 0..<count {
            let server = OVSDBServer(folder: try OVSDBServer.makeFolder(), schema: schema)
            servers.append(server)
            let raft = "unix:\(server.folder)/raft.sock"
            if server === servers[0] {
                try await run(["ovsdb-tool", "create-cluster", server.databaseFile, schema.path, raft])
            } else {
                try await run([
                    "ovsdb-tool", "join-cluster", server.databaseFile, schema.databaseName, raft,
                    "unix:\(servers[0].folder)/raft.sock",
                ])
            }
            try await server.launch()
            try await run([
                "ovsdb-client", "--timeout=20", "wait", "unix:\(server.socket)", schema.databaseName, "connected",
            ])
        }
        let result = try await body(servers)
        for server in servers { await server.destroy() }
        return result
    } catch {
        for server in servers { await server.destroy() }
        throw error
    }
}
