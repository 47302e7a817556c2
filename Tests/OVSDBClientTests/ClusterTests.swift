import OVNModel
import OVSDB
import OVSDBClient
import TestServers
import Testing

@Suite(.timeLimit(.minutes(3)))
struct ClusterTests {
    @Test func `a client follows the leader of a cluster and continues where it was`() async throws {
        try await withOVSDBCluster(schema: .northbound) { servers in
            try await withClient(of: servers[0], tables: switchesAndPorts) {
                $0.remotes = servers.map { .unix(path: $0.socket) }
            } _: { client in
                let first = try await leader(of: client, among: servers)
                var changes = client.changes().makeAsyncIterator()
                guard case .resync? = await changes.next() else {
                    Issue.record("the first element is no resync")
                    return
                }
                try await add("a", client)
                guard case .changes? = await changes.next() else {
                    Issue.record("the change is not told")
                    return
                }
                await first.kill()
                // At any moment: committed, not committed, or safe to repeat.
                while true {
                    do {
                        try await add("b", client)
                        break
                    } catch let error as OVSDBError where error.isUnknownOutcome || error.isUnreachable {}
                }
                let second = try await leader(of: client, among: servers)
                #expect(second !== first)
                #expect(client.replica.first(switchesByName, "a") != nil)
                #expect(client.replica.first(switchesByName, "b") != nil)
                // The new leader knew where the old one was: nothing had to be compared.
                while case .changes(let changed, _)? = await changes.next() {
                    if changed.contains(where: { $0.new(LogicalSwitch.self)?.name == "b" }) { return }
                }
                Issue.record("the replica was replaced")
            }
        }
    }

    private func add(_ name: String, _ client: OVSDBClient) async throws {
        var network = LogicalSwitch(id: .random())
        network.name = name
        try await client.transact([.insert(network)], within: .seconds(30))
    }

    /// The server that the client has chosen, which must be the leader.
    private func leader(of client: OVSDBClient, among servers: [OVSDBServer]) async throws -> OVSDBServer {
        guard case .ready(let remote) = client.state,
            let server = servers.first(where: { Remote.unix(path: $0.socket) == remote })
        else { throw TestServerError(description: "the client is not connected") }
        let status = try await server.appctl("cluster/status", "OVN_Northbound")
        #expect(status.contains("Leader: self"))
        return server
    }
}
