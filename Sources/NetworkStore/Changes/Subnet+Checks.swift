import IPAM
import NetAddress
import NeutronAPI

/// What a subnet must be in itself, whatever else is on its network.
extension Subnet {
    /// Throws what Neutron refuses in a new subnet.
    func checkNew(_ configuration: NetworkStoreConfiguration) throws(NeutronError) {
        if cidr.length == 0 { throw .invalidInput("0 is not allowed as CIDR prefix length") }
        if ipVersion == .v6, cidr.network.bits == 0 { throw .invalidInput("IPv6 subnet '::' is not supported") }
        if enableDHCP { try checkDHCP() }
        if let gatewayIP { try checkGateway(gatewayIP) }
        try checkLists(configuration, new: true)
        try checkModes()
        try checkPools()
    }

    /// Throws what Neutron refuses in a change. What was taken once and stays is not looked at again.
    func checkChange(from old: Subnet, _ configuration: NetworkStoreConfiguration) throws(NeutronError) {
        if enableDHCP, !old.enableDHCP { try checkDHCP() }
        if !enableDHCP, old.enableDHCP, ipv6RAMode != nil || ipv6AddressMode != nil {
            throw .invalidInput("Cannot disable enable_dhcp with ipv6 attributes set")
        }
        if let gatewayIP, gatewayIP != old.gatewayIP { try checkGateway(gatewayIP) }
        try checkLists(configuration, new: false)
        if gatewayIP != old.gatewayIP || allocationPools != old.allocationPools { try checkPools() }
    }

    private func checkDHCP() throws(NeutronError) {
        if ipVersion.width - cidr.length < 2 {
            throw .invalidInput("Subnet has a prefix length that is incompatible with DHCP service enabled")
        }
        let first = cidr.network.octets
        let (multicast, loopback) =
            ipVersion == .v4 ? (224...239 ~= first[0], first[0] == 127) : (first[0] == 0xff, cidr.network.bits == 1)
        if multicast { throw .invalidInput("Multicast IP subnet is not supported if enable_dhcp is True") }
        if loopback { throw .invalidInput("Loopback IP subnet is not supported if enable_dhcp is True") }
        if ipVersion == .v4, cidr.network.bits == 0 {
            throw .invalidInput("First IP '0.0.0.0' of network is not supported if enable_dhcp is True.")
        }
    }

    private func checkGateway(_ gateway: IPAddress) throws(NeutronError) {
        if gateway.version != ipVersion { throw .versionMismatch("gateway_ip", gateway, ipVersion) }
        if !cidr.admitsGateway(gateway) { throw .invalidInput("Gateway is not valid on subnet") }
    }

    private func checkLists(_ configuration: NetworkStoreConfiguration, new: Bool) throws(NeutronError) {
        if dnsNameservers.count > configuration.maximumNameservers {
            throw .dnsNameserversExhausted(new ? nil : id, quota: configuration.maximumNameservers)
        }
        for server in dnsNameservers where server.version != ipVersion {
            throw .versionMismatch("dns_nameserver", server, ipVersion)
        }
        if hostRoutes.count > configuration.maximumHostRoutes {
            throw .hostRoutesExhausted(new ? nil : id, quota: configuration.maximumHostRoutes)
        }
        for route in hostRoutes {
            if route.nexthop.version != ipVersion { throw .versionMismatch("nexthop", route.nexthop, ipVersion) }
            if route.destination.version != ipVersion {
                throw .versionMismatch("destination", route.destination, ipVersion)
            }
        }
    }

    /// RFC 4862 forms 64 bits of an address from a MAC, so the prefix has the other 64.
    private func checkModes() throws(NeutronError) {
        if ipVersion == .v4 {
            if ipv6RAMode != nil { throw .invalidInput("ipv6_ra_mode is not valid when ip_version is 4") }
            if ipv6AddressMode != nil { throw .invalidInput("ipv6_address_mode is not valid when ip_version is 4") }
            return
        }
        guard ipv6RAMode != nil || ipv6AddressMode != nil else { return }
        if !enableDHCP {
            throw .invalidInput("ipv6_ra_mode or ipv6_address_mode cannot be set when enable_dhcp is set to False")
        }
        if let ipv6RAMode, let ipv6AddressMode, ipv6RAMode != ipv6AddressMode {
            throw .invalidInput(
                "ipv6_ra_mode set to '\(ipv6RAMode.rawValue)' with ipv6_address_mode set to '\(ipv6AddressMode.rawValue)' "
                    + "is not valid. If both attributes are set, they must be the same value")
        }
        if isAutoAddressed, cidr.length != 64 {
            throw .invalidInput(
                "Invalid CIDR \(cidr) for IPv6 address mode. OpenStack uses the EUI-64 address format, "
                    + "which requires the prefix to be /64")
        }
    }

    private func checkPools() throws(NeutronError) {
        do {
            try AllocationPools.check(allocationPools, in: cidr, gateway: gatewayIP)
        } catch {
            switch error {
            case .wrongVersion(let pool): throw .invalidAllocationPool(pool)
            case .outside(let pool, let prefix): throw .outOfBoundsAllocationPool(pool, cidr: prefix)
            case .overlapping(let one, let other, let prefix):
                throw .overlappingAllocationPools(one, other, cidr: prefix)
            case .gatewayInside(let gateway, let pool):
                throw .gatewayConflictWithAllocationPools(gateway, pool: pool)
            }
        }
    }
}
