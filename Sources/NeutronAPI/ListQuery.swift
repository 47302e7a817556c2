/// What a `GET` of a collection asks for: filters, fields, order and page.
package struct ListQuery<Of: Resource>: Sendable {
    /// Every one must let a resource pass.
    private(set) var filters: [Attribute<Of>.Filter]
    package private(set) var fields: [Attribute<Of>]
    /// Last comes the identifier, so that the order is always total.
    let order: [SortOrder]
    /// Nil: no paging.
    package let limit: Int?
    /// The identifier of the last resource that the client has seen; counts only with a limit.
    package let marker: String?
    package let isReversed: Bool
    private let query: QueryString

    /// The parameters that are not filters.
    private static var reserved: [String] { ["fields", "sort_key", "sort_dir", "limit", "marker", "page_reverse"] }

    /// One thing to sort by.
    struct SortOrder: Sendable {
        let key: @Sendable (Of) -> SortKey
        let isAscending: Bool
    }

    package init(_ query: QueryString) throws(NeutronError) {
        self.query = query
        fields = Of.attributes.fields(query["fields"].filter { !$0.isEmpty })
        filters = try Self.filters(query)
        order = try Self.order(query)
        limit = try Self.limit(query)
        marker = limit == nil ? nil : query["marker"].first
        isReversed = query["page_reverse"].first?.lowercased() == "true"
    }

    /// Leaves out resources for which `isVisible` says no, before they are counted into pages.
    package mutating func restrict(to isVisible: @escaping @Sendable (Of) -> Bool) { filters.append(isVisible) }

    /// Leaves attributes out of what is shown.
    package mutating func hide(_ names: Set<String>) {
        if !names.isEmpty { fields.removeAll { names.contains($0.name) } }
    }

    private static func filters(_ query: QueryString) throws(NeutronError) -> [Attribute<Of>.Filter] {
        var names: [String] = []
        for item in query.items where !reserved.contains(item.name) && !names.contains(item.name) {
            names.append(item.name)
        }
        var unknown: [String] = []
        var filters: [Attribute<Of>.Filter] = []
        for name in names {
            if let filter = Of.attributes[name]?.filter {
                filters.append(try filter(query[name]))
            } else {
                unknown.append(name)
            }
        }
        guard unknown.isEmpty else { throw .badRequest("\(unknown.pythonList) is invalid attribute for filtering") }
        return filters
    }

    private static func order(
        _ query: QueryString
    ) throws(NeutronError) -> [SortOrder] {
        let keys = query["sort_key"].filter { !$0.isEmpty }
        let directions = query["sort_dir"].filter { !$0.isEmpty }
        guard keys.count == directions.count else {
            throw .badRequest("The number of sort_keys and sort_dirs must be same")
        }
        let invalidKeys = keys.filter { Of.attributes[$0]?.sortKey == nil }
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
            throw .badRequest(resource: "limit", "Limit must be an integer 0 or greater and not '\(text)'")
        }
        return limit == 0 ? nil : limit
    }

    /// The only value that the query has for an attribute; nil where it has none or several. For look-ups by index before
    /// the filters.
    package func only(_ name: String) -> String? {
        let values = query[name]
        return values.count == 1 ? values[0] : nil
    }
}

extension ListQuery {
    package func matches(_ resource: Of) -> Bool { filters.allSatisfy { $0(resource) } }

    /// The resources of the page, in order. `marker` is the resource that the query names, if it names one.
    package func page(of resources: [Of], after marker: Of?) -> [Of] { Of.page(self, of: resources, after: marker) }

    /// The `<collection>_links` of a page: where the next and the previous one are. `path` is the URL without its query.
    package func links(_ page: [Of], path: String) -> [(relation: String, href: String)] {
        guard let limit else { return [] }
        var links: [(relation: String, href: String)] = []
        if page.count >= limit || isReversed { links.append(("next", href(path, page.last?.id, reversed: false))) }
        if page.count >= limit || !isReversed { links.append(("previous", href(path, page.first?.id, reversed: true))) }
        return links
    }

    private func href(_ path: String, _ marker: ID<Of>?, reversed: Bool) -> String {
        var items = query.items.filter { $0.name != "marker" && $0.name != "page_reverse" }
        if let marker { items.append(("marker", marker.description)) }
        if reversed { items.append(("page_reverse", "True")) }
        return "\(path)?\(QueryString(items).encoded)"
    }
}

extension JSONWriter {
    /// The reply to a list: `{"networks": […], "networks_links": […]}`.
    package mutating func list<Of: Resource>(_ page: [Of], _ query: ListQuery<Of>, path: String) {
        let links = query.links(page, path: path)
        object { writer in
            writer.name(Of.collectionName)
            Of.write(page, query.fields, to: &writer)
            guard !links.isEmpty else { return }
            writer.name("\(Of.collectionName)_links")
            writer.array(links) { writer, link in
                writer.object {
                    $0.name("rel")
                    $0.value(link.relation)
                    $0.name("href")
                    $0.value(link.href)
                }
            }
        }
    }

    /// The reply that has one resource: `{"network": {…}}`.
    package mutating func member<Of: Resource>(_ resource: Of, fields: [String] = [], hiding hidden: Set<String> = []) {
        object { writer in
            writer.name(Of.memberName)
            Of.write(resource, Of.attributes.fields(fields, hiding: hidden), to: &writer)
        }
    }

    /// The reply to a bulk request: `{"networks": […]}`.
    package mutating func members<Of: Resource>(_ resources: [Of], hiding hidden: Set<String> = []) {
        object { writer in
            writer.name(Of.collectionName)
            Of.write(resources, Of.attributes.fields([], hiding: hidden), to: &writer)
        }
    }

    /// `{"NeutronError": {"type", "message", "detail"}}`
    package mutating func error(_ error: NeutronError) {
        object { writer in
            writer.name("NeutronError")
            writer.object {
                $0.name("type")
                $0.value(error.type)
                $0.name("message")
                $0.value(error.message)
                $0.name("detail")
                $0.value(error.detail)
            }
        }
    }
}
