package import NetAddress

/// A port that carries other ports as VLANs, such as an instance's NIC those of the containers in it (extension `trunk`).
package struct Trunk: Hashable, Sendable {
    package var id: ID<Trunk>
    package var name: String
    package var standard: StandardAttributes
    package var adminStateUp: Bool
    package var status: ResourceStatus
    /// The parent, which carries the others and whose own traffic has no tag.
    package var portID: ID<Port>
    /// In the order of their segmentation identifiers.
    package var subports: [Subport]

    package init(
        id: ID<Trunk>, name: String = "", standard: StandardAttributes, adminStateUp: Bool = true,
        status: ResourceStatus = .down, portID: ID<Port>, subports: [Subport] = []
    ) {
        self.id = id
        self.name = name
        self.standard = standard
        self.adminStateUp = adminStateUp
        self.status = status
        self.portID = portID
        self.subports = subports
    }
}

/// A port that a trunk carries.
package struct Subport: Hashable, Sendable {
    package var portID: ID<Port>
    /// `vlan`.
    package var segmentationType: String
    /// The VLAN's tag, 1…4094.
    package var segmentationID: Int
    /// The port's own MAC address; only `trunk_details` of the parent tells it.
    package var macAddress: MACAddress?

    package init(
        portID: ID<Port>, segmentationType: String = "vlan", segmentationID: Int, macAddress: MACAddress? = nil
    ) {
        self.portID = portID
        self.segmentationType = segmentationType
        self.segmentationID = segmentationID
        self.macAddress = macAddress
    }
}

/// What a parent port says of its trunk: `trunk_details` (extension `trunk-details`).
package struct TrunkDetails: Hashable, Sendable {
    package var trunkID: ID<Trunk>
    package var subports: [Subport]

    package init(trunkID: ID<Trunk>, subports: [Subport]) {
        (self.trunkID, self.subports) = (trunkID, subports)
    }
}

/// A port that a trunk is asked to carry.
package struct SubportRequest: Hashable, Sendable {
    package enum Segmentation: Hashable, Sendable {
        /// With this tag, 1…4094.
        case vlan(Int)
        /// As the port's own network is carried between hosts.
        case inherit
    }

    package var portID: ID<Port>
    package var segmentation: Segmentation

    package init(portID: ID<Port>, segmentation: Segmentation) {
        (self.portID, self.segmentation) = (portID, segmentation)
    }
}

/// `POST /v2.0/trunks`.
package struct TrunkCreate: Hashable, Sendable {
    package var projectID: String
    package var portID: ID<Port>
    package var name: String
    package var description: String
    package var adminStateUp: Bool
    package var subports: [SubportRequest]

    package init(
        projectID: String, portID: ID<Port>, name: String = "", description: String = "", adminStateUp: Bool = true,
        subports: [SubportRequest] = []
    ) {
        self.projectID = projectID
        self.portID = portID
        self.name = name
        self.description = description
        self.adminStateUp = adminStateUp
        self.subports = subports
    }
}

/// `PUT /v2.0/trunks/<id>`: nil leaves an attribute as it is.
package struct TrunkUpdate: Hashable, Sendable {
    package var name: String?
    package var description: String?
    package var adminStateUp: Bool?

    package init(name: String? = nil, description: String? = nil, adminStateUp: Bool? = nil) {
        self.name = name
        self.description = description
        self.adminStateUp = adminStateUp
    }
}
