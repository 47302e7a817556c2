import Foundation
import Logging
import NIOCore
import NIOHTTP1
import NetAddress
import TestServers
import Testing

@testable import DockerEngine

/// Against a real engine of its own.
@Suite(.serialized, .timeLimit(.minutes(3)))
struct EngineTests {
    static let limit = Duration.seconds(20)

    /// An engine with the image `test/busybox:1`, whose root holds a static busybox.
    func withEngine(_ body: (DockerEngine) async throws -> Void) async throws {
        try await withDocker { _, engine in try await body(engine) }
    }

    func withDocker(
        processesAreVisible: Bool = false, _ body: (PrivateDocker, DockerEngine) async throws -> Void
    ) async throws {
        let docker = try await PrivateDocker.start(processesAreVisible: processesAreVisible)
        defer { docker.stop() }
        let engine = try await DockerEngine.connect(
            to: EngineEndpoint(path: docker.socket), within: Self.limit, logger: Logger(label: "test"))
        do {
            var archive = TarArchive()
            archive.add("bin/busybox", mode: 0o755, contents: try Data(contentsOf: URL(filePath: "/bin/busybox")))
            try await engine.importImage(
                archive.bytes, repository: "test/busybox", tag: "1", changes: ["ENTRYPOINT [\"/bin/busybox\"]"],
                within: Self.limit)
            try await body(docker, engine)
        } catch {
            await engine.shutdown()
            throw error
        }
        await engine.shutdown()
    }

    static func spec(_ command: String...) -> ContainerSpec {
        var spec = ContainerSpec(image: "test/busybox:1")
        spec.command = command
        spec.labels = ["ovn-containers.test": "yes"]
        return spec
    }

    @Test func `a container is made, started, found by name, listed by label, stopped and removed`() async throws {
        try await withEngine { (engine: DockerEngine) async throws in
            var spec = Self.spec("sleep", "1000")
            spec.dns = ["192.0.2.53", "2001:db8::53"]
            let id = try await engine.createContainer(spec, name: "one", within: Self.limit)
            #expect(id.count == 64)
            #expect(try await engine.findContainer("one", within: Self.limit)?.state == .created)

            try await engine.startContainer(id, within: Self.limit)
            try await engine.startContainer(id, within: Self.limit)
            let container = try #require(try await engine.findContainer("one", within: Self.limit))
            #expect(container.id == id && container.name == "one" && container.isRunning)
            #expect(container.pid != nil)
            #expect(container.networkMode == "none")
            #expect(container.dns == spec.dns)
            #expect(container.labels == spec.labels)

            let listed = try await engine.containers(labels: ["ovn-containers.test"], within: Self.limit)
            #expect(listed.map(\.id) == [id] && listed.first?.names == ["one"])
            #expect(try await engine.containers(labels: ["ovn-containers.other"], within: Self.limit) == [])

            try await engine.stopContainer(id, grace: .zero, within: Self.limit)
            #expect(try await engine.findContainer(id, within: Self.limit)?.state == .exited)
            #expect(try await engine.findContainer(id, within: Self.limit)?.pid == nil)
            try await engine.removeContainer(id, within: Self.limit)
            #expect(try await engine.findContainer(id, within: Self.limit) == nil)
        }
    }

