import HostAttachment
import NeutronAPI
import TestSamples
import Testing

@testable import DockerEngine
@testable import NetworkContainers

/// What is made of what was seen.
struct NetworkContainerSceneTests {
    /// Container `a` with endpoint 1, both as they should be.
    func sound() throws -> NetworkContainerScene {
        var scene = NetworkContainerScene()
        scene.containers = [SweepTests.container("a", [1])]
        scene.attachments = [try SweepTests.attachment(1, in: "a")]
        let port = try Sample.port(1, device: "a", host: "here")
        scene.ports = [port.id: port]
        scene.claimed = [port]
        return scene
    }

    func id(_ number: UInt64) -> ID<Port> { ID(high: 3, low: number) }

    @Test func `nothing is out of order where all agree`() throws {
        #expect(try sound().plan() == [])
    }

    @Test func `an endpoint that is gone, or in a container elsewhere, is taken away with its container`() throws {
        var deleted = try sound()
        deleted.ports = [:]
        deleted.claimed = []
        #expect(deleted.plan().map(\.problem) == ["endpoint deleted", "endpoints deleted"])
        #expect(deleted.plan().map(\.change) == [.detach(portID: "\(id(1))"), .remove(container: "a")])

        var moved = try sound()
        let port = try Sample.port(1, device: "b", host: "there")
        moved.ports = [port.id: port]
        moved.claimed = []
        moved.elsewhere = [port.id]
        #expect(moved.plan().map(\.problem) == ["endpoint elsewhere", "endpoints deleted"])
    }

    @Test func `what a removed container left is taken away and its endpoint is free`() throws {
        var scene = try sound()
        scene.containers = []
        #expect(scene.plan().map(\.change) == [.abandon(portID: "\(id(1))", container: "a")])
        #expect(scene.plan().first?.problem == "container gone" && scene.plan().first?.change?.isAutomatic == true)
    }

    @Test func `a port that only says it is of a container here is freed by nobody but an operator`() throws {
        var scene = NetworkContainerScene()
        scene.claimed = [try Sample.port(1, device: "a", host: "here")]
        #expect(scene.plan().map(\.change) == [.release(id(1))])
        #expect(scene.plan().first?.change?.isOurs == true && scene.plan().first?.change?.isAutomatic == false)
    }

    @Test func `an endpoint that is said to be in a container elsewhere is not taken from one that runs`() throws {
        var scene = try sound()
        scene.attachments = [try SweepTests.attachment(1, in: "a", isConfirmed: true)]
        let port = try Sample.port(1, device: "b", host: "there")
        scene.ports = [port.id: port]
        scene.claimed = []
        scene.elsewhere = [port.id]
        #expect(scene.plan() == [])
    }

    @Test func `a container that runs without its endpoint, or with a broken one, is connected`() throws {
        var scene = try sound()
        scene.attachments = []
        #expect(scene.plan().map(\.problem) == ["not connected"])
        #expect(scene.plan().map(\.change) == [.reconnect(container: "a")])

        for problem in Finding.Problem.allCases {
            var broken = try sound()
            broken.survey = Survey(
                findings: [Finding(problem, hostInterface: "ovn1", portID: "\(id(1))", detail: "d")])
            #expect(broken.plan().map(\.problem) == [problem.rawValue])
            let isMended = ![.interfaceFailed, .notInstalled, .duplicate].contains(problem)
            #expect(broken.plan().map(\.change) == [isMended ? .reconnect(container: "a") : nil])
        }
    }

    @Test func `a container that is stopped, or just being made, is as it should be`() throws {
        var stopped = try sound()
        stopped.containers = [
            ContainerSummary(
                id: "a", names: ["network_a"], state: .exited,
                labels: [NetworkContainer.endpointsLabel: "\(id(1))"])
        ]
        stopped.survey = Survey(
            findings: [Finding(.linkMissing, hostInterface: "ovn1", portID: "\(id(1))", detail: "d")])
        #expect(stopped.plan() == [])

        var fresh = try sound()
        let port = try Sample.port(1)
        fresh.ports = [port.id: port]
        fresh.attachments = []
        fresh.claimed = []
        #expect(fresh.plan() == [])
    }

    @Test func `who is left behind is its user's to restart`() throws {
        var scene = try sound()
        scene.leftBehind = [("app", "a")]
        #expect(scene.plan().map(\.change) == [.restart(container: "app")])
        #expect(scene.plan().first?.change?.isOurs == false)
    }
}
