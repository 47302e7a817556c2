package import JSONCoding
package import NetAddress

/// A connection point of a network: a MAC address, addresses, and who uses it.
package struct Port: Hashable, Sendable {
    package var id: ID<Port>
    package var networkID: ID<Network>
    package var name: String
    package var standard: StandardAttributes
    package var adminStateUp: Bool
    package var status: ResourceStatus
    package var macAddress: MACAddress
    package var fixedIPs: [FixedIP]
    /// The user of the port: an instance, a container, a router …; any text, may be empty.
    package var deviceID: String
    /// What kind of user that is: `compute:nova`, `network:router_interface` …; may be empty.
    package var deviceOwner: String
    package var portSecurityEnabled: Bool
    /// Those whose rules allow what reaches and leaves the port.
    package var securityGroups: [ID<SecurityGroup>] = []
    /// Whether only what they allow passes, of IP.
    package var isFiltered = false
    package var allowedAddressPairs: [AllowedAddressPair]
    package var extraDHCPOptions: [ExtraDHCPOption]
    package var binding: PortBinding
    /// The trunk that the port is the parent of.
    package var trunk: TrunkDetails?
    /// The trunk that carries the port. The API tells it at the trunk only, so a client does not know it.
    package var subportOf: ID<Trunk>?
    /// Nil, in a client only, where the API has no names (extension `dns-integration`).
    package var names: PortDNS?

    package init(
        id: ID<Port>, networkID: ID<Network>, name: String = "", standard: StandardAttributes,
        adminStateUp: Bool = true,
        status: ResourceStatus = .down, macAddress: MACAddress, fixedIPs: [FixedIP] = [], deviceID: String = "",
        deviceOwner: String = "", portSecurityEnabled: Bool = true, allowedAddressPairs: [AllowedAddressPair] = [],
        extraDHCPOptions: [ExtraDHCPOption] = [], binding: PortBinding = PortBinding(), trunk: TrunkDetails? = nil,
        subportOf: ID<Trunk>? = nil, names: PortDNS? = nil
    ) {
        self.id = id
        self.networkID = networkID
        self.name = name
        self.standard = standard
        self.adminStateUp = adminStateUp
        self.status = status
        self.macAddress = macAddress
        self.fixedIPs = fixedIPs
        self.deviceID = deviceID
        self.deviceOwner = deviceOwner
        self.portSecurityEnabled = portSecurityEnabled
        self.allowedAddressPairs = allowedAddressPairs
        self.extraDHCPOptions = extraDHCPOptions
        self.binding = binding
        self.trunk = trunk
        self.subportOf = subportOf
        self.names = names
    }
}

/// An address of a port and the subnet it is from.
package struct FixedIP: Hashable, Sendable {
    package var subnetID: ID<Subnet>
    package var ipAddress: IPAddress

    package init(subnetID: ID<Subnet>, ipAddress: IPAddress) {
        (self.subnetID, self.ipAddress) = (subnetID, ipAddress)
    }
}

/// An address a request asks for: one of a subnet, a certain one, or both.
package struct FixedIPRequest: Hashable, Sendable {
    package var subnetID: ID<Subnet>?
    package var ipAddress: IPAddress?

    package init(subnetID: ID<Subnet>? = nil, ipAddress: IPAddress? = nil) {
        (self.subnetID, self.ipAddress) = (subnetID, ipAddress)
    }
}

/// An address, or a block of them, that a port may use although it is not one of its own (extension `allowed-address-pairs`).
package struct AllowedAddressPair: Hashable, Sendable {
    package var address: IPAddress
    /// Nil where the request gave a plain address.
    package var length: Int?
    /// Nil, in requests only, is the port's own.
    package var macAddress: MACAddress?

    package init(address: IPAddress, length: Int? = nil, macAddress: MACAddress? = nil) {
        (self.address, self.length, self.macAddress) = (address, length, macAddress)
    }

    /// The `ip_address` as it was given: an address, or an address with a length.
    package var text: String { length.map { "\(address)/\($0)" } ?? address.description }
}

/// A DHCP option for one port (extension `extra_dhcp_opt`).
package struct ExtraDHCPOption: Hashable, Sendable {
    /// `opt_name`, 1…64 characters.
    package var name: String
    /// `opt_value`. Nil, in updates only, removes the option.
    package var value: String?
    package var ipVersion: IPVersion

    package init(name: String, value: String?, ipVersion: IPVersion = .v4) {
        (self.name, self.value, self.ipVersion) = (name, value, ipVersion)
    }
}

/// Where and how a port is plugged in (extension `binding`).
package struct PortBinding: Hashable, Sendable {
    /// `binding:host_id`; empty while no host is asked for.
    package var hostID: String
    package var vnicType: VNICType
    /// What the host's software tells the plug: any object.
    package var profile: [String: JSON]
    /// `ovs`, or `unbound` while there is no host.
    package var vifType: String
    package var vifDetails: [String: JSON]

    package init(
        hostID: String = "", vnicType: VNICType = .normal, profile: [String: JSON] = [:], vifType: String = "unbound",
        vifDetails: [String: JSON] = [:]
    ) {
        self.hostID = hostID
        self.vnicType = vnicType
        self.profile = profile
        self.vifType = vifType
        self.vifDetails = vifDetails
    }
}

/// The kind of virtual interface (`binding:vnic_type`).
package enum VNICType: String, Hashable, Sendable, CaseIterable {
    case normal
    case direct
    case macvtap
    case baremetal
    case directPhysical = "direct-physical"
    case virtioForwarder = "virtio-forwarder"
    case smartNIC = "smart-nic"
    case vdpa
    case acceleratorDirect = "accelerator-direct"
    case acceleratorDirectPhysical = "accelerator-direct-physical"
    case remoteManaged = "remote-managed"
}
