import NeutronAPI
import OVNModel
import OVSDB

// Each network has a row that counts its allocations, so that replicas never allocate an address twice.
extension Draft {
    /// Makes the transaction exclude concurrent ones that allocate an address of the network or change its subnets: of
    /// two one fails.
    mutating func claimAddresses(of network: Northbound.LogicalSwitch) throws {
        guard let id = network.networkID else { return }
        if let row = try snapshot().allocations(of: id) {
            claim(row, AllocationLayout.generation)
        } else {
            // A foreign or restored network has no such row. Of concurrent requests one creates it.
            expectUnchanged(network)
            expectNoAllocations(of: id)
            insertAllocations(of: id)
        }
    }

    mutating func insertAllocations(of network: ID<Network>) {
        var row = Northbound.DHCPOptions(id: RowID(of: network))
        row.externalIDs[Layout.revision] = 0
        row.externalIDs[AllocationLayout.networkID] = network.description
        row.externalIDs[AllocationLayout.generation] = "1"
        insert(row)
    }

    /// For the deletion of a network: the transaction fails if an address of it is allocated at the same time.
    mutating func deleteAllocations(of network: ID<Network>) throws {
        guard let row = try snapshot().allocations(of: network) else { return expectNoAllocations(of: network) }
        append(
            .wait(
                Northbound.DHCPOptions.self, row.id, externalID: AllocationLayout.generation,
                equals: row.externalIDs[AllocationLayout.generation]))
        delete(row)
    }

    private mutating func expectNoAllocations(of network: ID<Network>) {
        let key = StringMap([AllocationLayout.networkID: network.description])
        append(
            .wait(
                on: Northbound.DHCPOptions.tableName, where: [Condition("external_ids", .includes, key.value)],
                columns: ["_uuid"], until: .equal, rows: [], timeout: .zero))
    }
}
