import HostSetup
import JSONCoding
package import NeutronAPI
import NeutronClient

/// Which machine's port carries an endpoint, and as which VLAN: what a list tells in the underlay mode.
package struct VLANs: Sendable {
    private var places: [ID<Port>: (vif: ID<Port>, tag: Int)] = [:]

    package init(_ trunks: [Trunk]) {
        for trunk in trunks {
            for subport in trunk.subports { places[subport.portID] = (trunk.portID, subport.segmentationID) }
        }
    }

    /// The carrying port's id and the tag; nil for an endpoint that nobody carries, or where it may not be seen.
    package func place(of port: Port) -> (vif: String, tag: Int)? {
        if let place = places[port.id] { return ("\(place.vif)", place.tag) }
        guard let parent = port.binding.profile["parent_name"]?.string,
            case .integer(let tag) = port.binding.profile["tag"]
        else { return nil }
        return (parent, Int(tag))
    }
}

extension ContainerHost {
    /// Nil in the overlay mode.
    package func vlans() async throws -> VLANs? {
        guard settings.vif != nil else { return nil }
        guard try await hasTrunks() else { return VLANs([]) }
        return VLANs(try await api.list(within: remaining))
    }
}
