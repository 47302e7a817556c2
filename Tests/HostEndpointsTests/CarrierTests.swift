import NeutronAPI
import TestSamples
import Testing

@testable import HostEndpoints

/// What is decided from what the service says.
struct CarrierTests {
    static let vif = ID<Port>(high: 3, low: 99)

    func carrier(_ subports: [UInt64: Int], profiled: [UInt64: Int]) throws -> Carrier {
        let trunk = Trunk(
            id: ID(high: 4, low: 1), standard: Sample.standard, portID: Self.vif,
            subports: subports.map { Subport(portID: ID(high: 3, low: $0.key), segmentationID: $0.value) })
        let pairs = profiled.map { (ID<Port>(high: 3, low: $0.key), $0.value) }
        return Carrier(
            vif: try Sample.port(99, on: 1, []), hasTrunks: true, trunk: trunk,
            profiled: Dictionary(uniqueKeysWithValues: pairs))
    }

    @Test func `any free tag is chosen until there is none`() throws {
        var taken: [UInt64: Int] = [:]
        for tag in VLAN.tags where tag != 77 { taken[UInt64(tag) + 1000] = tag }
        #expect(try carrier(taken, profiled: [:]).freeTag() == 77)
        #expect(try carrier(taken, profiled: [5: 77]).freeTag() == nil)
    }

    @Test func `of two that have one tag, a trunk's comes first, then the smaller id`() throws {
        let carrier = try carrier([1: 10], profiled: [2: 10, 3: 20, 4: 20, 1: 10])
        #expect(carrier.tag(of: ID(high: 3, low: 1)) == 10)
        #expect(carrier.tag(of: ID(high: 3, low: 2)) == nil)
        #expect(carrier.tag(of: ID(high: 3, low: 3)) == 20)
        #expect(carrier.tag(of: ID(high: 3, low: 4)) == nil)
    }

    @Test func `the machine's own network leaves room for the VLAN's header or takes it away`() {
        let network = Sample.network(1, mtu: 1442)
        #expect(Carried(tags: [:], pathMTU: 1442).mtu(network) == 1438)
        #expect(Carried(tags: [:], pathMTU: 1500).mtu(network) == 1442)
        #expect(Carried(tags: [:], pathMTU: nil).mtu(network) == 1442)
    }
}
