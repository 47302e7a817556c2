import NeutronAPI
import NeutronClient

/// Which machine's port carries an endpoint, and as which VLAN: what a list tells in the underlay mode.
struct VLANs: Sendable {
    private var places: [ID<Port>: (vif: ID<Port>, tag: Int)] = [:]

    init(_ trunks: [Trunk]) {
        for trunk in trunks {
            for subport in trunk.subports { places[subport.portID] = (trunk.portID, subport.segmentationID) }
        }
    }

    /// The carrying port's id and the tag; two empty ones for an endpoint that nobody carries, or where it may not be seen.
    func cells(of port: Port) -> [Cell] {
        if let place = places[port.id] { return [Cell("\(place.vif)"), .number(place.tag)] }
        guard let parent = port.binding.profile["parent_name"]?.string,
            case .integer(let tag) = port.binding.profile["tag"]
        else { return [.none, .none] }
        return [Cell(parent), .number(Int(tag))]
    }
}

extension ContainerHost {
    /// Nil in the overlay mode.
    func vlans() async throws -> VLANs? {
        guard settings.vif != nil else { return nil }
        guard try await hasTrunks() else { return VLANs([]) }
        return VLANs(try await api.list(within: remaining))
    }
}
