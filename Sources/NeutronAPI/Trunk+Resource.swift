import JSONCoding

extension Trunk: Resource {
    package static var memberName: String { "trunk" }
    package static var collectionName: String { "trunks" }
    package static func notFound(_ id: String) -> NeutronError { .trunkNotFound(id) }

    package static let attributes = AttributeTable<Trunk>(
        [.identifier("id", []) { $0.id }, .text("name", [.create, .update]) { $0.name }]
            + Attribute.project + own + Attribute.standard)

    private static let own: [Attribute<Trunk>] = [
        .boolean("admin_state_up", [.create, .update]) { $0.adminStateUp },
        .identifier("port_id", .create) { $0.portID },
        .text("status", []) { $0.status.rawValue },
        .other("sub_ports", .create) { $1.subports($0.subports) },
    ]

    package static func create(from body: inout RequestReader) throws(NeutronError) -> TrunkCreate {
        let portID = try body.required("port_id") { json throws(Refusal) in try json.asID(Port.self) }
        let subports = try body.value("sub_ports") { json throws(Refusal) in try SubportList(json) }
        return TrunkCreate(
            projectID: try body.project(), portID: portID, name: try body.name() ?? "",
            description: try body.description() ?? "", adminStateUp: try body.boolean("admin_state_up") ?? true,
            subports: try subports?.requests() ?? [])
    }

    package static func update(from body: inout RequestReader) throws(NeutronError) -> TrunkUpdate {
        TrunkUpdate(
            name: try body.name(), description: try body.description(),
            adminStateUp: try body.boolean("admin_state_up"))
    }
}

extension JSONWriter {
    /// `[{"segmentation_type", "port_id", "segmentation_id"}]`; with the MAC address where it is known.
    mutating func subports(_ subports: [Subport]) {
        array(subports) { writer, subport in
            writer.object {
                $0.name("segmentation_type")
                $0.value(subport.segmentationType)
                $0.name("port_id")
                $0.value(subport.portID)
                $0.name("segmentation_id")
                $0.value(subport.segmentationID)
                if let mac = subport.macAddress {
                    $0.name("mac_address")
                    $0.value(mac)
                }
            }
        }
    }

    /// The reply to `add_subports` and `remove_subports`: the trunk without its name around it.
    package mutating func trunk(_ trunk: Trunk) {
        Trunk.write(trunk, Trunk.attributes.fields([]), hiding: [], to: &self)
    }

    /// The reply to `get_subports`: `{"sub_ports": […]}`.
    package mutating func subports(of trunk: Trunk) {
        object {
            $0.name("sub_ports")
            $0.subports(trunk.subports)
        }
    }
}
