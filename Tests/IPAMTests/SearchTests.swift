import IPAM
import NetAddress
import Testing

/// The addresses in use, and how often the search queried them.
private final class Taken {
    var addresses: Set<IPAddress> = []
    var blocks: [AddressBlock: Int] = [:]
    var probes = 0

    func take(_ address: IPAddress) {
        if addresses.insert(address).inserted { blocks[AddressBlock(containing: address), default: 0] += 1 }
    }

    func search(_ pools: [IPRange]) -> AddressSearch {
        AddressSearch(
            pools: pools,
            isTaken: {
                self.probes += 1
                return self.addresses.contains($0)
            },
            takenCount: {
                self.probes += 1
                return self.blocks[$0, default: 0]
            })
    }
}

@Suite struct SearchTests {
    @Test func `every address of the pools is given exactly once`() {
        let taken = Taken()
        let pools = [range("10.0.0.200", "10.0.2.30"), range("10.0.5.1", "10.0.5.1"), range("10.0.5.3", "10.0.5.9")]
        let search = taken.search(pools)
        var generator = SystemRandomNumberGenerator()
        var given = 0
        while let address = search.random(using: &generator) {
            #expect(pools.contains { $0.contains(address) })
            #expect(!taken.addresses.contains(address))
            taken.take(address)
            given += 1
        }
        #expect(given == pools.reduce(0) { $0 + Int($1.count) })
        #expect(search.lowest() == nil)
    }

    @Test(arguments: 0..<20) func `the last free address of a /16 is found with few probes`(seed: UInt32) {
        let taken = Taken()
        let free = IPAddress(.v4, bits: 0x0a00_0002 + UInt128(seed) * 3_421)
        for bits in UInt128(0x0a00_0002)...0x0a00_fffe where bits != free.bits {
            taken.take(IPAddress(.v4, bits: bits))
        }
        let search = taken.search([range("10.0.0.2", "10.0.255.254")])
        var generator = SystemRandomNumberGenerator()
        #expect(search.random(using: &generator) == free)
        #expect(search.lowest() == free)
        #expect(taken.probes < 2_500)
        taken.probes = 0
        taken.take(free)
        #expect(search.random(using: &generator) == nil)
        #expect(taken.probes < 1_200)
    }

    @Test func `an IPv6 pool is searched as fast as a small one`() {
        let taken = Taken()
        let search = taken.search([range("fd00::1", "fd00::ffff:ffff:ffff:ffff")])
        for _ in 0..<1_000 { taken.take(search.lowest()!) }
        #expect(search.lowest() == IPAddress("fd00::3e9"))
        taken.probes = 0
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<1_000 { taken.take(search.random(using: &generator)!) }
        #expect(taken.probes < 1_100)
    }

    @Test func `the lowest address comes first`() {
        let taken = Taken()
        let search = taken.search([range("10.0.0.254", "10.0.1.1"), range("10.0.0.3", "10.0.0.3")])
        var order: [String] = []
        while let address = search.lowest() {
            order.append(address.description)
            taken.take(address)
        }
        #expect(order == ["10.0.0.254", "10.0.0.255", "10.0.1.0", "10.0.1.1", "10.0.0.3"])
    }

    @Test func `without pools there is no address`() {
        var generator = SystemRandomNumberGenerator()
        #expect(Taken().search([]).random(using: &generator) == nil)
        #expect(Taken().search([]).lowest() == nil)
    }

    @Test func `a MAC has the base's octets and is not in use`() throws {
        var generator = SystemRandomNumberGenerator()
        var known: Set<MACAddress> = []
        for _ in 0..<1_000 {
            let mac = try #require(MACGenerator.standard.next(using: &generator) { known.contains($0) })
            #expect(mac.description.hasPrefix("fa:16:3e:"))
            #expect(known.insert(mac).inserted)
        }
        let four = try #require(MACGenerator(base: MACAddress("fa:16:3e:4f:00:00")!))
        #expect(four.next(using: &generator) { _ in false }!.description.hasPrefix("fa:16:3e:4f:"))
        #expect(four.next(using: &generator) { _ in true } == nil)
        #expect(MACGenerator(base: MACAddress("01:00:5e:00:00:00")!) == nil)
    }
}
