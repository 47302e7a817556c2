/// A set of addresses of either version. Made of blocks, and as few blocks again.
package struct AddressSet: Hashable, Sendable {
    /// Ascending, IPv4 first; they neither overlap nor touch.
    package let ranges: [IPRange]

    package init(_ blocks: some Sequence<IPPrefix>) { self.init(joining: blocks.map(\.range)) }

    private init(joining ranges: [IPRange]) {
        var joined: [IPRange] = []
        for range in ranges.sorted(by: { $0.first < $1.first }) {
            if let last = joined.last, last.version == range.version,
                last.last >= range.first || last.last.bits + 1 == range.first.bits
            {
                joined[joined.count - 1] = IPRange(ordered: last.first, max(last.last, range.last))
            } else {
                joined.append(range)
            }
        }
        self.ranges = joined
    }

    private init(separate ranges: [IPRange]) { self.ranges = ranges }

    package var isEmpty: Bool { ranges.isEmpty }

    /// The fewest blocks that have these addresses and no others, ascending.
    package var blocks: [IPPrefix] { ranges.flatMap(\.blocks) }

    /// The beginning of the first of the smallest blocks that are large enough for one of this length.
    package func block(ofLength length: Int) -> IPPrefix? {
        var best: IPPrefix?
        for block in blocks where block.length <= length && block.length > best?.length ?? -1 { best = block }
        return best.flatMap { IPPrefix($0.network, length: length) }
    }

    package func subtracting(_ other: AddressSet) -> AddressSet {
        var rest: [IPRange] = []
        var holes = other.ranges[...]
        for range in ranges {
            while let hole = holes.first, hole.last < range.first { holes.removeFirst() }
            var start: IPAddress? = range.first
            for hole in holes {
                guard let begin = start, hole.first <= range.last else { break }
                if begin < hole.first, let end = hole.first.advanced(by: -1) {
                    rest.append(IPRange(ordered: begin, end))
                }
                start = hole.last < range.last ? hole.last.advanced(by: 1) : nil
            }
            if let start { rest.append(IPRange(ordered: start, range.last)) }
        }
        return AddressSet(separate: rest)
    }

    package func isSubset(of other: AddressSet) -> Bool { subtracting(other).isEmpty }

    package func isDisjoint(with other: AddressSet) -> Bool { subtracting(other) == self }
}

extension IPRange {
    /// The fewest blocks that have these addresses and no others, ascending.
    package var blocks: [IPPrefix] {
        var blocks: [IPPrefix] = []
        var start = first
        while true {
            // The largest block that begins here and does not pass the end.
            var hostBits = start.bits == 0 ? version.width : min(start.bits.trailingZeroBitCount, version.width)
            while hostBits > 0, !fits(start, hostBits) { hostBits -= 1 }
            guard let block = IPPrefix(start, length: version.width - hostBits) else { return blocks }
            blocks.append(block)
            guard block.last < last, let next = block.last.advanced(by: 1) else { return blocks }
            start = next
        }
    }

    private func fits(_ start: IPAddress, _ hostBits: Int) -> Bool {
        guard let block = IPPrefix(start, length: version.width - hostBits) else { return false }
        return block.last <= last
    }
}
