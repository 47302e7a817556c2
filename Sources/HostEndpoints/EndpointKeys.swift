package import HostAttachment

/// The keys that Interface rows of Docker's endpoints have beside the others, without prefix.
package enum EndpointKeys {
    /// libnetwork's id of the endpoint.
    package static let endpoint = "docker-endpoint"
    /// libnetwork's id of the network.
    package static let network = "docker-network"
    /// The container's name, once it is known.
    package static let container = "docker-container"
    /// The names of its container there, with blanks between them, once the port has them.
    package static let names = "docker-names"
    /// `true` where what its container sends to groups, and to all, by no interface in particular leaves by it.
    package static let multicast = "docker-multicast"
    /// `true` where the address stays reserved when the endpoint goes.
    package static let sticky = "docker-sticky"
    /// `on` or `off`: whether the port had port security when it was plugged in. Network containers' rows have it too.
    package static let security = "port-security"

    package static func shown(security isOn: Bool) -> String { isOn ? "on" : "off" }
}

extension Attachment {
    /// Whether a network container has it.
    package var isNetworkContainers: Bool { annotations["container"] != nil }
    /// Whether it is an endpoint of the engine's.
    package var isDocker: Bool { annotations[EndpointKeys.endpoint] != nil }
    package var isSticky: Bool { annotations[EndpointKeys.sticky] == "true" }
    package var hasMulticast: Bool { annotations[EndpointKeys.multicast] == "true" }
    /// The names by which its container is found in its network, as they were written into the port; nil before they were.
    package var writtenNames: String? { annotations[EndpointKeys.names] }
    /// The name of the container that has it, where it is known.
    package var containerName: String? { annotations[EndpointKeys.container] ?? annotations["container"] }
}
