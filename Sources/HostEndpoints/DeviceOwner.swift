package import NeutronAPI

/// What ports that we use say about their user: `device_owner`.
package enum DeviceOwner {
    /// A network container has it.
    package static let networkContainer = HostMarks.networkContainer
    /// A container of Docker's networks has it.
    package static let docker = HostMarks.docker
    /// And it is kept when the container goes.
    package static let stickyDocker = HostMarks.stickyDocker
    /// It keeps an address for a container of Docker's that is away.
    package static let reserved = HostMarks.reserved
    /// It keeps an address from everybody (`--aux-address`).
    package static let auxiliary = HostMarks.auxiliary

    /// Whether a container of Docker's networks has a port.
    package static func isDockers(_ port: Port) -> Bool { [docker, stickyDocker].contains(port.deviceOwner) }
    /// Whether a port only keeps an address.
    package static func isReservation(_ port: Port) -> Bool { [reserved, auxiliary].contains(port.deviceOwner) }
}

extension Port {
    /// What a user calls it: its name, else its id.
    package var shownName: String { name.isEmpty ? id.description : name }

    /// Whether its user may send IPv6 router advertisements: not while it is held to its addresses.
    package var mayAdvertise: Bool { !portSecurityEnabled || deviceOwner.hasPrefix("network:") }
}
