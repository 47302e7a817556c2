import OVSDB

extension Operation {
    /// The operations that turn row `old` into `new`; none where they are equal. Maps are changed key by key, so that
    /// keys which others write concurrently stay.
    static func changes<R: Row>(from old: R, to new: R, maps: [Column<R, StringMap>]) -> [Operation] {
        var operations: [Operation] = []
        let mapPositions = Set(maps.map(\.position))
        let changed = AnyColumn<R>.all.filter { column in
            !mapPositions.contains(column.position) && old.value(of: column) != new.value(of: column)
        }
        if !changed.isEmpty { operations.append(.update(new, columns: changed)) }
        let mutations = maps.flatMap { $0.mutations(from: $0.value(in: old), to: $0.value(in: new)) }
        if !mutations.isEmpty { operations.append(.mutate(R.self, new.id, mutations)) }
        return operations
    }
}

extension Column where V == StringMap {
    fileprivate func mutations(from old: StringMap, to new: StringMap) -> [RowMutation<R>] {
        guard old != new else { return [] }
        var put = StringMap()
        for (key, value) in new where old[key] != value { put[key] = value }
        let gone = old.keys.filter { new[$0] == nil }
        return (gone.isEmpty ? [] : [.removeKeys(self, gone)]) + (put.isEmpty ? [] : [.put(self, put)])
    }
}

extension Row {
    fileprivate func value(of column: AnyColumn<Self>) -> Value {
        var reader = ValueReader()
        inspect(column.position, with: &reader)
        return reader.value
    }
}

private struct ValueReader: ColumnInspector {
    var value = Value.set([])
    mutating func visit<C: ColumnValue>(_ column: C) { value = column.value }
}
