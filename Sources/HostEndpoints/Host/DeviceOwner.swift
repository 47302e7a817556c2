package import NeutronAPI

/// What ports that we use say about their user: `device_owner`.
package enum DeviceOwner {
    /// A network container has it.
    package static let networkContainer = "compute:ovn-containers"
    /// A container of Docker's networks has it.
    package static let docker = "compute:docker"
    /// And it is kept when the container goes.
    package static let stickyDocker = "compute:docker-sticky"
    /// It keeps an address for a container of Docker's that is away.
    package static let reserved = "docker:sticky"
    /// It keeps an address from everybody (`--aux-address`).
    package static let auxiliary = "docker:aux-address"

    /// Whether a container of Docker's networks has a port.
    package static func isDockers(_ port: Port) -> Bool { [docker, stickyDocker].contains(port.deviceOwner) }
    /// Whether a port only keeps an address.
    package static func isReservation(_ port: Port) -> Bool { [reserved, auxiliary].contains(port.deviceOwner) }
}

extension Port {
    /// Whether its user may send IPv6 router advertisements: not while it is held to its addresses.
    package var mayAdvertise: Bool { !portSecurityEnabled || deviceOwner.hasPrefix("network:") }
}

/// The keys that Interface rows of Docker's endpoints have beside the others, without prefix.
package enum EndpointKeys {
    /// libnetwork's id of the endpoint.
    package static let endpoint = "docker-endpoint"
    /// libnetwork's id of the network.
    package static let network = "docker-network"
    /// The container's name, once it is known.
    package static let container = "docker-container"
    /// `true` where what its container sends to groups, and to all, by no interface in particular leaves by it.
    package static let multicast = "docker-multicast"
    /// `true` where the address stays reserved when the endpoint goes.
    package static let sticky = "docker-sticky"
    /// `on` or `off`: whether the port had port security when it was plugged in. Network containers' rows have it too.
    package static let security = "port-security"

    package static func shown(security isOn: Bool) -> String { isOn ? "on" : "off" }
}
