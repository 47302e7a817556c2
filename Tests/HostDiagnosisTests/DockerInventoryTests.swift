import Deadlines
import HostAttachment
import NetAddress
import NeutronAPI
import Testing

@testable import DockerNetworks
@testable import HostDiagnosis

/// What an audit decides, from what is there alone.
@Suite struct DockerInventoryTests {
    static let standard = StandardAttributes(
        projectID: "admin", createdAt: Timestamp(seconds: 0), updatedAt: Timestamp(seconds: 0))
    static let id = NeutronAPI.ID<Port>(high: 3, low: 7)

    static func port(owner: String = "compute:docker") throws -> Port {
        Port(
            id: id, networkID: ID(high: 1, low: 1), standard: standard,
            macAddress: try #require(MACAddress(bits: 0x0200_0000_0007)), deviceOwner: owner,
            binding: PortBinding(hostID: "h1"))
    }

    static func network(description: String = LogicalNetwork.madeDescription, tags: [String] = []) -> Network {
        var standard = standard
        standard.description = description
        standard.tags = tags
        return Network(
            id: ID(high: 1, low: 9), name: "blue", standard: standard, mtu: 1442, provider: .init(networkType: "geneve")
        )
    }

    /// A port with its endpoint, whose container's end is there.
    static func inventory(_ end: HandedOverEnd?) throws -> DockerInventory {
        var inventory = DockerInventory()
        inventory.ports = [try port()]
        if let end { inventory.endpoints = [(try #require(EnginesEndpoint(port: id)), end)] }
        return inventory
    }

    @Test func `an endpoint with container and port is in order`() throws {
        #expect(try Self.inventory(.moved).plan() == [])
    }

    @Test func `an endpoint whose container has ended goes with its port`() throws {
        #expect(try Self.inventory(.gone).plan() == [.detach(portID: "\(Self.id)", .ended)])
    }

    @Test func `an endpoint that no container took yet stays while the engine has it, however long its start takes`()
        throws
    {
        var inventory = try Self.inventory(.here)
        // An engine that does not answer may be starting the container.
        #expect(inventory.plan() == [])
        inventory.engine = Self.running
        #expect(inventory.plan() == [])
        inventory.engine = Self.ended
        #expect(inventory.plan() == [.detach(portID: "\(Self.id)", .neverMoved)])
        #expect(inventory.plan().map(\.mayBeUnderway) == [true])
    }

    static let running = EngineInventory(networks: [], endpoints: ["e0"])
    static let ended = EngineInventory(networks: [], endpoints: [])

    /// A port that was deleted, and one that others say is elsewhere.
    static let claims: [(existing: Set<NeutronAPI.ID<Port>>, reason: DetachReason)] = [
        ([], .portGone), ([id], .elsewhere),
    ]

    @Test(arguments: claims)
    func `an endpoint stays while its container runs, whatever the API says of its port`(
        existing: Set<NeutronAPI.ID<Port>>, reason: DetachReason
    ) throws {
        var inventory = try Self.inventory(.moved)
        inventory.ports = []
        inventory.existing = existing
        inventory.engine = Self.running
        #expect(inventory.plan() == [])
        // An engine that says nothing does not say that it has ended.
        inventory.engine = nil
        #expect(inventory.plan() == [])
        inventory.engine = Self.ended
        #expect(inventory.plan() == [.detach(portID: "\(Self.id)", reason)])
        // The other way round the API's word is enough: what the engine does not tell may have just been made.
        inventory.ports = [try Self.port()]
        #expect(inventory.plan() == [])
    }

    @Test(arguments: claims)
    func `the kernel's word that a container has ended counts before all others`(
        existing: Set<NeutronAPI.ID<Port>>, reason: DetachReason
    ) throws {
        var inventory = try Self.inventory(.gone)
        inventory.existing = existing
        inventory.engine = Self.running
        #expect(inventory.plan() == [.detach(portID: "\(Self.id)", .ended)])
    }

    @Test func `a port that another host made is told and not given back`() throws {
        var inventory = try Self.inventory(nil)
        inventory.engine = Self.ended
        inventory.hostID = "h1"
        inventory.ports[0].standard.description = "made by ovn-docker-plugin on h1"
        #expect(inventory.plan() == [.release(Self.id, isSticky: false)] && inventory.claimed == [])
        inventory.ports[0].standard.description = "made by ovn-docker-plugin on h2"
        #expect(inventory.plan() == [] && inventory.claimed.map(\.origin) == ["h2"])
        // What a user wrote there says nothing.
        inventory.ports[0].standard.description = "the web server"
        #expect(inventory.plan().count == 1 && inventory.claimed == [])
    }

    @Test func `a port without an endpoint is given back`() throws {
        var inventory = try Self.inventory(nil)
        // It may be of one that is about to be made.
        #expect(inventory.plan() == [])
        inventory.engine = Self.ended
        #expect(inventory.plan() == [.release(Self.id, isSticky: false)])
        #expect(inventory.plan().map(\.mayBeUnderway) == [true])
        inventory.ports = [try Self.port(owner: "compute:docker-sticky")]
        #expect(inventory.plan() == [.release(Self.id, isSticky: true)])
    }

    static let orphan = OrphanVeth(hostInterface: "ovn1", portID: "a")

    @Test func `a veth without a row is removed`() throws {
        var inventory = try Self.inventory(.moved)
        inventory.orphans = [Self.orphan, OrphanVeth(hostInterface: "ovn2", portID: "")]
        #expect(inventory.plan() == inventory.orphans.map { .removeVeth($0) })
    }

    @Test func `a network that the engine has not is forgotten, but only if the engine says so`() throws {
        var inventory = DockerInventory()
        inventory.records = ["one", "two"]
        #expect(inventory.plan() == [])
        inventory.engine = EngineInventory(networks: ["one", "two", "bridge"], endpoints: [])
        #expect(inventory.plan() == [])
        inventory.engine = EngineInventory(networks: ["one"], endpoints: [])
        #expect(inventory.plan() == [.forget(network: "two")])
        // It writes a network down when it has been told that it is made.
        inventory.beginning = ["two"]
        #expect(inventory.plan() == [])
    }

    @Test func `a network that we made is removed when it has no user, and nobody else's is`() throws {
        var inventory = DockerInventory()
        inventory.made = [Self.network()]
        #expect(inventory.plan() == [.removeNetwork(ID(high: 1, low: 9))])
        inventory.made = [Self.network(tags: ["other"])]
        #expect(inventory.plan().count == 1)
        inventory.made = [Self.network(tags: ["docker-network-00112233445566778899aabbccddeeff"])]
        #expect(inventory.plan() == [])
        inventory.made = [Self.network(description: "")]
        #expect(inventory.plan() == [])
    }
}
