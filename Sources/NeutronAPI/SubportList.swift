import JSONCoding

/// The subports of a request, as far as they are right without a look at the ports.
struct SubportList {
    private let items: [(id: ID<Port>, members: [String: JSON])]

    /// Refuses what is no list of objects, each with a port of its own and, where it has them, with type and identifier of a
    /// segment of its own.
    init(_ json: JSON) throws(Refusal) {
        guard case .array(let elements) = json else {
            throw Refusal("Invalid data format for subports: '\(json.shown)' is not a list")
        }
        var items: [(id: ID<Port>, members: [String: JSON])] = []
        var ports: Set<ID<Port>> = []
        var segments: Set<[JSON]> = []
        for element in elements {
            guard case .object(let members) = element else {
                throw Refusal("Invalid data format for subport: '\(element.shown)' is not a dict")
            }
            guard let port = members["port_id"] else { throw Refusal("A valid port UUID must be specified") }
            guard let id = port.string.flatMap({ ID<Port>($0) }) else {
                throw Refusal("Invalid UUID for subport: '\(port.shown)'")
            }
            guard ports.insert(id).inserted else { throw Refusal("Non unique UUID for subport: '\(port.shown)'") }
            items.append((id, members))
            let (type, number) = (Self.type(of: members), Self.number(of: members))
            guard type != "inherit", members.count > 1 else { continue }
            guard let type, let number else { throw Refusal(Self.missing(members)) }
            guard segments.insert([type, number]).inserted else {
                throw Refusal("Segmentation ID '\(number.shown)' for '\(port.shown)' is not unique")
            }
        }
        self.items = items
    }

    /// The ports alone, for a request that takes them off a trunk.
    var portIDs: [ID<Port>] { items.map(\.id) }

    /// The ports and their segments, for a request that makes a trunk carry them.
    func requests() throws(NeutronError) -> [SubportRequest] {
        var requests: [SubportRequest] = []
        for (id, members) in items {
            requests.append(SubportRequest(portID: id, segmentation: try Self.segmentation(members)))
        }
        return requests
    }

    private static func segmentation(_ members: [String: JSON]) throws(NeutronError) -> SubportRequest.Segmentation {
        if type(of: members) == "inherit" { return .inherit }
        guard let type = type(of: members), let number = number(of: members) else {
            throw .invalidInput(missing(members))
        }
        // Its message names no attribute of a subport; the one below does.
        guard let tag = try? number.asInteger() else {
            throw .invalidInput("Invalid subport details: segmentation_id '\(number.shown)' is not an integer")
        }
        guard type == "vlan" else { throw .invalidInput("Unknown segmentation_type '\(type.shown)'") }
        guard VLAN.tags.contains(tag) else { throw .invalidInput("Segmentation ID '\(tag)' is not in range") }
        return .vlan(tag)
    }

    private static func type(of members: [String: JSON]) -> JSON? {
        switch members["segmentation_type"] {
        case nil, .null, "": nil
        case let type: type
        }
    }

    private static func number(of members: [String: JSON]) -> JSON? {
        members["segmentation_id"] == .null ? nil : members["segmentation_id"]
    }

    private static func missing(_ members: [String: JSON]) -> String {
        "Invalid subport details '\(JSON.object(members).shown)': missing segmentation information. "
            + "Must specify both segmentation_id and segmentation_type"
    }
}

/// VLANs (IEEE 802.1Q).
package enum VLAN {
    /// The tags that a network can have: 0 means none, and 4095 is reserved.
    package static let tags = 1...4_094
    /// The bytes that a tag adds to a frame.
    package static let headerLength = 4
}

extension NeutronRequest {
    /// The body of `add_subports`.
    package func subports() throws(NeutronError) -> [SubportRequest] { try subportList().requests() }

    /// The body of `remove_subports`.
    package func subportIDs() throws(NeutronError) -> [ID<Port>] { try subportList().portIDs }

    private func subportList() throws(NeutronError) -> SubportList {
        do throws(Refusal) { return try SubportList(members["sub_ports"] ?? .null) } catch {
            throw .invalidInput(error.reason)
        }
    }
}
