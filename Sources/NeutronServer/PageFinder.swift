import NetworkStore
import NeutronAPI

/// Finds one page of a list, a slice of the resources at a time: others have their turn between.
struct PageFinder<Of: StoredResource>: Sendable {
    let query: ListQuery<Of>
    /// The resource after which the page begins. Needed where the order is not by identifier alone.
    let marker: Of?
    let snapshot: Snapshot

    /// Takes a few milliseconds at most.
    private static var slice: Int { 256 }

    func find(among candidates: [ID<Of>]) async -> [ID<Of>] {
        query.isByIdentifier ? await byIdentifier(candidates) : await byOtherKeys(candidates)
    }

    /// Looks at no more than it takes to fill the page.
    private func byIdentifier(_ candidates: [ID<Of>]) async -> [ID<Of>] {
        let mark = query.marker.flatMap { ID<Of>($0) }
        let isUpwards = query.isAscending != query.isReversed
        var ids = candidates
        if let mark { ids.removeAll { isUpwards ? $0 <= mark : $0 >= mark } }
        if isUpwards { ids.sort(by: <) } else { ids.sort(by: >) }
        var page: [ID<Of>] = []
        if query.isUnfiltered {
            page = Array(ids.prefix(query.limit))
        } else {
            var slice = min(Self.slice, max(16, query.limit))
            var rest = ids[...]
            while !rest.isEmpty, page.count < query.limit {
                page += Of.choose(among: Of.resources(rest.prefix(slice), in: snapshot), query)
                rest = rest.dropFirst(slice)
                slice = Self.slice
                await Task.yield()
            }
            page = Array(page.prefix(query.limit))
        }
        return query.isReversed ? page.reversed() : page
    }

    private func byOtherKeys(_ candidates: [ID<Of>]) async -> [ID<Of>] {
        var page = ListPage(query, after: marker)
        var rest = candidates[...]
        while !rest.isEmpty {
            Of.offer(Of.resources(rest.prefix(Self.slice), in: snapshot), to: &page)
            rest = rest.dropFirst(Self.slice)
            await Task.yield()
        }
        return page.finish()
    }
}
