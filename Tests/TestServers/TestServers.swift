import Foundation

/// Something the engine tests need could not be started.
package struct TestServerError: Error, CustomStringConvertible {
    package let description: String

    package init(description: String) { self.description = description }
}

/// Runs `body` with a private ovsdb-server of an empty database of `schema`; it is killed, and its folder removed, whatever
/// happens. `options` are more of ovsdb-server(1), such as remotes.
package func withOVSDBServer<Result>(
    schema: TestSchema, options: [String] = [], _ body: (OVSDBServer) async throws -> Result
) async throws -> Result {
    let server = try await OVSDBServer.start(schema: schema, options: options)
    do {
        let result = try await body(server)
        await server.destroy()
        return result
    } catch {
        await server.destroy()
        throw error
    }
}
