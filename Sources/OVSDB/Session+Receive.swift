import JSONCoding

extension Session {
    /// Takes one whole message.
    mutating func receive(message: UnsafeRawBufferPointer, _ actions: inout [Action]) throws {
        var reader = JSONReader(message, strings: strings)
        var object = try reader.beginObject()
        var envelope = Envelope()
        while let key = try reader.nextKey(&object) {
            if reader.matches(key, "id") {
                try envelope.mark(.id, reader)
                envelope.id = try reader.readValue()
            } else if reader.matches(key, "method") {
                try envelope.mark(.method, reader)
                envelope.method = try reader.readString()
            } else if reader.matches(key, "params") {
                try envelope.mark(.parameters, reader)
                // ovsdb-server puts the method first; then the parameters need not be read twice.
                if let method = envelope.method, method.hasPrefix("update") {
                    try receiveUpdate(method, &reader, &actions)
                    envelope.isHandled = true
                } else {
                    envelope.body = reader.position
                    try reader.skipValue()
                }
            } else if reader.matches(key, "result") {
                try envelope.mark(.result, reader)
                // A reply of an error may have a null result beside it (RFC 7047 §4).
                if try reader.takeNull() { continue }
                if let id = envelope.number, let request = pending[id] {
                    pending[id] = nil
                    try receive(result: &reader, of: request, &actions)
                    envelope.isHandled = true
                } else {
                    envelope.body = reader.position
                    try reader.skipValue()
                }
            } else if reader.matches(key, "error") {
                try envelope.mark(.error, reader)
                if try !reader.takeNull() { envelope.error = try reader.readValue() }
            } else {
                try reader.skipValue()
            }
        }
        try reader.finish()
        if !envelope.isHandled, !isClosed { try receive(envelope, reader, &actions) }
    }

    /// Handles what could not be handled while reading.
    private mutating func receive(_ envelope: Envelope, _ reader: JSONReader, _ actions: inout [Action]) throws {
        var reader = reader
        if let body = envelope.body { reader.position = body }
        if let method = envelope.method {
            guard envelope.body != nil else { throw OVSDBError(.malformed, "request '\(method)' has no parameters") }
            return try receive(method, id: envelope.id, &reader, &actions)
        }
        guard let id = envelope.number, let request = pending[id] else {
            // A reply to nothing that was asked: the server gave up on a call that is no longer waited for.
            if envelope.number.map({ $0 < nextID }) == true { return }
            throw OVSDBError(.malformed, "a message that is neither request nor reply")
        }
        pending[id] = nil
        if let error = envelope.error {
            receive(error: OVSDBError(remote: error), of: request, &actions)
        } else if envelope.body != nil {
            try receive(result: &reader, of: request, &actions)
        } else {
            receive(error: OVSDBError(.malformed, "a reply with neither result nor error"), of: request, &actions)
        }
    }

    /// A request or notification of the server.
    private mutating func receive(
        _ method: String, id: JSON?, _ reader: inout JSONReader, _ actions: inout [Action]
    ) throws {
        switch method {
        case "update", "update2", "update3": try receiveUpdate(method, &reader, &actions)
        case "echo":
            var writer = JSONWriter()
            writer.raw("{\"id\":")
            writer.value(id ?? .null)
            writer.raw(",\"result\":")
            writer.value(try reader.readValue())
            writer.raw(",\"error\":null}")
            actions.append(.send(writer.bytes))
        case "locked", "stolen":
            guard let name = try reader.readValue().array?.first?.string else {
                throw OVSDBError(.malformed, "notification '\(method)' names no lock")
            }
            actions.append(.lock(name, isOwned: method == "locked"))
        case "monitor_canceled":
            let name = try reader.readValue().array?.first?.string
            if name == "db" {
                actions += end(OVSDBError(.unreachable, "the server converted or removed \(settings.database)"))
            }
        default: break  // A notification that this client has no use for.
        }
    }
}

/// The members of a JSON-RPC message (RFC 7047 §4) as they come.
private struct Envelope {
    enum Member: UInt8 {
        case id = 1
        case method = 2
        case parameters = 4
        case result = 8
        case error = 16
    }

    var id: JSON?
    var method: String?
    var error: JSON?
    /// Where the parameters or the result begin, if they were stepped over.
    var body: Int?
    var isHandled = false
    private var seen: UInt8 = 0

    /// The id of a request that this side made.
    var number: UInt64? { id?.integer.flatMap { UInt64(exactly: $0) } }

    mutating func mark(_ member: Member, _ reader: JSONReader) throws {
        guard seen & member.rawValue == 0 else { throw reader.malformed("a member twice in the message") }
        seen |= member.rawValue
    }
}