    @Test func `removing and stopping what is gone is success, starting it is not`() async throws {
        try await withEngine { (engine: DockerEngine) async throws in
            try await engine.removeContainer("nobody", within: Self.limit)
            try await engine.stopContainer("nobody", within: Self.limit)
            try await engine.removeImage("test/nothing:1", within: Self.limit)
            let error = await #expect(throws: DockerError.self) {
                try await engine.startContainer("nobody", within: Self.limit)
            }
            #expect(error?.code == .notFound)
            #expect(error?.message.contains("nobody") == true)
        }
    }

    @Test func `of two who remove a container both return when it is gone`() async throws {
        try await withEngine { (engine: DockerEngine) async throws in
            for round in 0..<3 {
                let id = try await engine.createContainer(
                    Self.spec("sleep", "1000"), name: "one\(round)", within: Self.limit)
                try await engine.startContainer(id, within: Self.limit)
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for _ in 0..<3 {
                        group.addTask {
                            try await engine.removeContainer(id, within: Self.limit)
                            #expect(try await engine.findContainer(id, within: Self.limit) == nil)
                        }
                    }
                    try await group.waitForAll()
                }
            }
        }
    }

    @Test func `a name is given once`() async throws {
        try await withEngine { (engine: DockerEngine) async throws in
            _ = try await engine.createContainer(Self.spec("true"), name: "one", within: Self.limit)
            let error = await #expect(throws: DockerError.self) {
                try await engine.createContainer(Self.spec("true"), name: "one", within: Self.limit)
            }
            #expect(error?.code == .conflict)
        }
    }

    @Test func `an image is known after its import and not before`() async throws {
        try await withEngine { (engine: DockerEngine) async throws in
            #expect(try await engine.findImage("test/busybox:1", within: Self.limit) != nil)
            #expect(try await engine.findImage("test/busybox:2", within: Self.limit) == nil)
            let error = await #expect(throws: DockerError.self) {
                try await engine.importImage(
                    [1, 2, 3], repository: "test/broken", tag: "1", changes: [], within: Self.limit)
            }
            #expect(error?.message.contains("test/broken:1") == true)
        }
    }

    @Test func `events arrive in order, those of other labels do not`() async throws {
        try await withEngine { (engine: DockerEngine) async throws in
            let filter = EventFilter(kinds: [.container], labels: ["ovn-containers.test"])
            try await engine.withEvents(filter, opening: Self.limit) { events in
                var other = Self.spec("true")
                other.labels = [:]
                _ = try await engine.createContainer(other, name: "other", within: Self.limit)
                let id = try await engine.createContainer(Self.spec("true"), name: "one", within: Self.limit)
                try await engine.startContainer(id, within: Self.limit)
                var seen: [String] = []
                while let event = try await events.next() {
                    #expect(event.id == id && event.kind == .container && event.name == "one")
                    seen.append(event.action)
                    if event.action == "die" { break }
                }
                #expect(seen == ["create", "start", "die"])
            }
        }
    }

    @Test func `a network's events name the container, and the container's places are known while it runs`()
        async throws
    {
        try await withEngine { (engine: DockerEngine) async throws in
            let network = try await engine.createTestNetwork("blue", within: Self.limit)
            #expect(
                try await engine.networks(driver: "bridge", within: Self.limit)
                    == [EngineNetwork(id: network, name: "blue", driver: "bridge")])
            #expect(try await engine.networks(driver: "ovn", within: Self.limit) == [])

            let filter = EventFilter(
                kinds: [.container, .network], actions: ["start", "die", "destroy", "connect", "disconnect"])
            try await engine.withEvents(filter, opening: Self.limit) { events in
                var spec = Self.spec("sleep", "1000")
                spec.networkMode = "blue"
                spec.restartPolicy = .unlessStopped
                let id = try await engine.createContainer(spec, name: "one", within: Self.limit)
                let created = try #require(try await engine.findContainer(id, within: Self.limit))
                #expect(created.networks["blue"]?.endpointID == nil && created.networks["blue"]?.addresses == [])
                #expect(created.restartPolicy == .unlessStopped && created.startError == "")
                try await engine.startContainer(id, within: Self.limit)

                let running = try #require(try await engine.findContainer(id, within: Self.limit)).networks["blue"]
                #expect(running?.networkID == network && running?.endpointID?.count == 64)
                #expect(running?.addresses.map(\.description) == ["192.168.77.2"] && running?.macAddress != nil)
                let listed = try await engine.containers(labels: [], within: Self.limit)
                #expect(listed.map(\.id) == [id] && listed.first?.networkMode == "blue")
                #expect(listed.first?.networks["blue"]?.endpointID == running?.endpointID)
                #expect(listed.first?.networks["blue"]?.aliases == [], "a list says no aliases")
                try await engine.removeContainer(id, within: Self.limit)

                var seen: [String] = []
                while let event = try await events.next() {
                    #expect(event.containerID == id)
                    #expect(event.kind == .container || (event.id == network && event.attributes["type"] == "bridge"))
                    seen.append("\(event.kind.rawValue) \(event.action)")
                    if event.action == "destroy" { break }
                }
                #expect(
                    seen == [
                        "network connect", "container start", "container die", "network disconnect",
                        "container destroy",
                    ])
            }
        }
    }

    /// The audit of the Docker plugin takes its word for it, which is the same in all versions.
    @Test func `a start that goes on is in its network, in no list, and keeps its container to itself`() async throws {
        try await withDocker(processesAreVisible: true) { docker, engine in
            let network = try await engine.createTestNetwork("blue", within: Self.limit)
            #expect(try await engine.endpoints(ofNetwork: network, within: Self.limit) == [:])
            #expect(try await engine.endpoints(ofNetwork: "green", within: Self.limit) == [:])
            var spec = Self.spec("sleep", "1000")
            spec.networkMode = "blue"
            let id = try await engine.createContainer(spec, name: "one", within: Self.limit)
            let (endpoint, start) = try await docker.holdingStarts {
                let start = Task { try await engine.startContainer(id, within: Self.limit) }
                let end = ContinuousClock.now + Self.limit
                while true {
                    let endpoints = try await engine.endpoints(ofNetwork: network, within: Self.limit)
                    if let found = endpoints.first(where: { $0.value == id }) {
                        let listed = try await engine.containers(labels: [], within: Self.limit)
                        #expect(listed.map(\.state) == [.created] && listed[0].networks["blue"]?.endpointID == nil)
                        let refusal = await #expect(throws: DockerError.self) {
                            _ = try await engine.findContainer(id, within: .milliseconds(500))
                        }
                        #expect(refusal?.code == .timedOut)
                        return (found.key, start)
                    }
                    try #require(.now < end, "\(endpoints)")
                }
            }
            try await start.value
            let running = try #require(try await engine.findContainer(id, within: Self.limit))
            #expect(running.networks["blue"]?.endpointID == endpoint)
        }
    }

    @Test func `a container that could not be started says why`() async throws {
        try await withEngine { (engine: DockerEngine) async throws in
            let first = try await engine.createContainer(
                Self.spec("sleep", "1000"), name: "one", within: Self.limit)
            var spec = Self.spec("sleep", "1000")
            spec.networkMode = "container:\(first)"
            let second = try await engine.createContainer(spec, name: "two", within: Self.limit)
            await #expect(throws: DockerError.self) { try await engine.startContainer(second, within: Self.limit) }
            let container = try #require(try await engine.findContainer(second, within: Self.limit))
            #expect(container.startError.contains("cannot join network of a non running container"))
            #expect(container.networkMode == "container:\(first)" && container.networks == [:])
        }
    }

    @Test func `pause is reaped as process 1 and leaves at once on SIGTERM`() async throws {
        let binary = URL(filePath: try await PauseProgram.path())
        try await withEngine { (engine: DockerEngine) async throws in
            var archive = TarArchive()
            archive.add("pause", mode: 0o755, contents: try Data(contentsOf: binary))
            try await engine.importImage(
                archive.bytes, repository: "test/pause", tag: "1", changes: ["ENTRYPOINT [\"/pause\"]"],
                within: Self.limit)
            let id = try await engine.createContainer(
                ContainerSpec(image: "test/pause:1"), name: "pause", within: Self.limit)
            try await engine.startContainer(id, within: Self.limit)
            let clock = ContinuousClock()
            let elapsed = try await clock.measure {
                try await engine.stopContainer(id, grace: .seconds(60), within: .seconds(50))
            }
            #expect(elapsed < .seconds(10))
        }
    }
}

extension DockerEngine {
    /// Makes a network of the engine's own bridges, without the machine's firewall.
    func createTestNetwork(_ name: String, within timeout: Duration) async throws -> String {
        struct Created: Decodable {
            let id: String
            enum CodingKeys: String, CodingKey { case id = "Id" }
        }
        let body =
            #"{"Name":"\#(name)","Driver":"bridge","IPAM":{"Config":[{"Subnet":"192.168.77.0/24"}]}}"#
        let reply = try await send(
            .POST, "/networks/create", body: ByteBuffer(string: body), goal: "create network \(name)",
            within: timeout)
        let created: Created = try decode(reply, "create network \(name)")
        return created.id
    }
}
