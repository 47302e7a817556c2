/// What a `GET` of a collection asks for: filters, fields, order and page.
package struct ListQuery<Of: Resource>: Sendable {
    /// Every one must let a resource pass.
    private(set) var filters: [Attribute<Of>.Filter]
    package let fields: [Attribute<Of>]
    /// Last comes the identifier, so that the order is always total.
    let order: [SortOrder]
    /// Whether the order is by the identifier alone, as it is where the query says nothing: then a marker is a place, and
    /// need not be that of a resource which is still there.
    package let isByIdentifier: Bool
    /// The resources of a page: what the client asks for, up to the largest page.
    package let limit: Int
    /// The identifier of the last resource that the client has seen.
    package let marker: String?
    package let isReversed: Bool
    /// Whether the client asked for everything. Where that fits into a page, there is no other to lead to.
    private let wantsAll: Bool
    private let query: QueryString

    /// The parameters that one query may have.
    package static var maximumParameters: Int { 1_000 }
    /// What one query may sort by.
    static var maximumSortKeys: Int { 16 }

    /// The parameters that are not filters.
    private static var reserved: [String] { ["fields", "sort_key", "sort_dir", "limit", "marker", "page_reverse"] }

    /// One thing to sort by.
    struct SortOrder: Sendable {
        let key: @Sendable (Of) -> SortKey
        let isAscending: Bool
    }

    /// `pageSize` is the largest page, for a client that asks for more, for everything, or does not say. `hidden` are
    /// attributes that the requester may not see: it cannot filter or sort by them either.
    package init(_ query: QueryString, pageSize: Int, hiding hidden: Set<String> = []) throws(NeutronError) {
        guard query.items.count <= Self.maximumParameters else {
            throw .badRequest("The query has more than \(Self.maximumParameters) parameters.")
        }
        self.query = query
        fields = Of.attributes.fields(query["fields"].filter { !$0.isEmpty }, hiding: hidden)
        filters = try Self.filters(query, hidden)
        order = try Self.order(query, hidden)
        let keys = query["sort_key"].filter { !$0.isEmpty }
        isByIdentifier = keys.isEmpty || keys[0] == "id"
        let asked = try Self.limit(query)
        limit = min(asked ?? pageSize, pageSize)
        wantsAll = asked == nil
        marker = query["marker"].first
        isReversed = query["page_reverse"].first?.lowercased() == "true"
    }

    /// Leaves out resources for which `isVisible` says no, before they are counted into pages.
    package mutating func restrict(to isVisible: @escaping @Sendable (Of) -> Bool) { filters.append(isVisible) }

    private static func filters(_ query: QueryString, _ hidden: Set<String>) throws(NeutronError) -> [Attribute<Of>
        .Filter]
    {
        var names: [String] = []
        var values: [String: [String]] = [:]
        for item in query.items where !reserved.contains(item.name) {
            if values[item.name] == nil { names.append(item.name) }
            values[item.name, default: []].append(item.value)
        }
        var unknown: [String] = []
        var filters: [Attribute<Of>.Filter] = []
        for name in names {
            if let filter = Of.attributes[name]?.filter, !hidden.contains(name) {
                filters.append(try filter(values[name] ?? []))
            } else {
                unknown.append(name)
            }
        }
        guard unknown.isEmpty else { throw .badRequest("\(unknown.pythonList) is invalid attribute for filtering") }
        return filters
    }

    private static func order(
        _ query: QueryString, _ hidden: Set<String>
    ) throws(NeutronError) -> [SortOrder] {
        let keys = query["sort_key"].filter { !$0.isEmpty }
        let directions = query["sort_dir"].filter { !$0.isEmpty }
        guard keys.count == directions.count else {
            throw .badRequest("The number of sort_keys and sort_dirs must be same")
        }
        guard keys.count <= maximumSortKeys else {
            throw .badRequest("The query has more than \(maximumSortKeys) sort_keys.")
        }
        let invalidKeys = keys.filter { Of.attributes[$0]?.sortKey == nil || hidden.contains($0) }
        guard invalidKeys.isEmpty else {
            throw .badRequest("\(invalidKeys.pythonList) is invalid attribute for sort_keys")
        }
        let invalidDirections = directions.filter { $0 != "asc" && $0 != "desc" }
        guard invalidDirections.isEmpty else {
            throw .badRequest(
                "\(invalidDirections.pythonList) is invalid value for sort_dirs, valid value is 'asc' and 'desc'")
        }
        var order: [SortOrder] = []
        for (key, direction) in zip(keys, directions) {
            if let sortKey = Of.attributes[key]?.sortKey {
                order.append(SortOrder(key: sortKey, isAscending: direction == "asc"))
            }
        }
        if !keys.contains("id") { order.append(SortOrder(key: { SortKey($0.id) }, isAscending: true)) }
        return order
    }

    private static func limit(_ query: QueryString) throws(NeutronError) -> Int? {
        guard let text = query["limit"].first else { return nil }
        guard let limit = Int(text.trimmed), limit >= 0 else {
            throw .badRequest(resource: "limit", "Limit must be an integer 0 or greater and not '\(text.shortened)'")
        }
        return limit == 0 ? nil : limit
    }

    /// The identifiers that the query names, each once; nil where it names none.
    package var identifiers: [ID<Of>]? {
        let texts = query["id"]
        return texts.isEmpty ? nil : Array(Set(texts.compactMap { ID<Of>($0) }))
    }

    /// Whether everything passes.
    package var isUnfiltered: Bool { filters.isEmpty }

    /// Whether everything passes that has the values which the query names for these attributes.
    package func isFiltered(onlyBy names: [String]) -> Bool {
        filters.count == names.count { !self[$0].isEmpty }
    }

    /// The values that the query has for an attribute, any of which may be that of a resource.
    package subscript(_ name: String) -> [String] { query[name] }

    /// Of the first key.
    package var isAscending: Bool { order.first?.isAscending ?? true }

    /// The only value that the query has for an attribute; nil where it has none or several. For look-ups by index before
    /// the filters.
    package func only(_ name: String) -> String? {
        let values = query[name]
        return values.count == 1 ? values[0] : nil
    }
}

extension ListQuery {
    package func matches(_ resource: Of) -> Bool { filters.allSatisfy { $0(resource) } }

    /// The `<collection>_links` of a page: where the next and the previous one are. `path` is the URL without its query.
    package func links(_ page: [ID<Of>], path: String) -> [(relation: String, href: String)] {
        if wantsAll, marker == nil, !isReversed, page.count < limit { return [] }
        var links: [(relation: String, href: String)] = []
        if page.count >= limit || isReversed { links.append(("next", href(path, page.last, reversed: false))) }
        if page.count >= limit || !isReversed { links.append(("previous", href(path, page.first, reversed: true))) }
        return links
    }

    private func href(_ path: String, _ marker: ID<Of>?, reversed: Bool) -> String {
        var items = query.items.filter { $0.name != "marker" && $0.name != "page_reverse" }
        if let marker { items.append(("marker", marker.description)) }
        if reversed { items.append(("page_reverse", "True")) }
        return "\(path)?\(QueryString(items).encoded)"
    }
}
