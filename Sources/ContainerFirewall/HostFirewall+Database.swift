package import HostSetup
import OVSDBClient

// The same of the database as it is now.
extension HostFirewall {
    package func check(_ database: HostDatabase) throws { try check(database.client.replica) }
    package func state(_ database: HostDatabase) async -> State { await state(database.client.replica) }

    @discardableResult
    package func ensure(_ database: HostDatabase) async throws(HostError) -> State {
        try await ensure(database.client.replica)
    }
}
