import Foundation

/// Something the engine tests need could not be started.
package struct TestServerError: Error, CustomStringConvertible {
    package let description: String
}

/// Runs `body` with a private ovsdb-server of an empty database of `schema`; it is killed, and its folder removed, whatever happens.
///
/// - Parameter body: gets the path of the server's unix socket.
package func withOVSDBServer<Result>(
    schema: TestSchema, _ body: (OVSDBServer) async throws -> Result
) async throws -> Result {
    let server = try await OVSDBServer.start(schema: schema)
    do {
        let result = try await body(server)
        await server.destroy()
        return result
    } catch {
        await server.destroy()
        throw error
    }
}
