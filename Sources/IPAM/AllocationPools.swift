package import NetAddress

/// The ranges from which addresses are allocated automatically. A port may request any other address of the subnet.
package enum AllocationPools {
    /// The default pools of a subnet: all assignable addresses but the gateway.
    package static func standard(for prefix: IPPrefix, gateway: IPAddress?) -> [IPRange] {
        let whole = prefix.assignable
        guard let gateway, whole.contains(gateway) else { return [whole] }
        if whole.first == whole.last { return [whole] }
        return [
            gateway.advanced(by: -1).flatMap { IPRange(whole.first, $0) },
            gateway.advanced(by: 1).flatMap { IPRange($0, whole.last) },
        ].compactMap(\.self)
    }

    /// Throws where a pool is of the other IP version or leaves the assignable addresses of `prefix`, where two pools
    /// share an address, or where one holds the gateway.
    package static func check(_ pools: [IPRange], in prefix: IPPrefix, gateway: IPAddress?) throws(AllocationPoolError)
    {
        let whole = prefix.assignable
        for pool in pools {
            guard pool.version == prefix.version else { throw .wrongVersion(pool) }
            guard whole.contains(pool.first), whole.contains(pool.last) else { throw .outside(pool, prefix) }
        }
        for (index, pool) in pools.enumerated() {
            if let other = pools[(index + 1)...].first(where: pool.overlaps) { throw .overlapping(pool, other, prefix) }
        }
        if let gateway, let pool = pools.first(where: { $0.contains(gateway) }) { throw .gatewayInside(gateway, pool) }
    }
}

/// Why a list of pools does not fit its subnet.
package enum AllocationPoolError: Error, Hashable {
    case wrongVersion(IPRange)
    case outside(IPRange, IPPrefix)
    case overlapping(IPRange, IPRange, IPPrefix)
    case gatewayInside(IPAddress, IPRange)
}
