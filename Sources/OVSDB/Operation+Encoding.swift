import JSONCoding

extension JSONWriter {
    /// `["uuid","…"]`
    mutating func uuid(_ id: RowID) {
        raw("[\"uuid\",")
        idText(id)
        raw("]")
    }

    /// The id as a JSON string.
    mutating func idText(_ id: RowID) {
        bytes.append(0x22)
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 36) { text in
            _ = id.write(into: text)
            bytes.append(contentsOf: text)
        }
        bytes.append(0x22)
    }

    mutating func atom(_ atom: Atom) {
        switch atom {
        case .integer(let integer): self.integer(integer)
        case .real(let real): self.real(real)
        case .boolean(let boolean): self.boolean(boolean)
        case .string(let text): string(text)
        case .uuid(let id): uuid(id)
        case .namedUUID(let name):
            raw("[\"named-uuid\",")
            string(name)
            raw("]")
        }
    }

    mutating func value(_ value: Value) {
        switch value {
        case .atom(let atom): self.atom(atom)
        case .set(let atoms): list("[\"set\",[", atoms, "]]") { $0.atom($1) }
        case .map(let pairs):
            list("[\"map\",[", pairs, "]]") { writer, pair in
                writer.raw("[")
                writer.atom(pair.key)
                writer.raw(",")
                writer.atom(pair.value)
                writer.raw("]")
            }
        }
    }

    mutating func list<S: Sequence>(
        _ open: StaticString, _ elements: S, _ close: StaticString, _ write: (inout JSONWriter, S.Element) -> Void
    ) {
        raw(open)
        var isFirst = true
        for element in elements {
            if !isFirst { raw(",") }
            isFirst = false
            write(&self, element)
        }
        raw(close)
    }

    mutating func conditions(_ conditions: [Condition]) {
        list("[", conditions, "]") { writer, condition in
            writer.triple(condition.column, condition.function.rawValue, condition.value)
        }
    }

    private mutating func triple(_ column: String, _ function: String, _ value: Value) {
        raw("[")
        string(column)
        raw(",")
        string(function)
        raw(",")
        self.value(value)
        raw("]")
    }

    private mutating func row(_ row: [String: Value]) {
        list("{", row.sorted { $0.key < $1.key }, "}") { writer, column in
            writer.string(column.key)
            writer.raw(":")
            writer.value(column.value)
        }
    }

    /// The columns of a generated row as an object; nil: those that are not at their default.
    private mutating func row<R: Row>(_ row: R, _ positions: [Int]?) {
        var encoder = ColumnEncoder(writer: JSONWriter(capacity: 0), skipsDefaults: positions == nil)
        swap(&encoder.writer, &self)  // so that the buffer has one owner and is not copied
        encoder.writer.raw("{")
        for position in positions ?? Array(R.columns.indices) {
            encoder.name = R.columns[position].name
            row.inspect(position, with: &encoder)
        }
        encoder.writer.raw("}")
        swap(&encoder.writer, &self)
    }

    private mutating func begin(_ operation: StaticString, _ table: String) {
        raw("{\"op\":\"")
        raw(operation)
        raw("\",\"table\":")
        string(table)
    }

    private mutating func whereID(_ id: RowID) {
        raw(",\"where\":[[\"_uuid\",\"==\",")
        uuid(id)
        raw("]]")
    }

    private mutating func mutations(_ mutations: [Mutation]) {
        list(",\"mutations\":[", mutations, "]}") { writer, mutation in
            writer.triple(mutation.column, mutation.mutator.rawValue, mutation.value)
        }
    }

    /// The operation as the protocol has it; `wireCount` of them, separated by commas.
    mutating func operation(_ operation: Operation) {
        switch operation {
        case .insert(let table, let id, let name, let row):
            begin("insert", table)
            if let id {
                raw(",\"uuid\":")
                idText(id)
            }
            if let name {
                raw(",\"uuid-name\":")
                string(name)
            }
            raw(",\"row\":")
            self.row(row)
            raw("}")
        case .select(let table, let conditions, let columns):
            begin("select", table)
            raw(",\"where\":")
            self.conditions(conditions)
            if let columns { list(",\"columns\":[", columns, "]") { $0.string($1) } }
            raw("}")
        case .update(let table, let conditions, let row):
            begin("update", table)
            raw(",\"where\":")
            self.conditions(conditions)
            raw(",\"row\":")
            self.row(row)
            raw("}")
        case .mutate(let table, let conditions, let mutations):
            begin("mutate", table)
            raw(",\"where\":")
            self.conditions(conditions)
            self.mutations(mutations)
        case .delete(let table, let conditions):
            begin("delete", table)
            raw(",\"where\":")
            self.conditions(conditions)
            raw("}")
        case .wait(let table, let conditions, let columns, let until, let rows, let timeout):
            begin("wait", table)
            raw(",\"where\":")
            self.conditions(conditions)
            list(",\"columns\":[", columns, "],\"until\":") { $0.string($1) }
            string(until.rawValue)
            list(",\"rows\":[", rows, "]") { $0.row($1) }
            if let timeout {
                raw(",\"timeout\":")
                integer(timeout.components.seconds * 1000 + timeout.components.attoseconds / 1_000_000_000_000_000)
            }
            raw("}")
        case .commit(let durable):
            raw("{\"op\":\"commit\",\"durable\":")
            boolean(durable)
            raw("}")
        case .abort: raw("{\"op\":\"abort\"}")
        case .comment(let text):
            raw("{\"op\":\"comment\",\"comment\":")
            string(text)
            raw("}")
        case .assert(let lock):
            raw("{\"op\":\"assert\",\"lock\":")
            string(lock)
            raw("}")
        case .insertRow(let row):
            begin("insert", type(of: row).tableName)
            raw(",\"uuid\":")
            idText(row.id)
            raw(",\"row\":")
            self.row(row, nil)
            raw("}")
        case .updateRow(let row, let columns):
            begin("update", type(of: row).tableName)
            whereID(row.id)
            raw(",\"row\":")
            self.row(row, columns)
            raw("}")
        case .mutateRow(let table, let id, let mutations):
            begin("mutate", table)
            whereID(id)
            self.mutations(mutations)
        case .deleteRow(let table, let id):
            begin("delete", table)
            whereID(id)
            raw("}")
        case .waitRow(let row, let columns):
            begin("wait", type(of: row).tableName)
            whereID(row.id)
            list(",\"columns\":[", columns.map { type(of: row).columns[$0].name }, "]") { $0.string($1) }
            raw(",\"until\":\"==\",\"rows\":[")
            self.row(row, columns)
            raw("],\"timeout\":0}")
        case .waitKey(let table, let id, let column, let key, let value, let marker):
            waitKey(table, id, column, key, value, marker)
        }
    }

    private mutating func waitKey(
        _ table: String, _ id: RowID, _ column: String, _ key: String, _ value: String?, _ marker: RowID
    ) {
        let mark = StringMap([key: value ?? marker.description])
        if value == nil {
            operation(.mutateRow(in: table, id: id, mutations: [Mutation(column, .insert, mark.value)]))
            raw(",")
        }
        operation(
            .wait(
                on: table, where: [.id(id), Condition(column, .includes, mark.value)], columns: ["_uuid"],
                until: .equal,
                rows: [["_uuid": .uuid(id)]], timeout: .zero))
        if value == nil {
            raw(",")
            operation(.mutateRow(in: table, id: id, mutations: [Mutation(column, .delete, .strings([key]))]))
        }
    }
}

private struct ColumnEncoder: ColumnInspector {
    var writer: JSONWriter
    let skipsDefaults: Bool
    var name = ""
    var isFirst = true

    mutating func visit<C: ColumnValue>(_ column: C) {
        if skipsDefaults, column == C.defaultValue { return }
        if !isFirst { writer.raw(",") }
        isFirst = false
        writer.string(name)
        writer.raw(":")
        column.encode(into: &writer)
    }
}

extension Operation {
    /// The operation's JSON: equal for operations that are the same.
    public var encoded: [UInt8] {
        var writer = JSONWriter()
        writer.operation(self)
        return writer.bytes
    }
}
