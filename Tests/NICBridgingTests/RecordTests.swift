import NetAddress
import Netlink
import Testing

@testable import NICBridging

@Suite struct RecordTests {
    let ground: MoveGround

    init() async throws { ground = try await MoveGround() }

    /// What MoveGround's NIC has, as it was written down at 1000 in the boot `a`.
    func record() async throws -> (InterfaceConfiguration, ConfigurationRecord) {
        let nic = try await ground.both().nic
        let text = ConfigurationRecord(nic, now: 1000, boot: "a").description
        return (nic, try #require(ConfigurationRecord(text)))
    }

    @Test func `a record reads as it was written, and nonsense does not`() async throws {
        let (nic, record) = try await record()
        #expect(record == ConfigurationRecord(nic, now: 1000, boot: "a"))
        #expect(record.isSame(as: ConfigurationRecord(nic, now: 1010, boot: "a")))
        #expect(!record.isSame(as: ConfigurationRecord(nic, now: 1000, boot: "b")))
        var less = nic
        less.addresses.removeLast()
        less.addresses.removeAll { !$0.isLinkLocal }
        #expect(!record.isSame(as: ConfigurationRecord(less, now: 1000, boot: "a")))
        for nonsense in ["", "boot", "boot=a address", "boot=a address=0", "boot=a sky=00", "boot=a rule=00@x"] {
            #expect(ConfigurationRecord(nonsense) == nil, "\(nonsense)")
        }
    }

    @Test func `an interface that has lost everything gets it back in the same boot, for what is left of its time`()
        async throws
    {
        let (nic, record) = try await record()
        let bridge = try await ground.both().bridge
        let lost = try record.missing(on: bridge.link, present: [bridge], now: 2000, boot: "a")
        #expect(lost.addresses.map(\.address) == nic.movableAddresses.map(\.address))
        let leased = try #require(lost.addresses.first { $0.validFor != .max })
        #expect((2590...2600).contains(leased.validFor))
        // The route through two NICs has the leg of this one, and the router's advertisement comes again by itself.
        #expect(lost.routes.count == 5, "\(lost.routes)")
        #expect(lost.routes.allSatisfy { $0.nextHops.map(\.link) == [bridge.link.index] })
        try await ground.host.apply(InterfaceConfiguration.plan(from: bridge, to: bridge, lost: lost))
        let filled = try await ground.both().bridge
        #expect(Set(filled.movableAddresses.map(\.address)) == Set(nic.movableAddresses.map(\.address)))
        #expect(filled.ownRoutes.count == 5)
    }

    @Test func `after a boot what had an end is not laid, nor is what it led to`() async throws {
        let (nic, record) = try await record()
        let lost = try record.missing(on: nic.link, present: [], now: 2000, boot: "b")
        #expect(!lost.addresses.contains { $0.validFor != .max })
        #expect(lost.addresses.count == nic.movableAddresses.count - 1)
        let over = try record.missing(on: nic.link, present: [], now: 9000, boot: "a")
        #expect(over.addresses.count == nic.movableAddresses.count - 1)
    }

    @Test func `a version that somebody has configured is left alone, advertised addresses do not count`()
        async throws
    {
        let (nic, record) = try await record()
        var present = InterfaceConfiguration(link: nic.link)
        present.addresses = [LinkAddress(try #require(InterfaceAddress("172.16.0.1/24")), on: nic.link.index)]
        var lost = try record.missing(on: nic.link, present: [present], now: 2000, boot: "b")
        #expect(lost.addresses.allSatisfy { $0.address.address.version == .v6 })
        #expect(lost.routes.allSatisfy { $0.destination.version == .v6 })
        var advertised = LinkAddress(try #require(InterfaceAddress("fd44::1/64")), on: nic.link.index)
        advertised.flags |= LinkAddress.managesTemporary
        present.addresses.append(advertised)
        lost = try record.missing(on: nic.link, present: [present], now: 2000, boot: "b")
        #expect(lost.addresses.count == 1)
    }

    @Test func `every cut of a record is refused, or its messages are`() async throws {
        let (nic, record) = try await record()
        let text = record.description
        for length in stride(from: 0, to: text.count - 1, by: 7) {
            guard let cut = ConfigurationRecord(String(text.prefix(length))) else { continue }
            if let lost = try? cut.missing(on: nic.link, present: [], now: 2000, boot: "a") {
                #expect(lost.addresses.count <= nic.addresses.count)
            }
        }
    }
}
