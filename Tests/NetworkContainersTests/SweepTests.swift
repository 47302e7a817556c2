import HostAttachment
import NeutronAPI
import TestSamples
import Testing

@testable import DockerEngine
@testable import NetworkContainers

struct SweepTests {
    static func container(_ id: String, _ endpoints: [UInt64]) -> ContainerSummary {
        let ids = endpoints.map { "\(ID<Port>(high: 3, low: $0))" }.joined(separator: ",")
        return ContainerSummary(
            id: id, names: ["network_\(id)"], state: .running, labels: [NetworkContainer.endpointsLabel: ids])
    }

    static func attachment(
        _ port: UInt64, in container: String, isConfirmed: Bool = false
    ) throws -> PluggedEndpoint {
        try #require(
            PluggedEndpoint(
                port: port, in: container, isConfirmed ? ["ovn-containers:confirmed": "true"] : [:]))
    }

    func sweep(
        _ attachments: [PluggedEndpoint], _ containers: [ContainerSummary], _ ports: [Port]
    ) -> Sweep {
        Sweep(
            attachments: attachments, containers: containers,
            ports: Dictionary(uniqueKeysWithValues: ports.map { ($0.id, $0) }), isHere: { $0.binding.hostID == "here" })
    }

    @Test func `what is in use stays`() throws {
        let sweep = sweep(
            [try Self.attachment(1, in: "a")], [Self.container("a", [1])],
            [try Sample.port(1, device: "a", host: "here")])
        #expect(sweep.detach == [] && sweep.remove == [])
    }

    @Test func `an endpoint that was deleted elsewhere leaves nothing`() throws {
        let attachment = try Self.attachment(1, in: "a")
        let sweep = sweep([attachment], [Self.container("a", [1])], [])
        #expect(sweep.detach == [attachment.portID] && sweep.remove == ["a"])
    }

    @Test func `a container stays while one of its endpoints does`() throws {
        let attachment = try Self.attachment(2, in: "a")
        let sweep = sweep(
            [try Self.attachment(1, in: "a"), attachment], [Self.container("a", [1, 2])],
            [try Sample.port(1, device: "a", host: "here")])
        #expect(sweep.detach == [attachment.portID] && sweep.remove == [])
    }

    @Test func `an endpoint that a container of another host has taken over is given up here`() throws {
        let attachment = try Self.attachment(1, in: "a")
        let sweep = sweep(
            [attachment], [Self.container("a", [1])], [try Sample.port(1, device: "b", host: "there")])
        #expect(sweep.detach == [attachment.portID] && sweep.remove == ["a"])
    }

    @Test func `an endpoint that is said to be elsewhere stays with the container that runs with it`() throws {
        let attachment = try Self.attachment(1, in: "a", isConfirmed: true)
        let taken = try Sample.port(1, device: "b", host: "there")
        let kept = sweep([attachment], [Self.container("a", [1])], [taken])
        #expect(kept.detach == [] && kept.remove == [])
        // Not when it has ended, nor with another container than the one that had it.
        for state in [ContainerState.exited, .dead] {
            let ended = ContainerSummary(
                id: "a", names: ["a"], state: state, labels: Self.container("a", [1]).labels)
            let sweep = sweep([attachment], [ended], [taken])
            #expect(sweep.detach == [attachment.portID] && sweep.remove == ["a"])
        }
        #expect(sweep([attachment], [Self.container("c", [1])], [taken]).remove == ["c"])
        // Its deletion is how it is told to go.
        #expect(sweep([attachment], [Self.container("a", [1])], []).remove == ["a"])
    }

    @Test func `an endpoint that moves to another container of this host is left to the command that moves it`() throws
    {
        let sweep = sweep(
            [try Self.attachment(1, in: "a")], [Self.container("a", [1])],
            [try Sample.port(1, device: "b", host: "here")])
        #expect(sweep.detach == [] && sweep.remove == [])
    }

    @Test func `a container that is just being made stays`() throws {
        let sweep = sweep([], [Self.container("a", [1])], [try Sample.port(1)])
        #expect(sweep.remove == [])
    }

    @Test func `containers of others are not looked at`() throws {
        let other = ContainerSummary(id: "o", names: ["o"], state: .running, labels: ["x": "y"])
        #expect(sweep([], [other], []).remove == [])
    }
}
