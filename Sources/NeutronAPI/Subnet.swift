package import NetAddress

/// A block of addresses of a network, and what its members are told about it.
package struct Subnet: Hashable, Sendable {
    package var id: ID<Subnet>
    package var networkID: ID<Network>
    package var name: String
    package var standard: StandardAttributes
    package var cidr: IPPrefix
    /// The pool that it comes from.
    package var poolID: ID<SubnetPool>?
    /// Nil: members have no default route.
    package var gatewayIP: IPAddress?
    /// Where addresses are given out from; in order, without overlap.
    package var allocationPools: [IPRange]
    package var dnsNameservers: [IPAddress]
    package var hostRoutes: [HostRoute]
    package var enableDHCP: Bool
    /// Who sends router advertisements; IPv6 only.
    package var ipv6RAMode: IPv6Mode?
    /// How members get an address; IPv6 only.
    package var ipv6AddressMode: IPv6Mode?
    /// Whether its network is shared. The API tells it at the network only, so a client does not know it.
    package var isShared: Bool
    /// The values of `device_owner` for whose ports the subnet is (extension `subnet-service-types`); empty for all.
    package var serviceTypes: [String]

    package var ipVersion: IPVersion { cidr.version }

    package init(
        id: ID<Subnet>, networkID: ID<Network>, name: String = "", standard: StandardAttributes, cidr: IPPrefix,
        poolID: ID<SubnetPool>? = nil, gatewayIP: IPAddress?, allocationPools: [IPRange],
        dnsNameservers: [IPAddress] = [],
        hostRoutes: [HostRoute] = [],
        enableDHCP: Bool = true, ipv6RAMode: IPv6Mode? = nil, ipv6AddressMode: IPv6Mode? = nil, isShared: Bool = false,
        serviceTypes: [String] = []
    ) {
        self.serviceTypes = serviceTypes
        self.id = id
        self.networkID = networkID
        self.name = name
        self.standard = standard
        self.cidr = cidr
        self.poolID = poolID
        self.gatewayIP = gatewayIP
        self.allocationPools = allocationPools
        self.dnsNameservers = dnsNameservers
        self.hostRoutes = hostRoutes
        self.enableDHCP = enableDHCP
        self.ipv6RAMode = ipv6RAMode
        self.ipv6AddressMode = ipv6AddressMode
        self.isShared = isShared
    }
}

/// A route that members of a subnet are told.
package struct HostRoute: Hashable, Sendable {
    package var destination: IPPrefix
    package var nexthop: IPAddress

    package init(destination: IPPrefix, nexthop: IPAddress) {
        (self.destination, self.nexthop) = (destination, nexthop)
    }
}

/// How IPv6 addresses come to the members of a subnet (`ipv6_ra_mode`, `ipv6_address_mode`).
package enum IPv6Mode: String, Hashable, Sendable, CaseIterable {
    case slaac
    case dhcpv6Stateful = "dhcpv6-stateful"
    case dhcpv6Stateless = "dhcpv6-stateless"
}

/// The subnet pool that a new subnet is to come from.
package enum SubnetPoolChoice: Hashable, Sendable {
    case pool(ID<SubnetPool>)
    /// The default one of the subnet's version.
    case standard
}

/// `POST /v2.0/subnets`.
package struct SubnetCreate: Hashable, Sendable {
    package var projectID: String
    package var networkID: ID<Network>
    package var name: String
    package var description: String
    package var ipVersion: IPVersion
    /// Host bits are cleared already. Nil: what the pool has.
    package var cidr: IPPrefix?
    /// Nil: none, so that there is a CIDR.
    package var pool: SubnetPoolChoice?
    /// The length of the prefix that the pool is to give. Nil: the pool's default.
    package var prefixLength: Int?
    /// Absent: the first address. Null: none.
    package var gatewayIP: Field<IPAddress>
    /// Nil: all addresses but the gateway's and the reserved. Otherwise as they were sent: ordered pairs of one version, not
    /// yet checked against the CIDR or each other.
    package var allocationPools: [IPRange]?
    package var dnsNameservers: [IPAddress]
    package var hostRoutes: [HostRoute]
    package var enableDHCP: Bool
    package var ipv6RAMode: IPv6Mode?
    package var ipv6AddressMode: IPv6Mode?
    package var serviceTypes: [String]

    package init(
        projectID: String, networkID: ID<Network>, name: String = "", description: String = "", cidr: IPPrefix,
        gatewayIP: Field<IPAddress> = .absent, allocationPools: [IPRange]? = nil, dnsNameservers: [IPAddress] = [],
        hostRoutes: [HostRoute] = [], enableDHCP: Bool = true, ipv6RAMode: IPv6Mode? = nil,
        ipv6AddressMode: IPv6Mode? = nil, serviceTypes: [String] = []
    ) {
        self.init(
            projectID: projectID, networkID: networkID, name: name, description: description, cidr: cidr,
            ipVersion: cidr.version, pool: nil, gatewayIP: gatewayIP, allocationPools: allocationPools,
            dnsNameservers: dnsNameservers, hostRoutes: hostRoutes, enableDHCP: enableDHCP, ipv6RAMode: ipv6RAMode,
            ipv6AddressMode: ipv6AddressMode, serviceTypes: serviceTypes)
    }

    /// The same where a pool may choose the addresses.
    package init(
        projectID: String, networkID: ID<Network>, name: String = "", description: String = "", cidr: IPPrefix?,
        ipVersion: IPVersion, pool: SubnetPoolChoice?, prefixLength: Int? = nil,
        gatewayIP: Field<IPAddress> = .absent, allocationPools: [IPRange]? = nil, dnsNameservers: [IPAddress] = [],
        hostRoutes: [HostRoute] = [], enableDHCP: Bool = true, ipv6RAMode: IPv6Mode? = nil,
        ipv6AddressMode: IPv6Mode? = nil, serviceTypes: [String] = []
    ) {
        self.projectID = projectID
        self.networkID = networkID
        self.name = name
        self.description = description
        self.ipVersion = ipVersion
        self.cidr = cidr
        self.pool = pool
        self.prefixLength = prefixLength
        self.gatewayIP = gatewayIP
        self.allocationPools = allocationPools
        self.dnsNameservers = dnsNameservers
        self.hostRoutes = hostRoutes
        self.enableDHCP = enableDHCP
        self.ipv6RAMode = ipv6RAMode
        self.ipv6AddressMode = ipv6AddressMode
        self.serviceTypes = serviceTypes
    }
}

/// `PUT /v2.0/subnets/<id>`: nil or absent leaves an attribute as it is.
package struct SubnetUpdate: Hashable, Sendable {
    package var name: String?
    package var description: String?
    /// Null: no gateway.
    package var gatewayIP: Field<IPAddress>
    package var allocationPools: [IPRange]?
    package var dnsNameservers: [IPAddress]?
    package var hostRoutes: [HostRoute]?
    package var enableDHCP: Bool?
    package var serviceTypes: [String]?

    package init(
        name: String? = nil, description: String? = nil, gatewayIP: Field<IPAddress> = .absent,
        allocationPools: [IPRange]? = nil, dnsNameservers: [IPAddress]? = nil, hostRoutes: [HostRoute]? = nil,
        enableDHCP: Bool? = nil, serviceTypes: [String]? = nil
    ) {
        self.serviceTypes = serviceTypes
        self.name = name
        self.description = description
        self.gatewayIP = gatewayIP
        self.allocationPools = allocationPools
        self.dnsNameservers = dnsNameservers
        self.hostRoutes = hostRoutes
        self.enableDHCP = enableDHCP
    }
}
