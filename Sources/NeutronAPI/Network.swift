/// A layer 2 network of the API: one broadcast domain, on any number of hosts.
package struct Network: Hashable, Sendable {
    package var id: ID<Network>
    /// Need not be unique; may be empty.
    package var name: String
    package var standard: StandardAttributes
    package var adminStateUp: Bool
    package var status: ResourceStatus
    /// Whether other projects may use it.
    package var shared: Bool
    /// `router:external`: whether routers may have it as their gateway.
    package var external: Bool
    /// The subnets, in the order of their identifiers.
    package var subnets: [ID<Subnet>]
    /// The largest IP packet in bytes.
    package var mtu: Int
    /// Whether new ports have port security unless they say otherwise.
    package var portSecurityEnabled: Bool
    package var provider: Provider
    package var availabilityZoneHints: [String]
    /// `dns_domain`: its ports have their names in this domain too. With a final dot; empty for none.
    package var dnsDomain: String
    /// The address scopes of the pools that its subnets come from.
    package var ipv4AddressScope: ID<AddressScope>?
    package var ipv6AddressScope: ID<AddressScope>?

    /// How the network is carried between hosts (extension `provider`).
    package struct Provider: Hashable, Sendable {
        /// `geneve`, `vxlan`, `vlan`, `flat` …
        package var networkType: String
        package var physicalNetwork: String?
        package var segmentationID: Int?

        package init(networkType: String, physicalNetwork: String? = nil, segmentationID: Int? = nil) {
            self.networkType = networkType
            self.physicalNetwork = physicalNetwork
            self.segmentationID = segmentationID
        }
    }

    package init(
        id: ID<Network>, name: String = "", standard: StandardAttributes, adminStateUp: Bool = true,
        status: ResourceStatus = .active, shared: Bool = false, external: Bool = false, subnets: [ID<Subnet>] = [],
        mtu: Int,
        portSecurityEnabled: Bool = true, provider: Provider, availabilityZoneHints: [String] = [],
        dnsDomain: String = ""
    ) {
        self.id = id
        self.name = name
        self.standard = standard
        self.adminStateUp = adminStateUp
        self.status = status
        self.shared = shared
        self.external = external
        self.subnets = subnets
        self.mtu = mtu
        self.portSecurityEnabled = portSecurityEnabled
        self.provider = provider
        self.availabilityZoneHints = availabilityZoneHints
        self.dnsDomain = dnsDomain
    }
}

/// `POST /v2.0/networks`: every field that was left out has Neutron's default here.
package struct NetworkCreate: Hashable, Sendable {
    package var projectID: String
    package var name: String
    package var description: String
    package var adminStateUp: Bool
    package var shared: Bool
    /// Nil, or 0 in the request, is the largest that the encapsulation leaves room for.
    package var mtu: Int?
    package var portSecurityEnabled: Bool
    /// Whether it is refused where the project has a network of that name (extension `network-name-claim`, our own).
    package var claimsName: Bool
    package var dnsDomain: String
    package var availabilityZoneHints: [String]

    package init(
        projectID: String, name: String = "", description: String = "", adminStateUp: Bool = true, shared: Bool = false,
        mtu: Int? = nil, portSecurityEnabled: Bool = true, claimsName: Bool = false,
        dnsDomain: String = "", availabilityZoneHints: [String] = []
    ) {
        self.availabilityZoneHints = availabilityZoneHints
        self.projectID = projectID
        self.name = name
        self.description = description
        self.adminStateUp = adminStateUp
        self.shared = shared
        self.mtu = mtu
        self.portSecurityEnabled = portSecurityEnabled
        self.claimsName = claimsName
        self.dnsDomain = dnsDomain
    }
}

/// `PUT /v2.0/networks/<id>`: nil leaves an attribute as it is.
package struct NetworkUpdate: Hashable, Sendable {
    package var name: String?
    package var description: String?
    package var adminStateUp: Bool?
    package var shared: Bool?
    /// 0 is the largest that the encapsulation leaves room for.
    package var mtu: Int?
    package var portSecurityEnabled: Bool?
    /// Empty removes it.
    package var dnsDomain: String?

    package init(
        name: String? = nil, description: String? = nil, adminStateUp: Bool? = nil, shared: Bool? = nil,
        mtu: Int? = nil,
        portSecurityEnabled: Bool? = nil, dnsDomain: String? = nil
    ) {
        self.name = name
        self.description = description
        self.adminStateUp = adminStateUp
        self.shared = shared
        self.mtu = mtu
        self.portSecurityEnabled = portSecurityEnabled
        self.dnsDomain = dnsDomain
    }
}
