import IPAM
import NetAddress
import NeutronAPI

/// Checks of a subnet by itself, apart from the rest of its network. ``SubnetCreate`` has been checked when it was
/// parsed; its pools are checked here, where the gateway is known.
extension Subnet {
    /// Throws what Neutron refuses in a change. Unchanged attributes are not checked again.
    func checkChange(from old: Subnet) throws(NeutronError) {
        if enableDHCP, !old.enableDHCP { try SubnetRules.validate(dhcpOn: cidr) }
        if !enableDHCP, old.enableDHCP, ipv6RAMode != nil || ipv6AddressMode != nil {
            throw .invalidInput("Cannot disable enable_dhcp with ipv6 attributes set")
        }
        if let gatewayIP, gatewayIP != old.gatewayIP { try SubnetRules.validate(gateway: gatewayIP, on: cidr) }
        try SubnetRules.validate(nameservers: dnsNameservers, of: id, ipVersion)
        try SubnetRules.validate(hostRoutes: hostRoutes, of: id, ipVersion)
        if gatewayIP != old.gatewayIP || allocationPools != old.allocationPools { try checkPools() }
    }

    /// Throws unless the pools lie in the subnet, apart from each other and from the gateway.
    func checkPools() throws(NeutronError) {
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
