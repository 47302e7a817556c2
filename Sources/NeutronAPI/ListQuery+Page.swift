extension Resource {
    /// See ``ListQuery/page(of:after:)``. A requirement of the protocol, so that each kind has code of its own: resources are
    /// large, and code that is generic over them copies them with all that they refer to.
    package static func page(_ query: ListQuery<Self>, of resources: [Self], after marker: Self?) -> [Self] {
        var entries: [PageEntry] = []
        entries.reserveCapacity(query.filters.isEmpty ? resources.count : 64)
        for position in resources.indices where query.filters.allSatisfy({ $0(resources[position]) }) {
            entries.append(PageEntry(query.order, resources[position], position))
        }
        let ascending = query.order.map(\.isAscending)
        if query.limit != nil, let marker {
            let mark = PageEntry(query.order, marker, -1)
            entries.removeAll { entry in
                query.isReversed ? !entry.precedes(mark, ascending) : !mark.precedes(entry, ascending)
            }
        }
        entries.sort { $0.precedes($1, ascending) }
        let page =
            switch query.limit {
            case nil: entries[...]
            case let limit?: query.isReversed ? entries.suffix(limit) : entries.prefix(limit)
            }
        return page.map { resources[$0.position] }
    }
}

/// What a resource is sorted by, and where it is.
private struct PageEntry {
    let first: SortKey
    let rest: [SortKey]
    let position: Int

    init<Of>(_ order: [ListQuery<Of>.SortOrder], _ resource: Of, _ position: Int) {
        // There is always one: the identifier.
        first = order.first?.key(resource) ?? .nothing
        rest = order.count > 1 ? order.dropFirst().map { $0.key(resource) } : []
        self.position = position
    }

    func precedes(_ other: PageEntry, _ ascending: [Bool]) -> Bool {
        if first != other.first { return (first < other.first) == ascending[0] }
        for (index, pair) in zip(rest, other.rest).enumerated() where pair.0 != pair.1 {
            return (pair.0 < pair.1) == ascending[index + 1]
        }
        return false
    }
}
