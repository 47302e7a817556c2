import JSONCoding

/// How the server writes the changes of a monitored table.
enum UpdateFormat: Sendable {
    /// `<table-updates>` of RFC 7047 §4.1.6: old and new rows.
    case rows
    /// `<table-updates2>` of ovsdb-server(7) §4.1.14: differences.
    case differences
}

extension Replica {
    /// Applies the `<table-updates>` that `reader` stands before. `record`, unless nil, gets every row's change.
    ///
    /// If it throws, the replica is partly changed and must be thrown away.
    mutating func apply(
        updates reader: inout JSONReader, _ format: UpdateFormat, record: inout [Change]?
    ) throws {
        try forEachTable(of: &reader) { replica, slot, reader in
            var rows = try reader.beginObject()
            while let text = try reader.nextKey(&rows) {
                let id = try reader.uuid(text)
                switch format {
                case .rows: try replica.applyRows(slot, id, &reader, &record)
                case .differences: try replica.applyDifference(slot, id, &reader, &record)
                }
            }
        }
    }

    /// Fills an empty replica with the `<table-updates>` of a monitor's reply.
    mutating func load(_ reader: inout JSONReader, _ format: UpdateFormat) throws {
        try forEachTable(of: &reader) { replica, slot, reader in
            let names = replica.layout.columns[slot]
            try replica.layout.tables[slot].type.load(&reader, format, names, into: &replica.tables[slot])
        }
    }

    private mutating func forEachTable(
        of reader: inout JSONReader, _ body: (inout Replica, _ slot: Int, inout JSONReader) throws -> Void
    ) throws {
        var updates = try reader.beginObject()
        while let name = try reader.nextKey(&updates) {
            if let slot = layout.slots[try reader.shared(name)] {
                try body(&self, slot, &reader)
            } else {
                try reader.skipValue()
            }
        }
    }

    private mutating func applyDifference(
        _ slot: Int, _ id: RowID, _ reader: inout JSONReader, _ record: inout [Change]?
    ) throws {
        var update = try reader.beginObject()
        guard let kind = try reader.nextKey(&update) else { throw reader.malformed("an empty row update") }
        if reader.matches(kind, "modify") {
            guard let old = tables[slot][id] else {
                throw OVSDBError(.malformed, "the server changes row \(id), which it never sent")
            }
            var new = old
            try new.decode(&reader, layout.columns[slot], isDifference: true)
            put(slot, new, &record)
        } else if reader.matches(kind, "insert") || reader.matches(kind, "initial") {
            put(slot, try layout.tables[slot].type.decoded(id, &reader, layout.columns[slot]), &record)
        } else if reader.matches(kind, "delete") {
            try reader.skipValue()
            remove(slot, id, &record)
        } else {
            throw reader.malformed("an unknown kind of row update")
        }
        guard try reader.nextKey(&update) == nil else { throw reader.malformed("two changes of one row") }
    }

    private mutating func applyRows(
        _ slot: Int, _ id: RowID, _ reader: inout JSONReader, _ record: inout [Change]?
    ) throws {
        var update = try reader.beginObject()
        var new: (any Row)?
        while let kind = try reader.nextKey(&update) {
            if reader.matches(kind, "new"), try !reader.takeNull() {
                new = try layout.tables[slot].type.decoded(id, &reader, layout.columns[slot])
            } else if reader.matches(kind, "old") {
                try reader.skipValue()
            } else if !reader.matches(kind, "new") {
                throw reader.malformed("an unknown kind of row update")
            }
        }
        if let new { put(slot, new, &record) } else { remove(slot, id, &record) }
    }

    private mutating func put(_ slot: Int, _ row: any Row, _ record: inout [Change]?) {
        let old = tables[slot].put(row)
        record?.append(old.map { .updated(old: $0, new: row) } ?? .inserted(row))
    }

    private mutating func remove(_ slot: Int, _ id: RowID, _ record: inout [Change]?) {
        if let old = tables[slot].remove(id) { record?.append(.deleted(old)) }
    }
}

extension Row {
    /// Fills a table with the rows of the `<table-update>` that `reader` stands before.
    static func load(
        _ reader: inout JSONReader, _ format: UpdateFormat, _ names: ColumnNames, into table: inout TableContents
    ) throws {
        var rows = try reader.beginObject()
        try table.load(Self.self) {
            guard let text = try reader.nextKey(&rows) else { return nil }
            var row = Self(id: try reader.uuid(text))
            var update = try reader.beginObject()
            guard let kind = try reader.nextKey(&update),
                reader.matches(kind, format == .rows ? "new" : "initial") || reader.matches(kind, "insert")
            else { throw reader.malformed("a first copy with something else than rows") }
            try row.decode(&reader, names, isDifference: false)
            guard try reader.nextKey(&update) == nil else { throw reader.malformed("two changes of one row") }
            return row
        }
    }

    /// A row with the columns of the object that `reader` stands before.
    static func decoded(_ id: RowID, _ reader: inout JSONReader, _ names: ColumnNames) throws -> any Row {
        var row = Self(id: id)
        try row.decode(&reader, names, isDifference: false)
        return row
    }

    /// Takes the columns of the object that `reader` stands before; those that are not replicated are stepped over.
    mutating func decode(_ reader: inout JSONReader, _ names: ColumnNames, isDifference: Bool) throws {
        var decoder = ColumnDecoder(reader: reader, isDifference: isDifference)
        var seen: UInt64 = 0
        var hint = -1
        var columns = try decoder.reader.beginObject()
        while let name = try decoder.reader.nextKey(&columns) {
            let text = UnsafeRawBufferPointer(rebasing: reader.bytes[name.range])
            guard let position = names.position(of: text, hint: &hint) else {
                try decoder.reader.skipValue()
                continue
            }
            let bit: UInt64 = 1 << UInt64(position)
            guard seen & bit == 0 else {
                throw decoder.reader.malformed("column \(Self.columns[position].name) twice in row \(id)")
            }
            seen |= bit
            try modify(position, with: &decoder)
        }
        reader.position = decoder.reader.position
    }
}

private struct ColumnDecoder: ColumnModifier {
    var reader: JSONReader
    let isDifference: Bool

    mutating func visit<C: ColumnValue>(_ column: inout C) throws {
        if isDifference {
            try column.decodeDifference(from: &reader)
        } else {
            try column.decode(from: &reader)
        }
    }
}
