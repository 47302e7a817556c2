package import NetAddress

/// Finds a free address in the allocation pools of one subnet.
///
/// The search holds no state: it asks the caller what is taken, one address or one block at a time. In a pool with room
/// it takes a few probes; in one that is (nearly) full, one count per block and at most a block's addresses.
package struct AddressSearch {
    private let pools: [IPRange]
    private let isTaken: (IPAddress) -> Bool
    private let takenCount: (AddressBlock) -> Int

    /// How often an address is drawn at random before the blocks are walked.
    private static let draws = 12

    /// `takenCount` counts the addresses of a block that are in use, those outside of the pools included.
    package init(
        pools: [IPRange], isTaken: @escaping (IPAddress) -> Bool, takenCount: @escaping (AddressBlock) -> Int
    ) {
        (self.pools, self.isTaken, self.takenCount) = (pools, isTaken, takenCount)
    }

    /// A free address chosen at random, nil where the pools are exhausted. An address just released is unlikely
    /// to be reused at once, while peers still have the former owner's MAC cached.
    package func random(using generator: inout some RandomNumberGenerator) -> IPAddress? {
        var pool = 0
        var bits: UInt128 = 0
        for _ in 0..<Self.draws {
            guard let drawn = draw(using: &generator) else { return nil }
            (pool, bits) = drawn
            let address = IPAddress(pools[pool].version, bits: bits)
            if !isTaken(address) { return address }
        }
        let start = bits >> 8
        let ranges = pools.map(\.bits)
        // From the block drawn last to the end of its pool, the other pools, then its pool's start.
        if let found = first(pool, in: start << 8...ranges[pool].upperBound) { return found }
        for other in pools.indices where other != pool {
            if let found = first(other, in: ranges[other]) { return found }
        }
        guard ranges[pool].lowerBound < start << 8 else { return nil }
        return first(pool, in: ranges[pool].lowerBound...(start << 8) - 1)
    }

    /// The lowest free address in the order of the pools, nil where they are exhausted.
    package func lowest() -> IPAddress? {
        for pool in pools.indices {
            if let found = first(pool, in: pools[pool].bits) { return found }
        }
        return nil
    }

    /// The lowest free address of a pool within `limits`.
    private func first(_ pool: Int, in limits: ClosedRange<UInt128>) -> IPAddress? {
        let version = pools[pool].version
        let limits = limits.clamped(to: pools[pool].bits)
        var block = AddressBlock(version, number: limits.lowerBound >> 8)
        let last = limits.upperBound >> 8
        while true {
            if takenCount(block) < AddressBlock.size {
                let candidates = block.bits.clamped(to: limits)
                for bits in candidates {
                    let address = IPAddress(version, bits: bits)
                    if !isTaken(address) { return address }
                }
            }
            if block.number == last { return nil }
            block = AddressBlock(version, number: block.number + 1)
        }
    }

    /// Any address of the pools, each as likely as any other.
    private func draw(using generator: inout some RandomNumberGenerator) -> (pool: Int, bits: UInt128)? {
        guard !pools.isEmpty else { return nil }
        if pools.count == 1 {
            return (0, .random(in: pools[0].bits, using: &generator))
        }
        let total = pools.reduce(UInt128(0)) { sum, pool in
            let (next, overflow) = sum.addingReportingOverflow(pool.count)
            return overflow ? .max : next
        }
        var offset = UInt128.random(in: 0..<total, using: &generator)
        for (index, pool) in pools.enumerated() {
            if offset < pool.count { return (index, pool.first.bits + offset) }
            offset -= pool.count
        }
        return (0, pools[0].first.bits)
    }
}

extension IPRange {
    fileprivate var bits: ClosedRange<UInt128> { first.bits...last.bits }
}
