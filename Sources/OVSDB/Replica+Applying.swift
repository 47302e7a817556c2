extension Replica {
    /// The replica as it will be once the server has committed `operations`; indexes are kept.
    ///
    /// What changes rows by their id is understood; columns and tables that are not replicated are left alone; `wait` is taken to hold.
    /// The server's own work — rows that lose their last reference, weak references to deleted rows — is not foreseen. Throws
    /// `unsupported` for changes by other conditions.
    public func applying(_ operations: [Operation]) throws -> Replica {
        var next = self
        try next.apply(operations)
        return next
    }

    /// The same in place, which copies less when many transactions follow each other. If it throws, the replica is partly changed and
    /// must be thrown away.
    package mutating func apply(_ operations: some Sequence<Operation>) throws {
        for operation in operations { try apply(operation) }
    }

    private mutating func apply(_ operation: Operation) throws {
        switch operation {
        case .insertRow(let row):
            if let slot = layout.slots[type(of: row).tableName] { tables[slot].put(row) }
        case .insert(let table, let id, _, let values):
            guard let slot = layout.slots[table] else { return }
            guard let id else {
                throw OVSDBError(.unsupported, "an insert into \(table) without an id cannot be foreseen")
            }
            var row: any Row = layout.tables[slot].type.init(id: id)
            _ = try row.assign(values, to: layout.tables[slot].columns)
            tables[slot].put(row)
        case .updateRow(let row, let columns):
            try change(type(of: row).tableName, row.id) { try $0.copy(columns, from: row, among: $1) }
        case .update(let table, let conditions, let values):
            try change(table, id(conditions, table)) { try $0.assign(values, to: $1) }
        case .mutateRow(let table, let id, let mutations):
            try change(table, id) { try $0.apply(mutations, to: $1) }
        case .mutate(let table, let conditions, let mutations):
            try change(table, id(conditions, table)) { try $0.apply(mutations, to: $1) }
        case .deleteRow(let table, let id):
            if let slot = layout.slots[table] { tables[slot].remove(id) }
        case .delete(let table, let conditions):
            if let slot = layout.slots[table] { tables[slot].remove(try id(conditions, table)) }
        case .abort: throw OVSDBError(.rejected, "the transaction aborts itself")
        case .select, .wait, .waitRow, .waitKey, .commit, .comment, .assert: break
        }
    }

    /// `body` answers whether a column that is replicated was among those to change: where none was, the indexes need no look.
    private mutating func change(_ table: String, _ id: RowID, _ body: (inout any Row, [Int]) throws -> Bool) throws {
        guard let slot = layout.slots[table], var row = tables[slot][id] else { return }
        if try body(&row, layout.tables[slot].columns) { tables[slot].put(row) }
    }

    private func id(_ conditions: [Condition], _ table: String) throws -> RowID {
        guard conditions.count == 1, conditions[0].column == "_uuid", conditions[0].function == .equal,
            case .atom(.uuid(let id)) = conditions[0].value
        else {
            throw OVSDBError(.unsupported, "a change in \(table) by a condition other than the id cannot be foreseen")
        }
        return id
    }
}

extension Row {
    /// Position of the column with this name; nil if the generated code does not know it.
    static func position(of column: String) -> Int? { columns.firstIndex { $0.name == column } }

    // Each of these answers whether a column that is replicated was among them.

    mutating func assign(_ values: [String: Value], to replicated: [Int]) throws -> Bool {
        var isChanged = false
        for (column, value) in values {
            guard let position = Self.position(of: column), replicated.contains(position) else { continue }
            var assignment = Assignment(value: value)
            try modify(position, with: &assignment)
            isChanged = true
        }
        return isChanged
    }

    mutating func apply(_ mutations: [Mutation], to replicated: [Int]) throws -> Bool {
        var isChanged = false
        for mutation in mutations {
            guard let position = Self.position(of: mutation.column), replicated.contains(position) else { continue }
            var application = MutationApplication(mutation: mutation)
            try modify(position, with: &application)
            isChanged = true
        }
        return isChanged
    }

    /// Takes the named columns from `other`, a row of the same table.
    mutating func copy(_ positions: [Int], from other: any Row, among replicated: [Int]) throws -> Bool {
        guard let other = other as? Self else { return false }
        var isChanged = false
        for position in positions where replicated.contains(position) {
            var reader = ValueInspector()
            other.inspect(position, with: &reader)
            guard let column = reader.column else { continue }
            var copy = ColumnCopy(column: column)
            try modify(position, with: &copy)
            isChanged = true
        }
        return isChanged
    }
}

private struct Assignment: ColumnModifier {
    let value: Value
    mutating func visit<C: ColumnValue>(_ column: inout C) throws { column = try C(value) }
}

private struct MutationApplication: ColumnModifier {
    let mutation: Mutation
    mutating func visit<C: ColumnValue>(_ column: inout C) throws { try column.apply(mutation) }
}

private struct ValueInspector: ColumnInspector {
    var column: (any ColumnValue)?
    mutating func visit<C: ColumnValue>(_ column: C) { self.column = column }
}

private struct ColumnCopy: ColumnModifier {
    let column: any ColumnValue
    mutating func visit<C: ColumnValue>(_ column: inout C) throws {
        if let copy = self.column as? C { column = copy }
    }
}
