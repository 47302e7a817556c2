package import NeutronAPI
package import OVNModel
import OVSDB

/// A resource that OVN has no row for: it is kept in a row of `DHCP_Options` to which nothing refers, so that OVN never
/// looks at it, and a transaction guards it together with what OVN has (RFC 7047 §4.1.3: a transaction is on one database).
package protocol Record: RuledResource where Row == Northbound.DHCPOptions {}

extension Record {
    package static func ids(in snapshot: Snapshot) -> OrderedIDs<Self> {
        snapshot.ordered(NorthboundIndexes.recordOrder, .kind(memberName))
    }

    package static func row(_ id: ID<Self>, in snapshot: Snapshot) -> Row? {
        snapshot.northbound.first(NorthboundIndexes.record, RecordKey(kind: memberName, number: id.number))
    }

    package func write(to row: inout Row) {
        row.externalIDs[RecordLayout.kind] = Self.memberName
        row.externalIDs[RecordLayout.id] = id.description
    }
}

extension Snapshot {
    /// The records of a kind that have `value` under `key`, which is one of ``RecordLayout/references``.
    func records<Of: Record>(_ type: Of.Type = Of.self, where key: String, is value: String) -> [Of] {
        northbound.rows(NorthboundIndexes.recordReference, RecordReference(key: key, value: value)).compactMap { row in
            guard row.externalIDs[RecordLayout.kind] == Of.memberName,
                let id = row.externalIDs[RecordLayout.id].flatMap({ ID<Of>($0) })
            else { return nil }
            return Of(id, row, in: self)
        }
    }
}

/// A record by kind and identifier.
struct RecordKey: Hashable, Sendable {
    let kind: String
    let number: UInt128
}

/// What a record refers to.
struct RecordReference: Hashable, Sendable {
    let key: String
    let value: String
}
