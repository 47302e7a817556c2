/// Finds a page of a list whose order is any: every resource is offered once, some at a time, and no more are kept than a
/// few pages.
package struct ListPage<Of: Resource>: Sendable {
    fileprivate let query: ListQuery<Of>
    private let ascending: [Bool]
    private let mark: PageEntry<Of>?
    private var entries: [PageEntry<Of>] = []
    /// Where what cannot be on the page is dropped.
    private let capacity: Int

    /// `marker` is the resource after which the page begins, or before which it ends.
    package init(_ query: ListQuery<Of>, after marker: Of?) {
        self.query = query
        ascending = query.order.map(\.isAscending)
        mark = marker.map { PageEntry(query.order, $0) }
        capacity = max(4 * query.limit, 1_024)
    }

    fileprivate mutating func offer(_ resource: Of) {
        guard query.matches(resource) else { return }
        let entry = PageEntry(query.order, resource)
        if let mark {
            guard query.isReversed ? entry.precedes(mark, ascending) : mark.precedes(entry, ascending) else { return }
        }
        entries.append(entry)
        if entries.count == capacity { shorten() }
    }

    private mutating func shorten() {
        entries.sort { $0.precedes($1, ascending) }
        entries = Array(query.isReversed ? entries.suffix(query.limit) : entries.prefix(query.limit))
    }

    /// The page, in order, once all were offered.
    package mutating func finish() -> [ID<Of>] {
        shorten()
        return entries.map(\.id)
    }
}

// Requirements of the protocol, so that each kind has code of its own: resources are large, and code that is generic over
// them copies them with all that they refer to.
extension Resource {
    package static func choose(among resources: [Self], _ query: ListQuery<Self>) -> [ID<Self>] {
        var chosen: [ID<Self>] = []
        for position in resources.indices where query.matches(resources[position]) {
            chosen.append(resources[position].id)
        }
        return chosen
    }

    package static func offer(_ resources: [Self], to page: inout ListPage<Self>) {
        for position in resources.indices { page.offer(resources[position]) }
    }
}

/// What a resource is sorted by, and which it is.
private struct PageEntry<Of: Resource>: Sendable {
    let first: SortKey
    let rest: [SortKey]
    let id: ID<Of>

    init(_ order: [ListQuery<Of>.SortOrder], _ resource: Of) {
        // There is always one: the identifier.
        first = order.first?.key(resource) ?? .nothing
        rest = order.count > 1 ? order.dropFirst().map { $0.key(resource) } : []
        id = resource.id
    }

    func precedes(_ other: PageEntry, _ ascending: [Bool]) -> Bool {
        if first != other.first { return (first < other.first) == ascending[0] }
        for (index, pair) in zip(rest, other.rest).enumerated() where pair.0 != pair.1 {
            return (pair.0 < pair.1) == ascending[index + 1]
        }
        return false
    }
}
