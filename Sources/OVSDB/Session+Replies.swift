import JSONCoding

extension Session {
    mutating func receive(result reader: inout JSONReader, of request: Pending, _ actions: inout [Action]) throws {
        switch request {
        case .databaseChangeAware, .probe: try reader.skipValue()
        case .serverMonitor:
            var record: [Change]?
            try status.apply(updates: &reader, .differences, record: &record)
            continueHandshake(&actions) { $0.isStatusKnown = true }
        case .schema:
            let schema = try DatabaseSchema(try reader.readValue())
            continueHandshake(&actions) { $0.schema = schema }
        case .monitor: try receive(monitorReply: &reader, &actions)
        case .transaction(let call, let operations):
            actions.append(.finish(call, try reader.readOutcome(of: operations).map(Reply.transaction)))
        case .request(let call, let request):
            let value = try reader.readValue()
            if case .setConditions(let table, let conditions) = request { memory.conditions[table] = .some(conditions) }
            actions.append(.finish(call, .success(.value(value))))
        }
    }

    mutating func receive(error: OVSDBError, of request: Pending, _ actions: inout [Action]) {
        switch request {
        case .databaseChangeAware, .probe: break  // Too old a server to know it.
        case .serverMonitor:
            // No `_Server` before Open vSwitch 2.9: no cluster either.
            continueHandshake(&actions) { $0.isStatusKnown = true }
        case .schema: actions += end(error)
        case .monitor: fallBack(error, &actions)
        case .transaction(let call, _):
            var error = error
            error.code = .rejected
            actions.append(.finish(call, .failure(error)))
        case .request(let call, _): actions.append(.finish(call, .failure(error)))
        }
    }

    private mutating func receive(
        monitorReply reader: inout JSONReader, _ actions: inout [Action]
    ) throws {
        guard case .copying(let copying) = state else { return try reader.skipValue() }
        let method = copying.method
        var isResumed = false
        var last = RowID.zero
        var reply = JSONReader.Container()
        if method == .conditionalSince {
            reply = try reader.beginArray()
            try reader.requireElement(&reply)
            isResumed = try reader.readBoolean() && memory.isComplete
            try reader.requireElement(&reply)
            last = try reader.readUUIDText()
            try reader.requireElement(&reply)
        }
        // A fresh replica has one owner, so that it is filled in place.
        var next = isResumed ? memory.replica : Replica(memory.replica.layout)
        var record: [Change]? = isResumed && recordsChanges ? [] : nil
        if isResumed {
            try next.apply(updates: &reader, method.format, record: &record)
        } else {
            try next.load(&reader, method.format)
        }
        if method == .conditionalSince { try reader.endArray(&reply) }
        memory.replica = next
        memory.lastTransaction = last
        memory.isComplete = true
        state = .replicating
        rememberIndex()
        if let record { actions.append(.changed(record)) } else { actions.append(.replaced) }
        for update in copying.heldBack where !isClosed {
            try update.withUnsafeBytes { try receive(message: $0, &actions) }
        }
        actions.append(.synchronized)
    }

    /// `update`, `update2` or `update3` (RFC 7047 §4.1.6, ovsdb-server(7) §4.1.14, §4.1.16).
    mutating func receiveUpdate(_ method: String, _ reader: inout JSONReader, _ actions: inout [Action]) throws {
        let format: UpdateFormat = method == "update" ? .rows : .differences
        var parameters = try reader.beginArray()
        try reader.requireElement(&parameters)
        let monitorName = try reader.readValue().string
        var last: RowID?
        if method == "update3" {
            try reader.requireElement(&parameters)
            last = try reader.readUUIDText()
        }
        try reader.requireElement(&parameters)
        if monitorName == "_Server" {
            var record: [Change]?
            try status.apply(updates: &reader, format, record: &record)
            try reader.endArray(&parameters)
            rememberIndex()
            if case .handshake = state { return }
            if let complaint = statusComplaint() { actions += end(complaint) }
            return
        }
        guard monitorName == "db" else { throw OVSDBError(.malformed, "an update of a monitor that nobody asked for") }
        switch state {
        case .handshake, .closed: throw OVSDBError(.malformed, "an update of a monitor that nobody asked for")
        case .copying:
            try reader.skipValue()
            try reader.endArray(&parameters)
            return holdBack(Array(reader.bytes))
        case .replicating: break
        }
        var next = memory.replica
        var record: [Change]? = recordsChanges ? [] : nil
        try next.apply(updates: &reader, format, record: &record)
        try reader.endArray(&parameters)
        memory.replica = next
        if let last { memory.lastTransaction = last }
        actions.append(.changed(record ?? []))
    }

    private mutating func holdBack(_ update: [UInt8]) {
        guard case .copying(var copying) = state else { return }
        state = .replicating  // so that what is held back has one owner
        copying.heldBack.append(update)
        state = .copying(copying)
    }

    /// The database has been seen as of this index; a server behind it is out of date.
    private mutating func rememberIndex() {
        guard isSynchronized,
            let status = status[DatabaseStatus.self].first(where: { $0.name == settings.database }),
            let index = status.index, index > memory.minimumIndex
        else { return }
        memory.minimumIndex = index
    }
}
