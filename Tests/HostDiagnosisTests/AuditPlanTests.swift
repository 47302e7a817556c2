import Deadlines
import HostAttachment
import NetAddress
import NeutronAPI
import Testing

@testable import DockerNetworks
@testable import HostDiagnosis

/// What an audit decides, from what is there alone.
@Suite struct AuditPlanTests {
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
    static func scene(_ end: HandedOverEnd?) throws -> AuditScene {
        var scene = AuditScene()
        scene.ports = [try port()]
        if let end { scene.endpoints = [(try #require(EnginesEndpoint(port: id)), end)] }
        return scene
    }

    @Test func `an endpoint with container and port is in order`() throws {
        #expect(try Self.scene(.moved).plan() == [])
    }

    @Test func `an endpoint whose container has ended goes with its port`() throws {
        #expect(try Self.scene(.gone).plan() == [.detach(portID: "\(Self.id)", .ended)])
    }

    @Test func `an endpoint that no container took yet stays while the engine has it, however long its start takes`()
        throws
    {
        var scene = try Self.scene(.here)
        // An engine that does not answer may be starting the container.
        #expect(scene.plan() == [])
        scene.engine = Self.running
        #expect(scene.plan() == [])
        scene.engine = Self.ended
        #expect(scene.plan() == [.detach(portID: "\(Self.id)", .neverMoved)])
        #expect(scene.plan().map(\.mayBeUnderway) == [true])
    }

    static let running = EngineWord(networks: [], endpoints: ["e0"])
    static let ended = EngineWord(networks: [], endpoints: [])

    /// A port that was deleted, and one that others say is elsewhere.
    static let claims: [(existing: Set<NeutronAPI.ID<Port>>, reason: AuditReason)] = [
        ([], .portGone), ([id], .elsewhere),
    ]

    @Test(arguments: claims)
    func `an endpoint stays while its container runs, whatever the API says of its port`(
        existing: Set<NeutronAPI.ID<Port>>, reason: AuditReason
    ) throws {
        var scene = try Self.scene(.moved)
        scene.ports = []
        scene.existing = existing
        scene.engine = Self.running
        #expect(scene.plan() == [])
        // An engine that says nothing does not say that it has ended.
        scene.engine = nil
        #expect(scene.plan() == [])
        scene.engine = Self.ended
        #expect(scene.plan() == [.detach(portID: "\(Self.id)", reason)])
        // The other way round the API's word is enough: what the engine does not tell may have just been made.
        scene.ports = [try Self.port()]
        #expect(scene.plan() == [])
    }

    @Test(arguments: claims)
    func `the kernel's word that a container has ended counts before all others`(
        existing: Set<NeutronAPI.ID<Port>>, reason: AuditReason
    ) throws {
        var scene = try Self.scene(.gone)
        scene.existing = existing
        scene.engine = Self.running
        #expect(scene.plan() == [.detach(portID: "\(Self.id)", .ended)])
    }

    @Test func `a port that another host made is told and not given back`() throws {
        var scene = try Self.scene(nil)
        scene.engine = Self.ended
        scene.hostID = "h1"
        scene.ports[0].standard.description = "made by ovn-docker-plugin on h1"
        #expect(scene.plan() == [.release(Self.id, isSticky: false)] && scene.claimed == [])
        scene.ports[0].standard.description = "made by ovn-docker-plugin on h2"
        #expect(scene.plan() == [] && scene.claimed.map(\.origin) == ["h2"])
        // What a user wrote there says nothing.
        scene.ports[0].standard.description = "the web server"
        #expect(scene.plan().count == 1 && scene.claimed == [])
    }

    @Test func `a port without an endpoint is given back`() throws {
        var scene = try Self.scene(nil)
        // It may be of one that is about to be made.
        #expect(scene.plan() == [])
        scene.engine = Self.ended
        #expect(scene.plan() == [.release(Self.id, isSticky: false)])
        #expect(scene.plan().map(\.mayBeUnderway) == [true])
        scene.ports = [try Self.port(owner: "compute:docker-sticky")]
        #expect(scene.plan() == [.release(Self.id, isSticky: true)])
    }

    static let orphan = OrphanVeth(hostInterface: "ovn1", portID: "a")

    @Test func `a veth without a row is removed`() throws {
        var scene = try Self.scene(.moved)
        scene.orphans = [Self.orphan, OrphanVeth(hostInterface: "ovn2", portID: "")]
        #expect(scene.plan() == scene.orphans.map { .removeVeth($0) })
    }

    @Test func `a network that the engine has not is forgotten, but only if the engine says so`() throws {
        var scene = AuditScene()
        scene.records = ["one", "two"]
        #expect(scene.plan() == [])
        scene.engine = EngineWord(networks: ["one", "two", "bridge"], endpoints: [])
        #expect(scene.plan() == [])
        scene.engine = EngineWord(networks: ["one"], endpoints: [])
        #expect(scene.plan() == [.forget(network: "two")])
        // It writes a network down when it has been told that it is made.
        scene.beginning = ["two"]
        #expect(scene.plan() == [])
    }

    @Test func `a network that we made is removed when it has no user, and nobody else's is`() throws {
        var scene = AuditScene()
        scene.made = [Self.network()]
        #expect(scene.plan() == [.removeNetwork(ID(high: 1, low: 9))])
        scene.made = [Self.network(tags: ["other"])]
        #expect(scene.plan().count == 1)
        scene.made = [Self.network(tags: ["docker-network-00112233445566778899aabbccddeeff"])]
        #expect(scene.plan() == [])
        scene.made = [Self.network(description: "")]
        #expect(scene.plan() == [])
    }
}
