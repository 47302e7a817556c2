import JSONCoding

/// An attribute of an extension that this server does not have.
///
/// Clients send some of them unasked, with the value that means "not used": that is accepted. Any other value is refused,
/// where it can be with a sentence that says why.
struct UnusedFeature {
    private let name: String
    private let unused: [JSON]

    private static let values: [String: [JSON]] = [
        "availability_zone_hints": [[], nil],
        "device_profile": [nil],
        "dns_publish_fixed_ip": [false, nil],
        "is_default": [false, nil],
        "numa_affinity_policy": [nil],
        "propagate_uplink_status": [false, nil],
        // Networks are made with this encapsulation and no other.
        "provider:network_type": ["geneve", nil],
        "provider:physical_network": [nil],
        "provider:segmentation_id": [nil],
        "qos_policy_id": [nil],
        "router:external": [false, nil],
        "segment_id": [nil],
        "vlan_transparent": [false, nil],
    ]

    /// Nil where `name` belongs to no such extension.
    init?(_ name: String) {
        guard let unused = Self.values[name] else { return nil }
        (self.name, self.unused) = (name, unused)
    }

    func isUnused(_ value: JSON) -> Bool {
        if unused.contains(value) { return true }
        guard unused.contains(false), case .string(let text) = value else { return false }
        return ["false", "0", "no", "off", "f", "n"].contains(text.lowercased())
    }

    func refusal(_ value: JSON) -> NeutronError {
        switch name {
        case "availability_zone_hints":
            .availabilityZoneNotFound(value.array?.first?.shown ?? value.shown)
        case "provider:network_type", "provider:physical_network", "provider:segmentation_id":
            .invalidInput("provider networks are not supported by this server, leave out \(name)")
        case "router:external": .invalidInput("external networks are not supported by this server, leave out \(name)")
        default: .badRequest("Unrecognized attribute(s) '\(name)'")
        }
    }
}
