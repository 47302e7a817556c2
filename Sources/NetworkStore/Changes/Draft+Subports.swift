import JSONCoding
import NeutronAPI
import OVNModel
import OVSDB

// Subports, carried by a parent port as VLANs: those of a trunk, and those whose `binding:profile` names a parent. A
// tag is given once per parent, across all replicas.
extension Draft {
    /// Makes the transaction exclude concurrent ones that assign a tag of the parent or change its trunk: of two
    /// one fails.
    mutating func claimSubports(of parent: Northbound.LogicalSwitchPort) {
        claim(parent, SubportLayout.generation)
    }

    /// A port's new profile, `old` being the present one: one that names a parent gets a tag unique to that parent.
    mutating func takeTag(
        _ profile: [String: JSON], for id: ID<Port>, instead old: [String: JSON] = [:]
    ) throws -> [String: JSON] {
        let snapshot = try snapshot()
        guard let text = profile[BindingProfile.parentName]?.string else { return profile }
        guard let parent = ID<Port>(text), let row = snapshot.logicalSwitchPort(parent) else {
            throw NeutronError.portNotFound(text.shortened)
        }
        guard parent != id else {
            throw NeutronError.invalidInput("Invalid binding:profile. parent_name \(parent) is the port itself")
        }
        var profile = profile
        // OVN compares names literally.
        profile[BindingProfile.parentName] = .string(parent.description)
        guard case .integer(let number) = profile[BindingProfile.tag] else { return profile }
        let isSameParent = old[BindingProfile.parentName] == profile[BindingProfile.parentName]
        if isSameParent, let present = old[BindingProfile.tag], number == 0 || present == .integer(number) {
            profile[BindingProfile.tag] = present
            return profile
        }
        // 0: we choose.
        let tag = number == 0 ? freeTag(of: parent, in: snapshot) : Int(number)
        guard let tag else { throw NeutronError.noFreeTag(parent: parent) }
        guard !isTaken(tag, of: parent, besides: id, in: snapshot) else {
            if let trunk = row.externalIDs[TrunkLayout.id] {
                throw NeutronError.duplicateSubport(tag: tag, trunk: trunk)
            }
            throw NeutronError.duplicateTag(tag, parent: parent)
        }
        profile[BindingProfile.tag] = .integer(Int64(tag))
        claimSubports(of: row)
        return profile
    }

    /// Adds a subport to a trunk whose parent is claimed.
    mutating func carry(_ request: SubportRequest, on trunk: Trunk) throws {
        let snapshot = try snapshot()
        guard request.portID != trunk.portID else { throw NeutronError.parentPortInUse(request.portID) }
        guard let row = snapshot.logicalSwitchPort(request.portID) else {
            throw NeutronError.portNotFound(request.portID)
        }
        var reader = PortReader(snapshot)
        guard var port = reader.port(row), let network = snapshot.network(port.networkID) else {
            throw NeutronError.portNotFound(request.portID)
        }
        if let parent = snapshot.port(trunk.portID), let around = snapshot.network(parent.networkID),
            network.mtu > around.mtu
        {
            throw NeutronError.subportMTUGreaterThanTrunkPortMTU(
                port.id, mtu: network.mtu, parent: parent.id, parentMTU: around.mtu)
        }
        let tag = try tag(request, network)
        if port.subportOf != nil { throw NeutronError.trunkPortInUse(port.id) }
        if port.trunk != nil { throw NeutronError.parentPortInUse(port.id) }
        guard port.deviceID.isEmpty else {
            throw NeutronError.portInUse(port.id, network: port.networkID, device: port.deviceID)
        }
        guard !isTaken(tag, of: trunk.portID, besides: port.id, in: snapshot) else {
            throw NeutronError.duplicateSubport(tag: tag, trunk: trunk.id)
        }
        port.subportOf = trunk.id
        port.deviceOwner = DeviceOwner.subport
        port.binding.profile[BindingProfile.parentName] = .string(trunk.portID.description)
        port.binding.profile[BindingProfile.tag] = .integer(Int64(tag))
        touch(&port.standard)
        try rewrite(row, as: port)
    }

    /// Removes a subport from its trunk, whose parent is claimed.
    mutating func release(_ id: ID<Port>) throws {
        let snapshot = try snapshot()
        var reader = PortReader(snapshot)
        guard let row = snapshot.logicalSwitchPort(id), var port = reader.port(row) else {
            throw NeutronError.portNotFound(id)
        }
        port.subportOf = nil
        port.deviceOwner = ""
        port.binding = PortBinding(vnicType: port.binding.vnicType, profile: port.binding.profile)
        port.binding.profile[BindingProfile.parentName] = nil
        port.binding.profile[BindingProfile.tag] = nil
        touch(&port.standard)
        try rewrite(row, as: port)
    }

    private func tag(_ request: SubportRequest, _ network: Network) throws(NeutronError) -> Int {
        if case .vlan(let tag) = request.segmentation { return tag }
        guard network.provider.networkType == "vlan", let tag = network.provider.segmentationID else {
            throw .invalidInput("Unknown segmentation_type '\(network.provider.networkType)'")
        }
        return tag
    }

    /// Whether another port of the parent, ours or not, has the tag.
    private func isTaken(_ tag: Int, of parent: ID<Port>, besides port: ID<Port>, in snapshot: Snapshot) -> Bool {
        let own = RowID(of: port)
        return snapshot.northbound.rows(NorthboundIndexes.carriedTag, CarriedTag(parent: parent, tag: tag))
            .contains { $0.id != own }
    }

    private func freeTag(of parent: ID<Port>, in snapshot: Snapshot) -> Int? {
        let free = VLAN.tags.filter { tag in
            snapshot.northbound.count(NorthboundIndexes.carriedTag, CarriedTag(parent: parent, tag: tag)) == 0
        }
        return free.randomElement()
    }
}
