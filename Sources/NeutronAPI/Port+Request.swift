package import JSONCoding
package import NetAddress

/// `POST /v2.0/ports`.
package struct PortCreate: Hashable, Sendable {
    package var projectID: String
    package var networkID: ID<Network>
    package var name: String
    package var description: String
    package var adminStateUp: Bool
    /// Nil: a new one.
    package var macAddress: MACAddress?
    /// Nil: one address of each version the network has; empty: none.
    package var fixedIPs: [FixedIPRequest]?
    package var deviceID: String
    package var deviceOwner: String
    /// Nil: as the network says.
    package var portSecurityEnabled: Bool?
    package var allowedAddressPairs: [AllowedAddressPair]
    /// Options without a value are left out already.
    package var extraDHCPOptions: [ExtraDHCPOption]
    package var hostID: String
    package var vnicType: VNICType
    package var profile: [String: JSON]
    /// Sorted, without duplicates.
    package var tags: [String]
    /// In lower case; empty for none.
    package var dnsName: String
    package var dnsDomain: String
    /// Nil: the project's default group, unless port security is off.
    package var securityGroups: [ID<SecurityGroup>]?
    /// Whether, where it names no groups, it gets the default group. Otherwise nothing is filtered.
    package var isFiltered: Bool

    package init(
        projectID: String, networkID: ID<Network>, name: String = "", description: String = "",
        adminStateUp: Bool = true,
        macAddress: MACAddress? = nil, fixedIPs: [FixedIPRequest]? = nil, deviceID: String = "",
        deviceOwner: String = "",
        portSecurityEnabled: Bool? = nil, allowedAddressPairs: [AllowedAddressPair] = [],
        extraDHCPOptions: [ExtraDHCPOption] = [], hostID: String = "", vnicType: VNICType = .normal,
        profile: [String: JSON] = [:], tags: [String] = [], dnsName: String = "",
        dnsDomain: String = "", securityGroups: [ID<SecurityGroup>]? = nil, isFiltered: Bool = true
    ) {
        self.projectID = projectID
        self.networkID = networkID
        self.name = name
        self.description = description
        self.adminStateUp = adminStateUp
        self.macAddress = macAddress
        self.fixedIPs = fixedIPs
        self.deviceID = deviceID
        self.deviceOwner = deviceOwner
        self.portSecurityEnabled = portSecurityEnabled
        self.allowedAddressPairs = allowedAddressPairs
        self.extraDHCPOptions = extraDHCPOptions
        self.hostID = hostID
        self.vnicType = vnicType
        self.profile = profile
        self.tags = tags
        self.dnsName = dnsName
        self.dnsDomain = dnsDomain
        self.securityGroups = securityGroups
        self.isFiltered = isFiltered
    }
}

/// `PUT /v2.0/ports/<id>`: nil leaves an attribute as it is. Null in the request is the empty value where Neutron says so.
package struct PortUpdate: Hashable, Sendable {
    package var name: String?
    package var description: String?
    package var adminStateUp: Bool?
    package var macAddress: MACAddress?
    /// Whether it gets a new MAC in place of the present one (extension `port-mac-address-regenerate`).
    package var regeneratesMAC = false
    /// The whole new list; an address that the port has already keeps its place.
    package var fixedIPs: [FixedIPRequest]?
    package var deviceID: String?
    package var deviceOwner: String?
    package var portSecurityEnabled: Bool?
    package var allowedAddressPairs: [AllowedAddressPair]?
    /// Options to set, by name and version; those without a value are removed, others stay.
    package var extraDHCPOptions: [ExtraDHCPOption]?
    /// Empty unbinds.
    package var hostID: String?
    package var vnicType: VNICType?
    package var profile: [String: JSON]?
    /// Empty removes it.
    package var dnsName: String?
    package var dnsDomain: String?
    package var securityGroups: [ID<SecurityGroup>]?

    package init(
        name: String? = nil, description: String? = nil, adminStateUp: Bool? = nil, macAddress: MACAddress? = nil,
        fixedIPs: [FixedIPRequest]? = nil, deviceID: String? = nil, deviceOwner: String? = nil,
        portSecurityEnabled: Bool? = nil, allowedAddressPairs: [AllowedAddressPair]? = nil,
        extraDHCPOptions: [ExtraDHCPOption]? = nil, hostID: String? = nil, vnicType: VNICType? = nil,
        profile: [String: JSON]? = nil, dnsName: String? = nil, dnsDomain: String? = nil,
        securityGroups: [ID<SecurityGroup>]? = nil
    ) {
        self.name = name
        self.description = description
        self.adminStateUp = adminStateUp
        self.macAddress = macAddress
        self.fixedIPs = fixedIPs
        self.deviceID = deviceID
        self.deviceOwner = deviceOwner
        self.portSecurityEnabled = portSecurityEnabled
        self.allowedAddressPairs = allowedAddressPairs
        self.extraDHCPOptions = extraDHCPOptions
        self.hostID = hostID
        self.vnicType = vnicType
        self.profile = profile
        self.dnsName = dnsName
        self.dnsDomain = dnsDomain
        self.securityGroups = securityGroups
    }
}
