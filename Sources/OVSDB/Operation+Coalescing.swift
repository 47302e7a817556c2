extension [Operation] {
    /// The same transaction with fewer operations: elements that several operations insert into the same set of the same row are
    /// inserted by the first of them. Nothing else changes its place.
    package func coalesced() -> [Operation] {
        var result: [Operation] = []
        result.reserveCapacity(count)
        /// Where a set got its last insertion, and nothing has touched it since.
        var open: [ColumnPlace: Int] = [:]
        for operation in self {
            guard case .mutateRow(let table, let id, let mutations) = operation else {
                if case .updateRow(let row, _) = operation { open = open.filter { $0.key.row != row.id } }
                if operation.isByCondition { open = [:] }
                result.append(operation)
                continue
            }
            if mutations.count == 1, mutations[0].mutator == .insert, case .set(let elements) = mutations[0].value {
                let place = ColumnPlace(row: id, column: mutations[0].column)
                if let first = open[place], case .mutateRow(_, _, let earlier) = result[first],
                    case .set(let before) = earlier[0].value
                {
                    let merged = Mutation(place.column, .insert, .set(before + elements))
                    result[first] = .mutateRow(in: table, id: id, mutations: [merged])
                    continue
                }
                open[place] = result.count
            } else {
                for mutation in mutations { open[ColumnPlace(row: id, column: mutation.column)] = nil }
            }
            result.append(operation)
        }
        return result
    }
}

private struct ColumnPlace: Hashable {
    let row: RowID
    let column: String
}

extension Operation {
    /// Whether it may change any row.
    fileprivate var isByCondition: Bool {
        switch self {
        case .update, .mutate, .delete: true
        default: false
        }
    }
}
