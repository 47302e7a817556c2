import NetAddress

/// What a resource is sorted by: taken out of it once, and compared often.
enum SortKey: Hashable, Sendable {
    /// Sorts before everything.
    case nothing
    case number(Int)
    case words(UInt64, UInt64)
    case text(String)

    init<Resource>(_ id: ID<Resource>) { self = .words(id.high, id.low) }

    init(_ text: String?) { self = text.map { .text($0) } ?? .nothing }

    /// IPv4 before IPv6, each in the order of its addresses.
    init(_ address: IPAddress?) {
        guard let address else {
            self = .nothing
            return
        }
        let bits = address.bits
        self =
            address.version == .v4
            ? .words(0, UInt64(truncatingIfNeeded: bits))
            : .words(UInt64(truncatingIfNeeded: bits >> 64), UInt64(truncatingIfNeeded: bits))
    }
}

extension SortKey: Comparable {
    static func < (a: Self, b: Self) -> Bool {
        switch (a, b) {
        case (.words(let a, let low), .words(let b, let other)): a == b ? low < other : a < b
        case (.text(let a), .text(let b)): a < b
        case (.number(let a), .number(let b)): a < b
        case (.nothing, .nothing): false
        case (.nothing, _): true
        default: false
        }
    }
}
