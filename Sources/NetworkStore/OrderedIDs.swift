package import NeutronAPI
import OVSDB

/// Identifiers in ascending order, read lazily.
package struct OrderedIDs<Of: Sendable>: Sendable {
    package typealias Read = @Sendable (_ mark: ID<Of>?, _ upwards: Bool, _ limit: Int) -> [ID<Of>]

    package let count: Int
    private let read: Read

    /// Of an index.
    init(count: Int, read: @escaping Read) {
        self.count = count
        self.read = read
    }

    /// Of a list in any order.
    package init(_ ids: [ID<Of>]) {
        let sorted = ids.sorted()
        self.init(count: sorted.count) { mark, upwards, limit in
            let place = mark.map { mark in sorted.partitionPoint { upwards ? $0 > mark : $0 >= mark } }
            if upwards { return Array(sorted[(place ?? 0)...].prefix(limit)) }
            return sorted[..<(place ?? sorted.count)].suffix(limit).reversed()
        }
    }

    /// At most `limit` that follow `mark`, which need not be one of them; nil is the beginning.
    package func next(after mark: ID<Of>?, upwards: Bool, limit: Int) -> [ID<Of>] { read(mark, upwards, limit) }
}
