// Refusals about ports and their addresses.
package import NetAddress

extension NeutronError {
    package static func portNotFound(_ id: String) -> Self {
        Self(status: 404, type: "PortNotFound", message: "Port \(id) could not be found.")
    }

    package static func portNotFound(_ id: ID<Port>) -> Self { portNotFound(id.description) }

    package static func macAddressInUse(_ mac: MACAddress, network: ID<Network>) -> Self {
        Self(
            status: 409, type: "MacAddressInUse",
            message: "Unable to complete operation for network \(network). The mac address \(mac) is in use.")
    }

    /// 400: the same address pair twice.
    package static func duplicateAddressPair(_ pair: AllowedAddressPair) -> Self {
        Self(
            status: 400, type: "DuplicateAddressPairInRequest",
            message: "Request contains duplicate address pair: "
                + "mac_address \(pair.macAddress?.description ?? "None") ip_address \(pair.text).")
    }

    /// 409, as Neutron's built-in IPAM says it: an address that a port has.
    package static func ipAddressAlreadyAllocated(_ address: IPAddress, subnet: ID<Subnet>) -> Self {
        Self(
            status: 409, type: "IpAddressAlreadyAllocated",
            message: "IP address \(address) already allocated in subnet \(subnet)")
    }

    /// 409: all allocation pools of the network's subnets are full.
    package static func ipAddressGenerationFailure(_ network: ID<Network>) -> Self {
        Self(
            status: 409, type: "IpAddressGenerationFailure",
            message: "No more IP addresses available on network \(network).")
    }

    /// 400: not an address of the subnet the request names, or its network or broadcast address.
    package static func invalidIPForSubnet(_ address: IPAddress) -> Self {
        Self(
            status: 400, type: "InvalidIpForSubnet",
            message: "IP address \(address) is not a valid IP for the specified subnet.")
    }

    /// 400: not an address of any subnet of the network.
    package static func invalidIPForNetwork(_ address: IPAddress) -> Self {
        Self(
            status: 400, type: "InvalidIpForNetwork",
            message: "IP address \(address) is not a valid IP for any of the subnets on the specified network.")
    }

    /// 400: a certain address of a subnet whose members make their own (SLAAC, DHCPv6 stateless).
    package static func allocationOnAutoAddressSubnet(_ address: IPAddress, subnet: ID<Subnet>) -> Self {
        Self(
            status: 400, type: "AllocationOnAutoAddressSubnet",
            message: "IPv6 address \(address) cannot be directly assigned to a port on subnet \(subnet) "
                + "as the subnet is configured for automatic addresses")
    }

    /// 400: addresses are asked for on a network without subnets.
    package static var allocationNeedsSubnets: Self { invalidInput("IP allocation requires subnets for network") }

    /// 400: `fixed_ips` names a subnet of another network.
    package static func subnetOfAnotherNetwork(_ subnet: ID<Subnet>, network: ID<Network>) -> Self {
        invalidInput("Failed to create port on network \(network), because fixed_ips included invalid subnet \(subnet)")
    }

    package static func unsupportedPortDeviceOwner(_ operation: String, owner: String, port: ID<Port>) -> Self {
        Self(
            status: 409, type: "UnsupportedPortDeviceOwner",
            message: "Operation \(operation) is not supported for device_owner \(owner) on port \(port).")
    }

    /// 409: a port that is plugged in cannot change its MAC address.
    package static func portBound(_ port: ID<Port>, vifType: String, old: MACAddress, new: MACAddress) -> Self {
        Self(
            status: 409, type: "PortBound",
            message: "Unable to complete operation on port \(port), port is already bound, port type: \(vifType), "
                + "old_mac \(old), new_mac \(new).")
    }

    package static var addressPairAndPortSecurityRequired: Self {
        Self(
            status: 409, type: "AddressPairAndPortSecurityRequired",
            message: "Port Security must be enabled in order to have allowed address pairs on a port.")
    }

    package static func networkMACAddressGenerationFailure(_ network: ID<Network>) -> Self {
        Self(
            status: 503, type: "NetworkMacAddressGenerationFailure",
            message: "Unable to generate unique mac on network \(network).")
    }

    /// 404: a resource has no such tag.
    package static func tagNotFound(_ tag: String) -> Self {
        Self(status: 404, type: "TagNotFound", message: "Tag \(tag.shortened) could not be found.")
    }

    /// 409: the network has subnets for ports of other owners only.
    package static func noSubnetForService(_ deviceOwner: String, network: ID<Network>) -> Self {
        Self(
            status: 409, type: "IpAddressGenerationFailureNoMatchingSubnet",
            message: "No valid service subnet for the given device owner, network \(network), "
                + "service type \(deviceOwner.shortened).")
    }
}
