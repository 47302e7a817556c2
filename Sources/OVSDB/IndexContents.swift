internal import HashTreeCollections

/// Which rows one index has under which hash.
///
/// What was there when the table was loaded lies in one sorted array, which costs a quarter of a tree's memory and time to make; what
/// changed since lies over it, whole groups at a time.
struct IndexContents: Sendable {
    /// One row under one hash.
    struct Entry: Sendable {
        let hash: Int
        let id: RowID
    }

    /// Ascending by hash.
    private var base: [Entry] = []
    /// Groups that changed since `base` was made.
    private var changed: TreeDictionary<Int, RowIDs> = [:]

    /// Replaces everything.
    mutating func load(_ entries: [Entry]) {
        base = entries.sorted { $0.hash < $1.hash }
        changed = [:]
    }

    func count(_ hash: Int) -> Int {
        changed[hash]?.count ?? Self.range(hash, in: base).count
    }

    func forEach(_ hash: Int, _ body: (RowID) -> Void) {
        if let ids = changed[hash] { return ids.forEach(body) }
        for place in Self.range(hash, in: base) { body(base[place].id) }
    }

    mutating func insert(_ id: RowID, _ hash: Int) {
        changed[hash, default: Self.group(hash, in: base)].insert(id)
    }

    mutating func remove(_ id: RowID, _ hash: Int) {
        let isEmpty = changed[hash, default: Self.group(hash, in: base)].remove(id)
        // An empty group only says something if `base` still has one.
        if isEmpty, Self.range(hash, in: base).isEmpty { changed.removeValue(forKey: hash) }
    }

    /// The group as it was loaded.
    private static func group(_ hash: Int, in base: [Entry]) -> RowIDs {
        let range = range(hash, in: base)
        switch range.count {
        case 0: return .none
        case 1: return .one(base[range.lowerBound].id)
        default: return .many(TreeSet(base[range].lazy.map(\.id)))
        }
    }

    private static func range(_ hash: Int, in base: [Entry]) -> Range<Int> {
        let start = base.partitionPoint { $0.hash >= hash }
        guard start < base.count, base[start].hash == hash else { return start..<start }
        // Nearly always one.
        if start + 1 == base.count || base[start + 1].hash != hash { return start..<start + 1 }
        return start..<base.partitionPoint { $0.hash > hash }
    }
}

/// The rows under one hash. Nearly always one; the thousands of ports of one network stay cheap to change.
enum RowIDs: Sendable {
    case none
    case one(RowID)
    case many(TreeSet<RowID>)

    var count: Int {
        switch self {
        case .none: 0
        case .one: 1
        case .many(let ids): ids.count
        }
    }

    mutating func insert(_ id: RowID) {
        switch self {
        case .none: self = .one(id)
        case .one(let first): if first != id { self = .many([first, id]) }
        case .many(var ids):
            self = .none  // so that the set is changed in place
            ids.insert(id)
            self = .many(ids)
        }
    }

    /// Answers whether none is left.
    mutating func remove(_ id: RowID) -> Bool {
        switch self {
        case .none: break
        case .one(let first): if first == id { self = .none }
        case .many(var ids):
            self = .none
            ids.remove(id)
            if !ids.isEmpty { self = .many(ids) }
        }
        return count == 0
    }

    func forEach(_ body: (RowID) -> Void) {
        switch self {
        case .none: break
        case .one(let id): body(id)
        case .many(let ids): for id in ids { body(id) }
        }
    }
}
