package import NetAddress
package import NeutronAPI
package import OVNModel
package import OVSDB

/// A group is two rows of `Address_Set`, as ML2/OVN writes them since Neutron 26: one for each version. That of IPv4 has
/// its attributes too.
extension AddressGroup: RuledResource {
    package static func ids(in snapshot: Snapshot) -> OrderedIDs<AddressGroup> {
        snapshot.ordered(NorthboundIndexes.addressGroupOrder, .all)
    }

    package static func row(_ id: ID<AddressGroup>, in snapshot: Snapshot) -> Northbound.AddressSet? {
        snapshot.addressSet(of: id, .v4)
    }

    package mutating func read(_ row: Northbound.AddressSet, in snapshot: Snapshot) {
        addresses = row.blocks + (snapshot.addressSet(of: id, .v6)?.blocks ?? [])
        shared = row.externalIDs[SharingLayout.shared] || snapshot.isGranted(id)
    }

    package func write(to row: inout Northbound.AddressSet) { write(.v4, to: &row) }

    package static func apply(
        from old: AddressGroup?, to new: inout AddressGroup?, _ given: Given<AddressGroup>, in draft: inout Draft
    ) throws {
        guard new != old, let id = (old ?? new)?.id else { return }
        let set = try draft.snapshot().addressSet(of: id, .v6)
        guard var group = new else {
            try draft.expectUnused(id)
            if let set { draft.delete(set) }
            return
        }
        group.addresses = Set(group.addresses).sorted()
        guard group.addresses.count <= maximumAddresses else { throw NeutronError.tooManyAddresses }
        new = group
        var row = set ?? Northbound.AddressSet(id: RowID(ofRuleFor: id))
        group.write(.v6, to: &row)
        // The row of IPv4 gets the same, and is the one that is guarded.
        row.externalIDs[Layout.revision] = old.map { $0.standard.revision + 1 } ?? group.standard.revision
        if let set { draft.change(set, to: row) } else { draft.insert(row) }
    }

    private func write(_ version: IPVersion, to row: inout Northbound.AddressSet) {
        row.name = Snapshot.addressGroupSetName(id, version)
        row.addresses = addresses.filter { $0.version == version }.map(\.description)
        row.externalIDs[AddressGroupLayout.id] = id.description
    }
}

extension AddressGroup: Sharable {
    package static var objectType: RBACPolicy.ObjectType { .addressGroup }
    package static var sharedRows: Index<Row, SharedKey> { NorthboundIndexes.sharedAddressGroup }

    package static func id(of row: Northbound.AddressSet) -> ID<AddressGroup>? { row.addressGroupID }

    package static func users(of id: ID<AddressGroup>, in snapshot: Snapshot) -> Set<String> {
        let rules = snapshot.northbound.rows(NorthboundIndexes.rulesOfAddressGroup, id)
        return Set(rules.map { $0.externalIDs[Layout.projectID] })
    }
}

extension Draft {
    /// Refuses to delete a group that rules of security groups name, also one that is named at this moment.
    fileprivate mutating func expectUnused(_ group: ID<AddressGroup>) throws {
        guard try snapshot().northbound.count(NorthboundIndexes.rulesOfAddressGroup, group) == 0 else {
            throw NeutronError.addressGroupInUse(group)
        }
        let key = StringMap([AddressGroupLayout.ofRule: group.description])
        append(
            .wait(
                on: Northbound.ACL.tableName, where: [Condition("external_ids", .includes, key.value)],
                columns: ["_uuid"], until: .equal, rows: [], timeout: .zero))
    }
}

extension NetworkStore {
    /// Adds addresses that the group does not have.
    package func addAddresses(_ addresses: [IPPrefix], to id: ID<AddressGroup>) async throws -> AddressGroup {
        try await change { draft in
            let isRepetition = draft.isRepetition
            return try AddressGroup.change(id, in: &draft) { group in
                let present = addresses.filter { group.addresses.contains($0) }
                guard present.isEmpty || isRepetition else {
                    throw NeutronError.addressesAlreadyExist(present, in: id)
                }
                group.addresses += addresses
            }
        }
    }

    /// Removes addresses that the group has.
    package func removeAddresses(_ addresses: [IPPrefix], from id: ID<AddressGroup>) async throws -> AddressGroup {
        try await change { draft in
            let isRepetition = draft.isRepetition
            return try AddressGroup.change(id, in: &draft) { group in
                let missing = addresses.filter { !group.addresses.contains($0) }
                guard missing.isEmpty || isRepetition else { throw NeutronError.addressesNotFound(missing, in: id) }
                group.addresses.removeAll { addresses.contains($0) }
            }
        }
    }
}

extension Snapshot {
    /// The name of the `Address_Set` with a group's addresses of one version: an ACL matches `$name`.
    package static func addressGroupSetName(_ id: ID<AddressGroup>, _ version: IPVersion) -> String {
        "ag_\(id)_ip\(version.rawValue)".replacing("-", with: "_")
    }

    func addressSet(of group: ID<AddressGroup>, _ version: IPVersion) -> Northbound.AddressSet? {
        northbound.first(NorthboundIndexes.addressSet, Self.addressGroupSetName(group, version))
    }
}

extension Northbound.AddressSet {
    fileprivate var blocks: [IPPrefix] {
        addresses.compactMap { text in InterfaceAddress(text)?.prefix ?? IPAddress(text).flatMap { $0.block } }.sorted()
    }
}

extension IPAddress {
    fileprivate var block: IPPrefix? { IPPrefix(self, length: version.width) }
}

extension [IPPrefix] {
    fileprivate func sorted() -> Self { sorted(by: IPPrefix.precedes) }
}

extension Set<IPPrefix> {
    fileprivate func sorted() -> [IPPrefix] { sorted(by: IPPrefix.precedes) }
}

extension IPPrefix {
    /// IPv4 first.
    fileprivate static func precedes(_ a: IPPrefix, _ b: IPPrefix) -> Bool {
        (a.version.rawValue, a.network.bits, a.length) < (b.version.rawValue, b.network.bits, b.length)
    }
}
