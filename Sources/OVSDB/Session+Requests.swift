import JSONCoding

extension Session {
    /// Opens the conversation.
    public mutating func start() -> [Action] {
        var server = JSONWriter()
        server.raw("[\"_Server\",\"_Server\",{\"Database\":[{\"columns\":[")
        for (index, column) in DatabaseStatus.columns.enumerated() {
            if index > 0 { server.raw(",") }
            server.string(column.name)
        }
        server.raw("]}]}]")
        return [
            request(.databaseChangeAware, "set_db_change_aware") { $0.raw("[true]") },
            request(.serverMonitor, "monitor_cond") { [server] in $0.append(server) },
            request(.schema, "get_schema") { [settings] writer in
                Request.getSchema(database: settings.database).encodeParameters(into: &writer)
            },
        ]
    }

    /// Sends a transaction (RFC 7047 §4.1.3); its outcome comes as `.finish(call, …)`.
    public mutating func transact(_ operations: [Operation], call: Call) -> [Action] {
        guard isSynchronized else {
            return [.finish(call, .failure(OVSDBError(.notSent, "not connected to \(settings.database)")))]
        }
        let database = settings.database
        return [
            request(.transaction(call, operations), "transact") { writer in
                writer.raw("[")
                writer.string(database)
                for operation in operations {
                    writer.raw(",")
                    writer.operation(operation)
                }
                writer.raw("]")
            }
        ]
    }

    /// Sends another request.
    public mutating func send(_ kind: Request, call: Call) -> [Action] {
        guard !isClosed else {
            return [.finish(call, .failure(OVSDBError(.notSent, "not connected to \(settings.database)")))]
        }
        return [request(.request(call, kind), kind.method) { kind.encodeParameters(into: &$0) }]
    }

    /// Asks the server to give up a transaction that still waits (RFC 7047 §4.1.4). One that has begun is not stopped: the outcome still
    /// comes as `.finish`, unless the caller has lost interest.
    public func cancel(_ call: Call) -> [Action] {
        for (id, request) in pending {
            guard case .transaction(call, _) = request else { continue }
            var writer = JSONWriter(capacity: 64)
            writer.raw("{\"method\":\"cancel\",\"params\":[")
            writer.integer(Int64(id))
            writer.raw("],\"id\":null}")
            return [.send(writer.bytes)]
        }
        return []
    }

    /// Asks whether the server lives (RFC 7047 §4.1.11).
    public mutating func probe() -> [Action] {
        [request(.probe, "echo") { $0.raw("[]") }]
    }

    mutating func request(
        _ kind: Pending, _ method: StaticString, _ parameters: (inout JSONWriter) -> Void
    ) -> Action {
        let id = nextID
        nextID += 1
        pending[id] = kind
        var writer = JSONWriter()
        writer.raw("{\"id\":")
        writer.integer(Int64(id))
        writer.raw(",\"method\":\"")
        writer.raw(method)
        writer.raw("\",\"params\":")
        parameters(&writer)
        writer.raw("}")
        return .send(writer.bytes)
    }
}
