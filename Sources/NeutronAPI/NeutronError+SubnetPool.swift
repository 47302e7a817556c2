// Refusals about subnet pools and address scopes.
package import NetAddress

extension NeutronError {
    package static func subnetPoolNotFound(_ id: String) -> Self {
        Self(status: 404, type: "SubnetPoolNotFound", message: "Subnet pool \(id) could not be found.")
    }

    static let emptySubnetPoolPrefixList = Self(
        status: 400, type: "EmptySubnetPoolPrefixList", message: "Empty subnet pool prefix list.")

    static let prefixVersionMismatch = Self(
        status: 400, type: "PrefixVersionMismatch", message: "Cannot mix IPv4 and IPv6 prefixes in a subnet pool.")

    static func illegalSubnetPoolPrefixBounds(
        _ bound: (name: String, length: Int), _ other: (name: String, length: Int)
    ) -> Self {
        Self(
            status: 400, type: "IllegalSubnetPoolPrefixBounds",
            message: "Illegal prefix bounds: \(bound.name)=\(bound.length), \(other.name)=\(other.length).")
    }

    package static func illegalSubnetPoolPrefixUpdate(_ reason: String) -> Self {
        Self(
            status: 400, type: "IllegalSubnetPoolPrefixUpdate", message: "Illegal update to prefixes: \(reason).")
    }

    package static func illegalSubnetPoolUpdate(_ reason: String) -> Self {
        Self(status: 400, type: "IllegalSubnetPoolUpdate", message: "Illegal subnetpool update : \(reason).")
    }

    /// 400: there is one default pool of a version at most.
    package static let defaultSubnetPoolExists = invalidInput(
        "A default subnetpool for this IP family has already been set. Only one default may exist per IP family")

    /// 400: subnets come from the pool.
    package static let subnetPoolInUse = Self(
        status: 400, type: "SubnetPoolDeleteError",
        message: "Unable to delete subnet pool: Subnet pool has existing allocations.")
}

// What has no place for a subnet.
extension NeutronError {
    package static func noDefaultSubnetPool(_ version: IPVersion) -> Self {
        badRequest(resource: "subnets", "No default subnetpool found for IPv\(version.rawValue)")
    }

    package static func subnetOfOtherVersion(_ version: IPVersion, pool: IPVersion) -> Self {
        badRequest(
            resource: "subnets",
            "Cannot allocate IPv\(version.rawValue) subnet from IPv\(pool.rawValue) subnet pool")
    }

    package static func subnetTooLarge(_ length: Int, minimum: Int) -> Self {
        Self(
            status: 400, type: "MinPrefixSubnetAllocationError",
            message: "Unable to allocate subnet with prefix length \(length), minimum allowed prefix is \(minimum).")
    }

    package static func subnetTooSmall(_ length: Int, maximum: Int) -> Self {
        Self(
            status: 400, type: "MaxPrefixSubnetAllocationError",
            message: "Unable to allocate subnet with prefix length \(length), maximum allowed prefix is \(maximum).")
    }

    /// 409: the project has as much of the pool as its quota lets it have.
    package static let subnetPoolQuotaExceeded = Self(
        status: 409, type: "SubnetPoolQuotaExceeded", message: "Per-tenant subnet pool prefix quota exceeded.")

    /// 409, where Neutron answers 500: nothing of that size is left.
    package static func subnetPoolExhausted(_ length: Int) -> Self {
        subnetAllocationFailed("Insufficient prefix space to allocate subnet size /\(length)")
    }

    /// 409, where Neutron answers 500: the addresses that a request names are not in the pool, or taken.
    package static let subnetPoolLacksPrefix = subnetAllocationFailed(
        "Cannot allocate requested subnet from the available set of prefixes")

    private static func subnetAllocationFailed(_ reason: String) -> Self {
        Self(status: 409, type: "SubnetAllocationError", message: "Failed to allocate subnet: \(reason).")
    }

    /// 400: a network's subnets of one version come from one pool, or from none, unless an address scope has them all.
    package static let networkSubnetPoolAffinity = Self(
        status: 400, type: "NetworkSubnetPoolAffinityError",
        message: "Subnets hosted on the same network must be allocated from the same subnet pool.")
}

// Address scopes.
extension NeutronError {
    package static func addressScopeNotFound(_ id: String) -> Self {
        Self(status: 404, type: "AddressScopeNotFound", message: "Address scope \(id) could not be found.")
    }

    package static func addressScopeInUse(_ id: ID<AddressScope>) -> Self {
        Self(
            status: 409, type: "AddressScopeInUse",
            message: "Unable to complete operation on address scope \(id). "
                + "There are one or more subnet pools in use on the address scope.")
    }

    package static func addressScopeUpdate(_ id: ID<AddressScope>, _ reason: String) -> Self {
        Self(
            status: 400, type: "AddressScopeUpdateError", message: "Unable to update address scope \(id) : \(reason).")
    }

    /// 409: two pools of a scope have the same addresses.
    package static let addressScopePrefixConflict = Self(
        status: 409, type: "AddressScopePrefixConflict",
        message:
            "Failed to associate address scope: subnetpools within an address scope must have unique prefixes.")

    /// 400: `version` is the scope's.
    package static func addressScopeOfOtherVersion(
        _ pool: ID<SubnetPool>, _ scope: ID<AddressScope>, _ version: IPVersion
    ) -> Self {
        Self(
            status: 400, type: "IllegalSubnetPoolIpVersionAssociationToAddressScope",
            message: "Illegal subnetpool association: subnetpool \(pool) cannot associate with address scope "
                + "\(scope) because subnetpool ip_version is not \(version.rawValue).")
    }

    /// 400: a network's subnets of one version are in one scope, or in none.
    package static let networkAddressScopeAffinity = Self(
        status: 400, type: "NetworkAddressScopeAffinityError",
        message: "Subnets of the same address family hosted on the same network must all participate in the same "
            + "address scope.")
}
