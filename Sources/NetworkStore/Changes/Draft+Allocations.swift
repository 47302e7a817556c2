import NeutronAPI
import OVNModel
import OVSDB

// Each network has a row that counts its allocations, so that an address is given once, whoever asks.
extension Draft {
    /// Fails the transaction if anybody else gives out an address of the network or changes its subnets at the same time, and
    /// makes theirs fail.
    mutating func claimAddresses(of network: Northbound.LogicalSwitch) throws {
        guard let id = network.networkID else { return }
        if let row = try snapshot().allocations(of: id) {
            claim(row, AllocationLayout.generation)
        } else {
            // Somebody else's network, or a restored one. Of those who find it so at the same time one makes the row.
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

    /// Of a network that is about to go: fails the transaction if anybody gives out an address of it at the same time.
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
