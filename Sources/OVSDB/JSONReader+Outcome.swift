import JSONCoding

extension JSONReader {
    /// A transaction's results (RFC 7047 §4.1.3): one a wire operation, `null` after a failure, one more for a failed commit.
    mutating func readOutcome(of operations: [Operation]) throws -> Result<[OperationResult], OVSDBError> {
        var owners: [Int] = []
        owners.reserveCapacity(operations.count)
        for (index, operation) in operations.enumerated() {
            for _ in 0..<operation.wireCount { owners.append(index) }
        }
        var results = Array(repeating: OperationResult(), count: operations.count)
        var failure: OVSDBError?
        var elements = try beginArray()
        var position = 0
        while try nextElement(&elements) {
            defer { position += 1 }
            if try takeNull() { continue }
            guard position <= owners.count else { throw malformed("more results than operations") }
            let (result, error) = try readOperationResult()
            if let error {
                if failure == nil {
                    let owner = position < owners.count ? owners[position] : nil
                    failure = Self.rejection(error, owner, owner.map { operations[$0].isWait } ?? false)
                }
            } else if position < owners.count, operations[owners[position]].wireCount == 1 {
                results[owners[position]] = result
            }
        }
        if let failure { return .failure(failure) }
        guard position >= owners.count else { throw malformed("fewer results than operations") }
        return .success(results)
    }

    private static func rejection(_ error: JSON, _ operation: Int?, _ isWait: Bool) -> OVSDBError {
        let name = error["error"]?.string ?? "error"
        var details = error["details"]?.string
        if let cause = error["io-error"]?.string { details = "\(details.map { "\($0): " } ?? "")\(cause)" }
        let place = operation.map { " in operation \($0)" } ?? " at commit"
        var result = OVSDBError(
            .rejected, name + place + (details.map { ": \($0)" } ?? ""), operation: operation, serverError: name)
        switch name {
        case "timed out" where isWait: result.code = .waitFailed
        case "cluster error": result.code = .unknownOutcome  // It may have reached some servers.
        case "I/O error": result.code = .notStored  // A standalone server writes before it changes anything.
        default: break
        }
        return result
    }

    private mutating func readOperationResult() throws -> (OperationResult, error: JSON?) {
        let start = position
        var result = OperationResult()
        var object = try beginObject()
        while let key = try nextKey(&object) {
            if matches(key, "count") {
                result.count = Int(try readInteger())
            } else if matches(key, "uuid") {
                result.id = try readUUID()
            } else if matches(key, "rows") {
                var rows = try beginArray()
                while try nextElement(&rows) { result.rows.append(try readRow()) }
            } else if matches(key, "error") {
                if try takeNull() { continue }
                position = start
                return (result, try readValue())
            } else {
                try skipValue()
            }
        }
        return (result, nil)
    }

    private mutating func readRow() throws -> [String: Value] {
        var row: [String: Value] = [:]
        var object = try beginObject()
        while let key = try nextKey(&object) {
            let name = try shared(key)
            guard row.updateValue(try readColumnValue(), forKey: name) == nil else {
                throw malformed("column \(name) twice in a row")
            }
        }
        return row
    }

    /// RFC 7047 §5.1 `<value>`.
    mutating func readColumnValue() throws -> Value {
        guard try peek() == UInt8(ascii: "[") else { return .atom(try readAtom()) }
        let start = position
        var tagged = try beginArray()
        try requireElement(&tagged)
        let tag = try readText()
        position = start
        if matches(tag, "set") {
            var atoms: [Atom] = []
            try forEachElement {
                try $0.readAtom()
            } body: {
                atoms.append($0)
            }
            return .set(atoms)
        }
        if matches(tag, "map") {
            var pairs: [AtomPair] = []
            try forEachPair {
                try $0.readAtom()
            } _: {
                try $0.readAtom()
            } body: {
                pairs.append(AtomPair($0, $1))
            }
            return .map(pairs)
        }
        return .atom(try readAtom())
    }

    private mutating func readAtom() throws -> Atom {
        switch try peek() {
        case UInt8(ascii: "\""): return .string(try readSharedString())
        case UInt8(ascii: "t"), UInt8(ascii: "f"): return .boolean(try readBoolean())
        case UInt8(ascii: "["): return .uuid(try readUUID())
        default:
            let start = position
            let isInteger = try scanNumber().isInteger
            position = start
            return isInteger ? .integer(try readInteger()) : .real(try readReal())
        }
    }
}

extension OVSDBError {
    /// The `error` member of a reply.
    init(remote error: JSON) {
        let name = error.string ?? error["error"]?.string ?? "error"
        let details = error["details"]?.string
        self.init(.remote, "the server answers: \(name)" + (details.map { ": \($0)" } ?? ""), serverError: name)
    }
}
