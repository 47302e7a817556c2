import JSONCoding

extension Session {
    /// Notes what is known, and continues once both the server's status and the schema are.
    mutating func continueHandshake(_ actions: inout [Action], _ note: (inout Handshake) -> Void) {
        guard case .handshake(var handshake) = state else { return }
        note(&handshake)
        state = .handshake(handshake)
        guard handshake.isStatusKnown, let schema = handshake.schema else { return }
        if let complaint = statusComplaint() {
            actions += end(complaint)
            return
        }
        let (tables, warnings) = intersection(schema)
        actions += warnings.map(Action.warn)
        actions.append(monitorRequest(Copying(method: .conditionalSince, tables: tables)))
    }

    /// Why the server is of no use for the database; nil if it is, or if it is too old to say.
    func statusComplaint() -> OVSDBError? {
        let database = settings.database
        guard !status[DatabaseStatus.self].isEmpty else { return nil }
        guard let status = status[DatabaseStatus.self].first(where: { $0.name == database }) else {
            return OVSDBError(.schemaMismatch, "the server has no database \(database)")
        }
        guard status.model == "clustered" else { return nil }
        if !status.connected {
            return OVSDBError(.unreachable, "the server has no contact with the cluster of \(database)")
        }
        if settings.leaderOnly, !status.leader {
            return OVSDBError(.unreachable, "the server is not the leader of \(database)")
        }
        if let index = status.index, index < memory.minimumIndex {
            return OVSDBError(.unreachable, "the server's copy of \(database) is out of date")
        }
        return nil
    }

    /// The columns to ask for: those that both sides know with the same meaning.
    private func intersection(_ schema: DatabaseSchema) -> (tables: [MonitoredTable], warnings: [String]) {
        var tables: [MonitoredTable] = []
        var warnings: [String] = []
        for table in memory.replica.layout.tables {
            guard let known = schema.table(table.name) else {
                warnings.append("table \(table.name) is unknown to the server and stays empty")
                continue
            }
            let columns = table.columns.filter { position in
                let ours = table.type.columns[position]
                guard let theirs = known.column(ours.name)?.type else {
                    warnings.append(
                        "column \(ours.name) of \(table.name) is unknown to the server and stays at its default")
                    return false
                }
                guard theirs.key == ours.type.key, theirs.value == ours.type.value,
                    theirs.isComposite == ours.type.isComposite
                else {
                    warnings.append(
                        "column \(ours.name) of \(table.name) has another type on the server and stays at its default")
                    return false
                }
                return true
            }
            var limited = table.limited(to: columns)
            if let conditions = memory.conditions[table.name] { limited = limited.limited(by: conditions) }
            tables.append(limited)
        }
        return (tables, warnings)
    }

    /// ovsdb-server(7) §4.1.15, §4.1.12 and RFC 7047 §4.1.5.
    private mutating func monitorRequest(_ copying: Copying) -> Action {
        state = .copying(copying)
        let method = copying.method
        let name: StaticString =
            switch method {
            case .conditionalSince: "monitor_cond_since"
            case .conditional: "monitor_cond"
            case .plain: "monitor"
            }
        let database = settings.database
        let last = memory.lastTransaction
        return request(.monitor, name) { writer in
            writer.raw("[")
            writer.string(database)
            writer.list(",\"db\",{", copying.tables, "}") { writer, table in
                writer.string(table.name)
                writer.list(":[{\"columns\":[", table.columns.map { table.type.columns[$0].name }, "]") {
                    $0.string($1)
                }
                if let conditions = table.conditions, method != .plain {
                    writer.raw(",\"where\":")
                    writer.conditions(conditions)
                }
                writer.raw("}]")
            }
            if method == .conditionalSince {
                writer.raw(",")
                writer.idText(last)
            }
            writer.raw("]")
        }
    }

    /// A server that does not know a method is asked for the older one.
    mutating func fallBack(_ error: OVSDBError, _ actions: inout [Action]) {
        guard error.serverError == "unknown method", case .copying(var copying) = state, copying.method != .plain else {
            actions += end(error)
            return
        }
        copying.method = copying.method == .conditionalSince ? .conditional : .plain
        actions.append(monitorRequest(copying))
    }
}
