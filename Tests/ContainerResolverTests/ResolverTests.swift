import ContainerResolver
import Glibc
import HostNetwork
import Logging
import NameDirectory
import NetAddress
import Netlink
import Testing

/// A container's network namespace with a stand-in for Docker's resolver, which says 9.9.9.9 to everything, and our own before it.
@Suite("Resolver of containers")
struct ResolverTests {
    let container: Container
    let resolver: ContainerResolver

    init() throws {
        container = try Container()
        resolver = ContainerResolver(logger: Logger(label: "test"))
        resolver.withNames { names in
            names.set(
                NamedPort(
                    id: "1", network: "blue", addresses: [address("10.1.0.2"), address("fd00::2")], names: ["db"]))
            names.set(NamedPort(id: "2", network: "red", addresses: [address("10.2.0.2")], names: ["cache"]))
            for index in 0..<100 {
                names.set(
                    NamedPort(
                        id: "w\(index)", network: "blue", addresses: [address("10.1.1.\(index)")], names: ["worker"]))
            }
        }
    }

    private func address(_ text: String) -> IPAddress { IPAddress(text) ?? .v4(IPv4Address(bits: 0)) }

    private func serve() async throws {
        try await resolver.serve(container.namespace, [ContainerResolver.Network(id: "blue", name: "front")])
    }

    @Test("a name of the container's network is answered, every other goes to Docker's resolver, by one socket in turn")
    func names() async throws {
        try await serve()
        let asker = try container.asker(SOCK_DGRAM)
        for _ in 0..<20 {
            #expect(try await asker.addresses("db") == ["10.1.0.2"])
            #expect(try await asker.addresses("example") == ["9.9.9.9"])
            #expect(try await asker.addresses("cache") == ["9.9.9.9"], "of a network that the container is not in")
            #expect(try await asker.addresses("db.front") == ["10.1.0.2"])
        }
        try await resolver.shutdown()
    }

    @Test("what does not fit a datagram is asked by TCP, other names go to Docker's resolver there too")
    func streams() async throws {
        try await serve()
        let short = try await container.asker(SOCK_DGRAM).exchange("worker")
        #expect(short.count <= 512)
        #expect(short[2] & 0x02 != 0, "truncated")
        let stream = try container.asker(SOCK_STREAM)
        #expect(try await stream.addresses("worker").count == 100)
        #expect(try await stream.addresses("example") == ["9.9.9.9"])
        #expect(try await stream.addresses("db") == ["10.1.0.2"])
        try await resolver.shutdown()
    }

    @Test("Docker's resolver hears everything again when ours has left, and the namespace is let go of")
    func leaving() async throws {
        try await serve()
        let asker = try container.asker(SOCK_DGRAM)
        #expect(try await asker.addresses("db") == ["10.1.0.2"])
        resolver.leave(container.namespace.identity)
        #expect(resolver.served.isEmpty)
        // What is on its way at that moment is not lost.
        for _ in 0..<20 { #expect(try await asker.addresses("example") == ["9.9.9.9"]) }
        try await until { try await asker.addresses("db") == ["9.9.9.9"] }
        try await until { try await container.asker(SOCK_STREAM).addresses("db") == ["9.9.9.9"] }
        try await serve()
        #expect(try await asker.addresses("db") == ["10.1.0.2"])
        try await resolver.shutdown()
    }

    @Test func `queries that wait when ours leaves are heard by Docker's resolver, every one`() async throws {
        for round in 1...10 {
            try await serve()
            let asker = try container.asker(SOCK_DGRAM)
            for _ in 0..<100 { try asker.send(Asker.query("example", type: 1)) }
            resolver.leave(container.namespace.identity)
            try await until { container.heard >= round * 100 }
            #expect(container.heard == round * 100)
        }
        try await resolver.shutdown()
    }

    @Test("the networks of a container that is served can change")
    func networks() async throws {
        try await serve()
        let asker = try container.asker(SOCK_DGRAM)
        #expect(try await asker.addresses("cache") == ["9.9.9.9"])
        try await resolver.serve(
            container.namespace,
            [
                ContainerResolver.Network(id: "blue", name: "front"),
                ContainerResolver.Network(id: "red", name: "back"),
            ])
        #expect(try await asker.addresses("cache") == ["10.2.0.2"])
        #expect(try await asker.addresses("cache.back") == ["10.2.0.2"])
        try await resolver.shutdown()
    }

    @Test("a name without an IPv6 address, and types of other kinds, have an empty answer and go nowhere")
    func types() async throws {
        try await serve()
        let asker = try container.asker(SOCK_DGRAM)
        for (name, type, count) in [("db", 28, 1), ("worker", 28, 0), ("db", 15, 0), ("db", 65, 0), ("db", 255, 0)] {
            let answer = try await asker.exchange(name, type: UInt16(type))
            #expect(answer[3] & 0xf == 0)
            #expect(Int(answer[7]) == count, "\(name) \(type)")
        }
        #expect(container.heard == 0)
        try await resolver.shutdown()
    }

    @Test("bytes that are no query go to Docker's resolver as they are")
    func foreign() async throws {
        try await serve()
        let asker = try container.asker(SOCK_DGRAM)
        for count in [0, 1, 11, 12, 13, 500, 4_095, 4_097, 9_000] {
            try asker.send([UInt8](repeating: 0, count: count))
        }
        try await until { container.heard == 9 }
        #expect(try await container.asker(SOCK_DGRAM).addresses("db") == ["10.1.0.2"])
        try await resolver.shutdown()
    }

    @Test("a flood does not stop a container's queries, nor another container's")
    func flood() async throws {
        try await serve()
        let neighbour = try Container()
        try await resolver.serve(neighbour.namespace, [ContainerResolver.Network(id: "blue", name: "front")])
        let flooder = try container.asker(SOCK_DGRAM)
        for _ in 0..<20_000 { try flooder.send(Asker.query("db", type: 1)) }
        #expect(try await neighbour.asker(SOCK_DGRAM).addresses("db") == ["10.1.0.2"])
        try await until { try await container.asker(SOCK_DGRAM).addresses("db") == ["10.1.0.2"] }
        try await resolver.shutdown()
    }

    private func until(_ condition: () async throws -> Bool) async throws {
        let deadline = ContinuousClock.now + .seconds(10)
        while try await !condition() {
            try #require(.now < deadline)
            try await Task.sleep(for: .milliseconds(10))
        }
    }
}
