package import NeutronAPI

/// A resource of the store: how it is found in a snapshot, and planned in a draft.
package protocol StoredResource: Resource {
    /// All identifiers.
    static func ids(in snapshot: Snapshot) -> OrderedIDs<Self>
    static func find(_ id: ID<Self>, in snapshot: Snapshot) -> Self?
    /// Those with these identifiers, in that order; missing ones are left out.
    static func find(_ ids: ArraySlice<ID<Self>>, in snapshot: Snapshot) -> [Self]

    /// Refuses what depends on the configuration alone.
    static func check(new request: Create, _ configuration: NetworkStoreConfiguration) throws(NeutronError)
    static func check(change update: Update, _ configuration: NetworkStoreConfiguration) throws(NeutronError)

    static func create(_ id: ID<Self>, _ request: Create, in draft: inout Draft) throws -> Self
    /// Changes it, if it has `revision`.
    static func update(_ id: ID<Self>, _ update: Update, ifRevision revision: Int?, in draft: inout Draft) throws
        -> Self
    static func delete(_ id: ID<Self>, ifRevision revision: Int?, in draft: inout Draft) throws
    /// Writes the tags that `body` makes of the present ones.
    static func changeTags(of id: ID<Self>, in draft: inout Draft, _ body: (inout [String]) throws -> Void) throws
}

extension StoredResource {
    package static func find(_ ids: ArraySlice<ID<Self>>, in snapshot: Snapshot) -> [Self] {
        ids.compactMap { find($0, in: snapshot) }
    }

    package static func check(new request: Create, _ configuration: NetworkStoreConfiguration) throws(NeutronError) {}
    package static func check(change update: Update, _ configuration: NetworkStoreConfiguration) throws(NeutronError) {}
}

extension NetworkStore {
    /// A resource as a project sees it.
    package func find<Of: StoredResource>(_ id: ID<Of>, for project: String? = nil) async throws -> Of {
        try await find(for: project, { Of.find(id, in: $0) }, else: Of.notFound(id.description))
    }

    /// Creates resources, all or none.
    ///
    /// `check` throws unless they may be made on what the snapshot has, whenever the change is planned; nil: they may on
    /// any.
    package func create<Of: StoredResource>(
        _ type: Of.Type = Of.self, _ requests: [Of.Create],
        provided check: (@Sendable (Snapshot) throws -> Void)? = nil
    ) async throws -> [Of] {
        for request in requests { try Of.check(new: request, configuration) }
        let named = requests.map { (id: ID<Of>.random(), request: $0) }
        return try await change { draft in
            if let check { try check(try draft.snapshot()) }
            try draft.takeQuota(for: named)
            return try named.map { try Of.create($0.id, $0.request, in: &draft) }
        }
    }

    /// Changes a resource, if it has `revision`.
    package func update<Of: StoredResource>(
        _ id: ID<Of>, _ update: Of.Update, ifRevision revision: Int? = nil
    ) async throws -> Of {
        try Of.check(change: update, configuration)
        return try await change { draft in try Of.update(id, update, ifRevision: revision, in: &draft) }
    }

    /// Deletes a resource, if it has `revision`.
    package func delete<Of: StoredResource>(_ id: ID<Of>, ifRevision revision: Int? = nil) async throws {
        try await change { draft in try Of.delete(id, ifRevision: revision, in: &draft) }
    }

    /// Replaces the tags of a resource.
    package func setTags<Of: StoredResource>(_ tags: [String], of id: ID<Of>) async throws {
        try await change { draft in try Of.changeTags(of: id, in: &draft) { $0 = tags } }
    }

    /// Adds tags to a resource; existing ones stay.
    package func addTags<Of: StoredResource>(_ tags: [String], to id: ID<Of>) async throws {
        try await change { draft in try Of.changeTags(of: id, in: &draft) { $0 += tags } }
    }

    /// Removes a tag of a resource, which must have it.
    package func removeTag<Of: StoredResource>(_ tag: String, of id: ID<Of>) async throws {
        try await change { draft in
            try Of.changeTags(of: id, in: &draft) { tags in
                guard let place = tags.firstIndex(of: tag) else { throw NeutronError.tagNotFound(tag) }
                tags.remove(at: place)
            }
        }
    }
}

/// A resource with a row of its own.
package protocol RowResource: StoredResource {
    associatedtype Row: OwnedRow

    static func row(_ id: ID<Self>, in snapshot: Snapshot) -> Row?
}

extension RowResource {
    package static func changeTags(
        of id: ID<Self>, in draft: inout Draft, _ body: (inout [String]) throws -> Void
    ) throws {
        guard let row = row(id, in: try draft.snapshot()),
            var standard = StandardAttributes(externalIDs: row.externalIDs)
        else { throw notFound(id.description) }
        let old = standard.tags
        standard.tags = try draft.tags(old, body)
        guard standard.tags != old else { return }
        draft.touch(&standard)
        var changed = row
        standard.write(to: &changed.externalIDs)
        draft.expectUnchanged(row)
        draft.change(row, to: changed)
    }
}

extension Draft {
    /// What a change makes of a resource's tags: sorted, without duplicates.
    func tags(_ old: [String], _ body: (inout [String]) throws -> Void) throws -> [String] {
        var tags = old
        do {
            try body(&tags)
        } catch  where isRepetition {
            // The tag is gone: by the try whose outcome was unknown.
            return old
        }
        return Set(tags).sorted()
    }
}
