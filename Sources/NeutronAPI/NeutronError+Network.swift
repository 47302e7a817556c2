// Refusals about networks and subnets.
package import NetAddress

extension NeutronError {
    package static func networkNotFound(_ id: String) -> Self {
        Self(status: 404, type: "NetworkNotFound", message: "Network \(id) could not be found.")
    }

    package static func networkNotFound(_ id: ID<Network>) -> Self { networkNotFound(id.description) }

    /// 409: the name was claimed (`claim_name`), and the project has a network of that name.
    package static func networkNameInUse(_ name: String) -> Self {
        Self(status: 409, type: networkNameInUse, message: "A network with the name \(name) exists already.")
    }

    package static let networkNameInUse = "NetworkNameInUse"

    /// 409: the network has ports that do not go with it.
    package static func networkInUse(_ id: ID<Network>, ports: [ID<Port>]) -> Self {
        let list = ports.map(\.description).joined(separator: ",")
        return Self(
            status: 409, type: "NetworkInUse",
            message: "Unable to complete operation on network \(id). "
                + "There are one or more ports still in use on the network, id for these ports is: \(list).")
    }

    /// 409: the network cannot be unshared while other projects use it.
    package static func invalidSharedSetting(network name: String) -> Self {
        Self(
            status: 409, type: "InvalidSharedSetting",
            message: "Unable to reconfigure sharing settings for network \(name). Multiple projects are using it.")
    }

    /// 409: an MTU below `minimum`, which is what IPv4 (68) or IPv6 (1280) needs.
    package static func networkMTUSubnetConflict(_ id: ID<Network>, minimum: Int) -> Self {
        Self(
            status: 409, type: "NetworkMTUSubnetConflict",
            message: "MTU of \(id) is not valid, subnet requires a minimum of \(minimum)")
    }

    package static func availabilityZoneNotFound(_ name: String) -> Self {
        Self(
            status: 404, type: "AvailabilityZoneNotFound", message: "AvailabilityZone \(name) could not be found.")
    }

    package static func subnetNotFound(_ id: String) -> Self {
        Self(status: 404, type: "SubnetNotFound", message: "Subnet \(id) could not be found.")
    }

    package static func subnetNotFound(_ id: ID<Subnet>) -> Self { subnetNotFound(id.description) }

    /// 409: ports have addresses of the subnet.
    package static func subnetInUse(_ id: ID<Subnet>) -> Self {
        Self(
            status: 409, type: "SubnetInUse",
            message: "Unable to complete operation on subnet \(id): "
                + "One or more ports have an IP allocation from this subnet.")
    }

    /// 400: another subnet of the network has some of the addresses.
    package static func subnetOverlaps(_ cidr: IPPrefix, network: ID<Network>) -> Self {
        invalidInput("Requested subnet with cidr: \(cidr) for network: \(network) overlaps with another subnet")
    }

    /// 400: `name '<address>' does not match the ip_version`.
    package static func versionMismatch(_ name: String, _ address: some CustomStringConvertible, _ version: IPVersion)
        -> Self
    {
        invalidInput("\(name) '\(address)' does not match the ip_version '\(version.rawValue)'")
    }

    package static func invalidAllocationPool(_ pool: IPRange) -> Self {
        Self(status: 400, type: "InvalidAllocationPool", message: "The allocation pool \(pool) is not valid.")
    }

    package static func outOfBoundsAllocationPool(_ pool: IPRange, cidr: IPPrefix) -> Self {
        Self(
            status: 400, type: "OutOfBoundsAllocationPool",
            message: "The allocation pool \(pool) spans beyond the subnet cidr \(cidr).")
    }

    package static func overlappingAllocationPools(_ one: IPRange, _ other: IPRange, cidr: IPPrefix) -> Self {
        Self(
            status: 409, type: "OverlappingAllocationPools",
            message: "Found overlapping allocation pools: \(one) \(other) for subnet \(cidr).")
    }

    package static func gatewayConflictWithAllocationPools(_ gateway: IPAddress, pool: IPRange) -> Self {
        Self(
            status: 409, type: "GatewayConflictWithAllocationPools",
            message: "Gateway ip \(gateway) conflicts with allocation pool \(pool).")
    }

    /// 409: the gateway's address belongs to a port and cannot change.
    package static func gatewayIPInUse(_ gateway: IPAddress, port: ID<Port>) -> Self {
        Self(
            status: 409, type: "GatewayIpInUse",
            message: "Current gateway ip \(gateway) already in use by port \(port). Unable to update.")
    }

    /// 400: more name servers than `quota`. A nil subnet is one that is being made.
    package static func dnsNameserversExhausted(_ subnet: ID<Subnet>?, quota: Int) -> Self {
        Self(
            status: 400, type: "DNSNameServersExhausted",
            message: "Unable to complete operation for \(subnet?.description ?? "new subnet"). "
                + "The number of DNS nameservers exceeds the limit \(quota).")
    }

    /// 400: more host routes than `quota`. A nil subnet is one that is being made.
    package static func hostRoutesExhausted(_ subnet: ID<Subnet>?, quota: Int) -> Self {
        Self(
            status: 400, type: "HostRoutesExhausted",
            message: "Unable to complete operation for \(subnet?.description ?? "new subnet"). "
                + "The number of host routes exceeds the limit \(quota).")
    }
}
