package import NeutronAPI
import OVNModel
import OVSDB

// Records that `/v2.0` never shows; who writes them is in this folder.
extension Invitation: Record {
    package static func apply(
        from old: Invitation?, to new: inout Invitation?, _ given: Given<Invitation>, in draft: inout Draft
    ) throws {}
}

extension JoinedHost: Record {
    package static func apply(
        from old: JoinedHost?, to new: inout JoinedHost?, _ given: Given<JoinedHost>, in draft: inout Draft
    ) throws {}
}

extension Snapshot {
    /// The host with this system id, if it has joined.
    package func joinedHost(systemID: String) -> JoinedHost? {
        JoinedHost.find(ID(ofName: systemID), in: self).flatMap { $0.systemID == systemID ? $0 : nil }
    }

    /// Those that one of the API's names of a host means: by system id and by host name.
    package func joinedHosts(named name: String) -> [JoinedHost] {
        let byName: [JoinedHost] = records(where: JoinedHost.hostNameKey, is: name)
        let byID = joinedHost(systemID: name)
        return byID.map { own in [own] + byName.filter { $0.id != own.id } } ?? byName
    }

    /// Whether anything is known of a host: it has joined, or has a chassis.
    package func isHostKnown(_ name: String) -> Bool { hasChassis(name) || !joinedHosts(named: name).isEmpty }

    package var joinedHosts: [JoinedHost] {
        JoinedHost.ids(in: self).next(after: nil, upwards: true, limit: .max).compactMap {
            JoinedHost.find($0, in: self)
        }
    }

    package var invitations: [Invitation] {
        Invitation.ids(in: self).next(after: nil, upwards: true, limit: .max).compactMap {
            Invitation.find($0, in: self)
        }
    }
}

extension Draft {
    /// Makes the transaction exclude others that let hosts in: of two at once one is planned again, and sees the other.
    mutating func claimHosts() throws {
        let snapshot = try snapshot()
        let key = RecordKey(kind: HostsLayout.kind, number: HostsLayout.id.number)
        if let row = snapshot.northbound.first(NorthboundIndexes.record, key) {
            return claim(row, RecordLayout.generation)
        }
        let kind: StringMap = [RecordLayout.kind: HostsLayout.kind]
        append(
            .wait(
                on: Northbound.DHCPOptions.tableName, where: [Condition("external_ids", .includes, kind.value)],
                columns: ["_uuid"], until: .equal, rows: [], timeout: .zero))
        var row = Northbound.DHCPOptions(id: RowID(of: HostsLayout.id))
        row.externalIDs[Layout.revision] = 0
        row.externalIDs[RecordLayout.kind] = HostsLayout.kind
        row.externalIDs[RecordLayout.id] = HostsLayout.id.description
        row.externalIDs[RecordLayout.generation] = "1"
        insert(row)
    }
}
