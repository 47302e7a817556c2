import NetworkStore
import NeutronAPI

/// Finds one page of a list, a slice of the resources at a time, yielding to other requests in between.
struct PageFinder<Of: ServedResource>: Sendable {
    let query: ListQuery<Of>
    /// The resource after which the page begins. Needed unless the order is by identifier alone.
    let marker: Of?
    let snapshot: Snapshot

    /// Resources per slice: a few milliseconds at most.
    private static var slice: Int { 256 }

    /// The number of resources examined, at most.
    func cost(among candidates: Candidates<Of>) -> Int {
        query.isByIdentifier && candidates.arePage ? 0 : candidates.ids.count
    }

    func find(among candidates: Candidates<Of>) async -> [ID<Of>] {
        query.isByIdentifier ? await byIdentifier(candidates) : await byOtherKeys(candidates.ids)
    }

    /// Examines no more than it takes to fill the page.
    private func byIdentifier(_ candidates: Candidates<Of>) async -> [ID<Of>] {
        var mark = query.marker.flatMap { ID<Of>($0) }
        let isUpwards = query.isAscending != query.isReversed
        var page: [ID<Of>] = []
        if candidates.arePage {
            page = candidates.ids.next(after: mark, upwards: isUpwards, limit: query.limit)
        } else {
            var slice = min(Self.slice, max(16, query.limit))
            while page.count < query.limit {
                let ids = candidates.ids.next(after: mark, upwards: isUpwards, limit: slice)
                guard let last = ids.last else { break }
                page += Of.choose(among: Of.find(ids[...], in: snapshot), query)
                mark = last
                slice = Self.slice
                await Task.yield()
            }
            page = Array(page.prefix(query.limit))
        }
        return query.isReversed ? page.reversed() : page
    }

    private func byOtherKeys(_ candidates: OrderedIDs<Of>) async -> [ID<Of>] {
        var page = ListPage(query, after: marker)
        var mark: ID<Of>?
        while true {
            let ids = candidates.next(after: mark, upwards: true, limit: Self.slice)
            guard let last = ids.last else { return page.finish() }
            Of.offer(Of.find(ids[...], in: snapshot), to: &page)
            mark = last
            await Task.yield()
        }
    }
}
