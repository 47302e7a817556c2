/// What the programs of hosts write into networks and ports, as far as central reads it: when it takes a host away.
package enum HostMarks {
    // `device_owner` of ports.
    /// A network container has it.
    package static let networkContainer = "compute:ovn-containers"
    /// A container of Docker's networks has it.
    package static let docker = "compute:docker"
    /// And it is kept when the container goes.
    package static let stickyDocker = "compute:docker-sticky"
    /// It keeps an address for a container of Docker's that is away.
    package static let reserved = "docker:sticky"
    /// It keeps an address from everybody.
    package static let auxiliary = "docker:aux-address"
    /// Owners of ports that containers have.
    package static let containers: Set<String> = [networkContainer, docker, stickyDocker]
    /// Owners of ports that only keep an address.
    package static let reservations: Set<String> = [reserved, auxiliary]

    // Tags of ports.
    /// Begins those that are names of containers.
    package static let namePrefix = "dns:"

    // Tags of networks.
    /// Begins those that say who uses it.
    package static let userPrefix = "docker-network-"
    /// Begins those that the first user writes, and the last takes away.
    package static let termPrefixes = [
        "docker-name-", "docker-internal", "docker-port-security-", "docker-security-group:", "docker-sticky",
    ]

    /// The description of a network that goes with its last user.
    package static let madeDescription = "made by ovn-docker-plugin"

    /// The tag of a network's user: `network` is the engine's id of its network. At most 60 characters, as many as Neutron's
    /// tags may have had.
    package static func user(_ network: String, on host: String) -> String {
        userPrefix + network.prefix(32) + suffix(of: host)
    }

    /// Whether a tag is that of a user on this host.
    package static func isUser(_ tag: String, on host: String) -> Bool {
        tag.hasPrefix(userPrefix) && tag.hasSuffix(suffix(of: host))
    }

    /// `-` and 12 hexadecimal digits of the name's hash (FNV-1a).
    private static func suffix(of host: String) -> String {
        let hash = host.utf8.reduce(0xcbf2_9ce4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
        let digits = String(hash, radix: 16)
        return "-" + (String(repeating: "0", count: 16 - digits.count) + digits).prefix(12)
    }
}
