import NetAddress
import NeutronAPI
import OVNModel
import OVSDB

extension StandardAttributes {
    /// The attributes that every row keeps; nil where the row is not ours.
    init?(externalIDs: StringMap) {
        guard let revision = externalIDs[Layout.revision] else { return nil }
        self.init(
            projectID: externalIDs[Layout.projectID], description: externalIDs[Layout.description],
            tags: externalIDs[Layout.tags], revision: revision, createdAt: externalIDs[Layout.createdAt],
            updatedAt: externalIDs[Layout.updatedAt])
    }

    func write(to externalIDs: inout StringMap) {
        externalIDs[Layout.revision] = revision
        externalIDs[Layout.projectID] = projectID
        externalIDs[Layout.description] = description
        externalIDs[Layout.tags] = tags
        externalIDs[Layout.createdAt] = createdAt
        externalIDs[Layout.updatedAt] = updatedAt
    }
}

extension Network {
    /// Nil if the row is not ours.
    init?(row: Northbound.LogicalSwitch, in snapshot: Snapshot) {
        let keys = row.externalIDs
        guard let id = row.networkID, let standard = StandardAttributes(externalIDs: keys) else { return nil }
        let subnets = snapshot.northbound.rows(NorthboundIndexes.subnetsOfNetwork, id)
        let isTunnelled = keys[NetworkLayout.networkType] == NetworkLayout.networkType.absent
        self.init(
            id: id, name: keys[NetworkLayout.name], standard: standard, adminStateUp: keys[NetworkLayout.adminStateUp],
            shared: keys[NetworkLayout.shared] || snapshot.isGranted(id), external: keys[NetworkLayout.external],
            subnets: subnets.compactMap(\.subnetID).sorted(),
            mtu: keys[NetworkLayout.mtu], portSecurityEnabled: keys[NetworkLayout.portSecurityEnabled],
            provider: Provider(
                networkType: keys[NetworkLayout.networkType], physicalNetwork: keys[NetworkLayout.physicalNetwork],
                segmentationID: keys[NetworkLayout.segmentationID] ?? (isTunnelled ? snapshot.tunnelKey(of: id) : nil)),
            availabilityZoneHints: keys[NetworkLayout.availabilityZoneHints], dnsDomain: keys[NetworkLayout.dnsDomain])
        for subnet in subnets {
            guard let pool = subnet.externalIDs[SubnetLayout.poolID], let scope = snapshot.addressScope(ofPool: pool)
            else { continue }
            if subnet.prefix?.version == .v6 { ipv6AddressScope = scope } else { ipv4AddressScope = scope }
        }
    }

    /// Writes what the API can change; everything else in the row stays.
    func write(to row: inout Northbound.LogicalSwitch) {
        row.name = NetworkLayout.switchName(id)
        standard.write(to: &row.externalIDs)
        row.externalIDs[NetworkLayout.name] = name
        row.externalIDs[NetworkLayout.mtu] = mtu
        row.externalIDs[NetworkLayout.availabilityZoneHints] = availabilityZoneHints
        row.externalIDs[NetworkLayout.adminStateUp] = adminStateUp
        let old = row.externalIDs
        if !shared { SharingLayout.erase(from: &row.externalIDs) }
        row.externalIDs[NetworkLayout.shared] = shared
        SharingLayout.complete(&row.externalIDs, from: old)
        row.externalIDs[NetworkLayout.portSecurityEnabled] = portSecurityEnabled
        row.externalIDs[NetworkLayout.dnsDomain] = dnsDomain
    }

    /// The multicast and VLAN settings that ML2/OVN gives every switch, all off.
    static let otherConfig: StringMap = [
        "mcast_flood_unregistered": "false", "mcast_snoop": "false", "vlan-passthru": "false",
    ]
}
