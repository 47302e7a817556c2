package import NeutronAPI
import OVSDB

/// A resource that needs no more than its table of attributes, its row, and its rules: to create, update and delete it is
/// the same for all of them.
package protocol RuledResource: RowResource, DeclaredResource {
    /// The revision of a new one.
    static var firstRevision: Int { get }

    /// Reads what the row has in columns; what is kept in `external_ids` is there already.
    mutating func read(_ row: Row, in snapshot: Snapshot)
    /// Writes columns, and the keys by which the row is found.
    func write(to row: inout Row)

    /// The rules between this resource and all others: refuses a change, completes `new`, and adds operations on other
    /// rows to the draft. Without `old` it is made, without `new` deleted; its own row follows.
    static func apply(from old: Self?, to new: inout Self?, _ given: Given<Self>, in draft: inout Draft) throws
}

extension RuledResource {
    package static var firstRevision: Int { 0 }

    package mutating func read(_ row: Row, in snapshot: Snapshot) {}

    package static func find(_ id: ID<Self>, in snapshot: Snapshot) -> Self? {
        row(id, in: snapshot).flatMap { Self(id, $0, in: snapshot) }
    }

    /// Nil where the row is not ours.
    init?(_ id: ID<Self>, _ row: Row, in snapshot: Snapshot) {
        guard let standard = StandardAttributes(externalIDs: row.externalIDs) else { return nil }
        self.init(id: id, standard: standard)
        let keys = row.externalIDs
        Self.attributes.take({ keys[$0] }, into: &self)
        read(row, in: snapshot)
    }

    /// The row with this resource in it; what others have there stays.
    func written(to row: Row) -> Row {
        var row = row
        standard.write(to: &row.externalIDs)
        for (key, text) in Self.attributes.texts(of: self) { row.externalIDs[key] = text }
        write(to: &row)
        return row
    }

    package static func create(_ id: ID<Self>, _ given: Given<Self>, in draft: inout Draft) throws -> Self {
        if draft.isRepetition, let made = find(id, in: try draft.snapshot()) { return made }
        var made = Self(id: id, standard: draft.created(given.projectID, "", revision: firstRevision))
        given.apply(to: &made)
        return try insert(made, given, in: &draft)
    }

    /// Makes one that is not of a request.
    static func insert(_ made: Self, _ given: Given<Self> = Given(), in draft: inout Draft) throws -> Self {
        var new: Self? = made
        try apply(from: nil, to: &new, given, in: &draft)
        let made = new ?? made
        draft.insert(made.written(to: Row(id: RowID(of: made.id))))
        return made
    }

    package static func update(
        _ id: ID<Self>, _ given: Given<Self>, ifRevision revision: Int?, in draft: inout Draft
    ) throws -> Self {
        try change(id, given, ifRevision: revision, in: &draft) { given.apply(to: &$0) }
    }

    /// Changes one as `body` says.
    static func change(
        _ id: ID<Self>, _ given: Given<Self> = Given(), ifRevision revision: Int? = nil, in draft: inout Draft,
        _ body: (inout Self) throws -> Void
    ) throws -> Self {
        let snapshot = try draft.snapshot()
        guard let row = row(id, in: snapshot), let old = Self(id, row, in: snapshot) else {
            throw notFound(id.description)
        }
        try draft.check(revision, against: old.standard)
        var changed = old
        try body(&changed)
        var new: Self? = changed
        try apply(from: old, to: &new, given, in: &draft)
        guard var new, new != old else { return old }
        draft.touch(&new.standard)
        draft.expectUnchanged(row)
        draft.change(row, to: new.written(to: row))
        return new
    }

    package static func delete(_ id: ID<Self>, ifRevision revision: Int?, in draft: inout Draft) throws {
        let snapshot = try draft.snapshot()
        guard let row = row(id, in: snapshot), let old = Self(id, row, in: snapshot) else {
            if draft.isRepetition { return }
            throw notFound(id.description)
        }
        try draft.check(revision, against: old.standard)
        var new: Self?
        try apply(from: old, to: &new, Given(), in: &draft)
        draft.expectUnchanged(row)
        draft.delete(row)
    }
}
