import HostAttachment
import HostEndpoints
import HostSetup
import NeutronAPI
import NeutronClient
import OVSDBClient
import TestServers
import Testing

@testable import DockerNetworks
@testable import DockerPlugin

/// The names of containers, from an engine to the API.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct ContainerNamesTests {
    /// A host with one container, and what looks after its names.
    struct Named {
        let host: PluginHost
        let engine: FakeEngine
        let network: DockerNetwork
        let endpoint: DockerEndpoint
        let names: ContainerNames
        var guest: FakeEngine.Guest

        /// What the minute's look does.
        func look() async throws {
            try await host.database.client.barrier(within: limit)
            try await engine.use { try await names.nameAll($0) }
            try await host.database.client.barrier(within: limit)
        }

        func port() async throws -> Port { try await CutShortTests.port(host) }

        func forgetNames(_ row: PluggedRow) async throws {
            try await host.ovs.control(
                "remove", "interface", row.hostInterface, "external_ids", "\"ovn-containers:docker-names\"")
        }

        func row() -> PluggedRow? { host.attachment.attachments().first }
    }

    func withContainer(
        options: [String: String] = ["net": "blue"], ip: [String] = [],
        _ body: @escaping @Sendable (Named) async throws -> Void
    ) async throws {
        try await withPluginHost { host in
            try await FakeEngine.with { engine in
                let network = try await host.createNetwork(ConversationTests.blue, options: options)
                let endpoint = try await host.start(in: network, ip: ip)
                let guest = FakeEngine.Guest(
                    name: "web", aliases: ["front"], endpoint: endpoint.id, id: PluginHost.newID())
                engine.set(guest)
                try await body(
                    Named(
                        host: host, engine: engine, network: network, endpoint: endpoint,
                        names: ContainerNames(
                            host.plugin, engines: { _ in throw CancellationError() }, logger: PluginLab.quiet),
                        guest: guest))
            }
        }
    }

    @Test func `a container's names are written once, beside others' tags`() async throws {
        try await withContainer { named in
            try await named.host.lab.api.addTag("mine", to: try await named.port().id, within: limit)
            try await named.look()
            let port = try await named.port()
            #expect(port.name == "web" && port.deviceID == named.guest.id)
            #expect(
                port.standard.tags == ["dns:\(named.guest.shortID)", "dns:front", "dns:web", "mine"].sorted())
            #expect(named.row()?.containerName == "web" && named.row()?.containerID == named.guest.id)

            let before = named.engine.inspections
            try await named.look()
            #expect(try await named.port() == port)
            #expect(named.engine.inspections == before, "what is known is not looked at closely")
        }
    }

    @Test func `a rename that was missed is found, and the old name goes`() async throws {
        try await withContainer { named in
            try await named.look()
            var renamed = named.guest
            renamed.name = "shop"
            named.engine.set(renamed)
            try await named.look()
            let port = try await named.port()
            #expect(port.name == "shop")
            #expect(port.standard.tags == ["dns:\(named.guest.shortID)", "dns:front", "dns:shop"].sorted())
        }
    }

    /// Also what a version leaves that knew no tags.
    @Test func `what was written half is written whole, at whichever step it ended`() async throws {
        try await withContainer { named in
            let id = try await named.port().id
            let whole = ["dns:\(named.guest.shortID)", "dns:front", "dns:web"].sorted()
            // The port alone.
            try await named.host.lab.api.update(
                id, PortUpdate(name: "web", deviceID: named.guest.id), within: limit)
            try await named.look()
            #expect(try await named.port().standard.tags == whole)

            // The port and the row, without names.
            let row = try #require(named.row())
            try await named.host.lab.api.setTags([], of: id, within: limit)
            try await named.forgetNames(row)
            try await named.look()
            #expect(try await named.port().standard.tags == whole)

            // Names of a rename before the last.
            try await named.host.lab.api.setTags(["dns:old"] + whole, of: id, within: limit)
            try await named.forgetNames(row)
            try await named.look()
            #expect(try await named.port().standard.tags == whole)
        }
    }

    @Test func `names that cannot be asked are left out, long ones are not`() async throws {
        try await withContainer { named in
            let long = Array(repeating: String(repeating: "x", count: 60), count: 4).joined(separator: ".")
            var guest = named.guest
            guest.aliases = ["a b", "bücher", "a/b,c", long, String(repeating: "x", count: 64), "WEB"]
            named.engine.set(guest)
            try await named.look()
            let tags = try await named.port().standard.tags
            #expect(Set(PortNames(tags: tags).names) == ["web", "a/b,c", long, guest.shortID])
        }
    }

    @Test func `a kept address is under no name until its next container has it`() async throws {
        try await withContainer(options: StickyTests.options, ip: ["10.1.0.5"]) { named in
            try await named.host.lab.api.addTag("mine", to: try await named.port().id, within: limit)
            try await named.look()
            #expect(try await named.port().standard.tags.count == 4)
            try await named.host.stop(named.endpoint)
            let kept = try await named.port()
            #expect(kept.deviceOwner == "docker:sticky" && kept.name == "web")
            #expect(kept.standard.tags == ["mine"])

            let second = try await named.host.start(in: named.network, ip: ["10.1.0.5"])
            named.engine.set(FakeEngine.Guest(name: "web2", endpoint: second.id, id: PluginHost.newID()))
            try await named.look()
            #expect(Set(PortNames.of(try await named.port())).isSuperset(of: ["web2"]))
        }
    }

    @Test func `of those who name a container one does, and once more for all who came meanwhile`() async {
        let turns = NamingTurns()
        #expect(await turns.begin("a"))
        #expect(await turns.begin("b"))
        #expect(await !turns.begin("a"))
        #expect(await !turns.begin("a"))
        #expect(await turns.isDueAgain("a"))
        #expect(await !turns.isDueAgain("a"))
        #expect(await turns.begin("a"))
        #expect(await !turns.isDueAgain("b"))
    }
}
