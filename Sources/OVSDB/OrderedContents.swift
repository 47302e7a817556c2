/// What one ordered index has: the numbers of rows, by hash and then by size.
///
/// They lie in leaves of a few hundred, in one array: a change copies its leaf and the array of leaves, and what else refers to the
/// others keeps them as they were.
struct OrderedContents: Sendable {
    /// The number of one row under one hash. Rows that have both alike are there as often as there are rows.
    struct Entry: Hashable, Comparable, Sendable {
        let hash: Int
        private let high: UInt64
        private let low: UInt64

        init(hash: Int, number: UInt128) {
            self.hash = hash
            high = UInt64(truncatingIfNeeded: number >> 64)
            low = UInt64(truncatingIfNeeded: number)
        }

        var number: UInt128 { UInt128(high) << 64 | UInt128(low) }

        static func < (a: Self, b: Self) -> Bool { (a.hash, a.high, a.low) < (b.hash, b.high, b.low) }
    }

    private struct Place {
        var leaf: Int
        var offset: Int
    }

    /// A leaf of more is split.
    private static let fullLeaf = 512

    /// Ascending, none of them empty.
    private var leaves: [[Entry]] = []

    /// Replaces everything.
    mutating func load(_ entries: [Entry]) {
        let sorted = entries.sorted()
        leaves = stride(from: 0, to: sorted.count, by: Self.fullLeaf / 2).map {
            Array(sorted[$0..<min($0 + Self.fullLeaf / 2, sorted.count)])
        }
    }

    mutating func insert(_ entry: Entry) {
        guard !leaves.isEmpty else {
            leaves = [[entry]]
            return
        }
        var place = place(of: entry)
        if place.leaf == leaves.count { place = Place(leaf: leaves.count - 1, offset: leaves[leaves.count - 1].count) }
        leaves[place.leaf].insert(entry, at: place.offset)
        let count = leaves[place.leaf].count
        guard count > Self.fullLeaf else { return }
        let second = Array(leaves[place.leaf][(count / 2)...])
        leaves[place.leaf].removeLast(second.count)
        leaves.insert(second, at: place.leaf + 1)
    }

    mutating func remove(_ entry: Entry) {
        let place = place(of: entry)
        guard place.leaf < leaves.count, leaves[place.leaf][place.offset] == entry else { return }
        leaves[place.leaf].remove(at: place.offset)
        let next = place.leaf + 1
        if leaves[place.leaf].isEmpty {
            leaves.remove(at: place.leaf)
        } else if next < leaves.count, leaves[place.leaf].count + leaves[next].count <= Self.fullLeaf / 2 {
            leaves[place.leaf] += leaves.remove(at: next)
        }
    }

    func count(_ hash: Int) -> Int {
        let first = place(of: Entry(hash: hash, number: .min))
        var leaf = first.leaf
        var count = -first.offset
        while leaf < leaves.count, let last = leaves[leaf].last, last.hash == hash {
            count += leaves[leaf].count
            leaf += 1
        }
        guard leaf < leaves.count else { return count }
        return count + leaves[leaf].partitionPoint { $0.hash > hash }
    }

    /// The numbers under `hash` that follow `mark`, each once, and in the order that is asked for: `limit` at most.
    func numbers(_ hash: Int, after mark: UInt128?, upwards: Bool, limit: Int) -> [UInt128] {
        var found: [UInt128] = []
        guard limit > 0 else { return found }
        var place = place(of: Entry(hash: hash, number: mark ?? (upwards ? .min : .max)))
        if !upwards, mark == nil {
            // Behind the last, which the greatest number may be.
            while place.leaf < leaves.count, leaves[place.leaf][place.offset].hash == hash { move(&place, by: 1) }
        }
        if !upwards { move(&place, by: -1) }
        while place.leaf >= 0, place.leaf < leaves.count, found.count < limit {
            let entry = leaves[place.leaf][place.offset]
            guard entry.hash == hash else { break }
            if entry.number != mark, entry.number != found.last { found.append(entry.number) }
            move(&place, by: upwards ? 1 : -1)
        }
        return found
    }

    /// The place of the first entry that is not before `entry`; behind all leaves where there is none.
    private func place(of entry: Entry) -> Place {
        let leaf = leaves.partitionPoint { leaf in leaf.last.map { $0 >= entry } ?? true }
        guard leaf < leaves.count else { return Place(leaf: leaf, offset: 0) }
        return Place(leaf: leaf, offset: leaves[leaf].partitionPoint { $0 >= entry })
    }

    /// The next place, or the one before; a leaf of -1 is before all of them.
    private func move(_ place: inout Place, by step: Int) {
        place.offset += step
        if place.leaf < leaves.count, leaves[place.leaf].indices.contains(place.offset) { return }
        place.leaf += step
        place.offset = step > 0 || place.leaf < 0 ? 0 : leaves[place.leaf].count - 1
    }
}

extension Array {
    /// The first index whose element `isBehind`, where all from there on are; the end where none is.
    package func partitionPoint(_ isBehind: (Element) -> Bool) -> Int {
        var (low, high) = (0, count)
        while low < high {
            let middle = (low + high) / 2
            if isBehind(self[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
