package import JSONCoding
import NetAddress
package import NeutronAPI

extension Trunk: NeutronResource {
    package init(wire: WireObject) throws {
        self.init(
            id: try wire.required("id", { ID<Trunk>($0) }), name: wire.string("name"),
            standard: try wire.standardAttributes, adminStateUp: wire.boolean("admin_state_up", default: true),
            status: ResourceStatus(rawValue: wire.string("status")) ?? .down,
            portID: try wire.required("port_id", { ID<Port>($0) }), subports: try wire.subports)
    }
}

extension WireObject {
    /// The member `sub_ports`.
    var subports: [Subport] {
        get throws {
            try objects("sub_ports").map { wire in
                Subport(
                    portID: try wire.required("port_id", { ID<Port>($0) }),
                    segmentationType: wire.string("segmentation_type"),
                    segmentationID: wire.integer("segmentation_id") ?? 0,
                    macAddress: try wire.optional("mac_address", { MACAddress($0) }))
            }
        }
    }

    /// The member `trunk_details`, which only parents of trunks have.
    var trunkDetails: TrunkDetails? {
        get throws {
            guard let members = members["trunk_details"]?.object else { return nil }
            let wire = WireObject(kind: "\(kind)'s trunk_details", members: members)
            return TrunkDetails(
                trunkID: try wire.required("trunk_id", { ID<Trunk>($0) }), subports: try wire.subports)
        }
    }
}

extension TrunkCreate: NeutronCreate {
    package typealias Resource = Trunk

    package var wire: [String: JSON] {
        var members: [String: JSON] = ["port_id": .string("\(portID)"), "name": .string(name)]
        if !projectID.isEmpty { members["tenant_id"] = .string(projectID) }
        if !description.isEmpty { members["description"] = .string(description) }
        if !adminStateUp { members["admin_state_up"] = false }
        if !subports.isEmpty { members["sub_ports"] = .array(subports.map(\.wire)) }
        return members
    }
}

extension TrunkUpdate: NeutronUpdate {
    package typealias Resource = Trunk

    package var wire: [String: JSON] {
        var members: [String: JSON] = [:]
        members["name"] = name.map { .string($0) }
        members["description"] = description.map { .string($0) }
        members["admin_state_up"] = adminStateUp.map { .boolean($0) }
        return members
    }
}

extension SubportRequest {
    var wire: JSON {
        var members: [String: JSON] = ["port_id": .string("\(portID)")]
        switch segmentation {
        case .vlan(let tag):
            members["segmentation_type"] = "vlan"
            members["segmentation_id"] = .integer(Int64(tag))
        case .inherit: members["segmentation_type"] = "inherit"
        }
        return .object(members)
    }
}
