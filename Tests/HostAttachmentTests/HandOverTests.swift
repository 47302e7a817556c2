import Deadlines
import Glibc
import HostNetwork
import NetAddress
import Netlink
import OVNModel
import OVSDB
import OVSDBClient
import TestServers
import Testing

@testable import HostAttachment

/// Endpoints whose other end the engine moves into the container.
@Suite(.timeLimit(.minutes(2)))
struct HandOverTests {
    static let engine = "e1f0c3a5b7d9"
    /// OVN is not waited for.
    static let steps = AttachStep.allCases.filter { $0 != .awaitInstalled }

    /// What the engine does with the end that it was handed.
    static func move(_ attachment: AttachedPort, to container: TestSandbox, on host: TestHost) async throws {
        try await run([
            "nsenter", "--net=/proc/\(getpid())/fd/\(host.links.namespace.descriptor)", "ip", "link", "set",
            attachment.containerInterface, "netns", "/proc/\(getpid())/fd/\(container.namespace.descriptor)",
        ])
    }

    @Test func `an endpoint that is handed over has its row, and its other end on the host, ready to be moved`()
        async throws
    {
        try await withHost { host in
            let endpoint = try Endpoint.test()
            let attachment = try host.attachment()
            let handed = try await attachment.handOver(endpoint, to: Self.engine, within: limit)
            #expect(handed.isHandedOver && handed.missingKeys == [] && handed.endpoint == nil)
            #expect(
                handed.containerID == Self.engine && handed.sandbox == nil && handed.annotations == ["network": "ls0"])
            #expect(handed.addresses == endpoint.addresses && handed.routes == endpoint.routes)
            let end = try #require(try await host.links.find(.name(handed.containerInterface)))
            #expect(end.mac == endpoint.mac && end.mtu == 1442 && !end.isUp)
            let near = try #require(try await host.links.find(.name(handed.hostInterface)))
            #expect(near.isUp && near.mtu == 1442 && near.alias == "ovn-containers:\(endpoint.portID)")
            let row = try #require(try await host.rows().interfaces.first)
            #expect(row.externalIDs["iface-id"] == endpoint.portID && row.externalIDs["vm-id"] == Self.engine)

            let container = try TestSandbox()
            try await Self.move(handed, to: container, on: host)
            #expect(try container.links().map(\.mac) == [endpoint.mac])
            #expect(try await attachment.audit().map(\.problem) == [.notInstalled])
            try await attachment.detach(portID: endpoint.portID, within: limit)
            #expect(try await host.leftovers() == [])
            #expect(try container.links() == [])
        }
    }

    @Test(arguments: steps)
    func `a hand-over that fails after a step leaves nothing behind, and the next one succeeds`(
        step: AttachStep
    ) async throws {
        try await withHost { host in
            let endpoint = try Endpoint.test()
            let failing = try host.attachment { if $0 == step { throw Injected() } }
            await #expect(throws: AttachmentError.self) {
                _ = try await failing.handOver(endpoint, to: Self.engine, within: limit)
            }
            #expect(try await host.leftovers() == [])
            let attachment = try host.attachment()
            _ = try await attachment.handOver(endpoint, to: Self.engine, within: limit)
            #expect(try await host.rows().interfaces.count == 1)
            // And a repeated one that fails takes the former along: the engine has given it up.
            await #expect(throws: AttachmentError.self) {
                _ = try await failing.handOver(endpoint, to: Self.engine, within: limit)
            }
            #expect(try await host.leftovers() == [])
        }
    }

    @Test func `a cancelled hand-over leaves nothing behind`() async throws {
        try await withHost { host in
            let endpoint = try Endpoint.test()
            let (steps, reached) = AsyncStream<AttachStep>.makeStream()
            let attachment = try host.attachment { reached.yield($0) }
            let server = host.server
            let task = Task { try await attachment.handOver(endpoint, to: Self.engine, within: .seconds(60)) }
            server.signal(SIGSTOP)
            for await step in steps where step == .configureContainer { break }
            task.cancel()
            server.signal(SIGCONT)
            // It may have been done before it was cancelled.
            if case .success = await task.result { try await attachment.detach(portID: endpoint.portID, within: limit) }
            #expect(try await host.leftovers() == [])
        }
    }

    @Test(arguments: [true, false])
    func `a repeated hand-over begins afresh, also where ovs-vswitchd takes nothing up`(takesUp: Bool) async throws {
        try await withHost(takesUp: takesUp) { host in
            let endpoint = try Endpoint.test()
            let attachment = try host.attachment()
            let first = try await attachment.handOver(endpoint, to: "first", within: limit)
            let container = try TestSandbox()
            try await Self.move(first, to: container, on: host)
            let second = try await attachment.handOver(endpoint, to: "second", within: limit)
            #expect(second.containerID == "second" && second.hostInterface == first.hostInterface)
            #expect(try container.links() == [])
            #expect(try await host.rows().interfaces.count == 1)
            #expect(try await host.links.find(.name(second.containerInterface)) != nil)
            #expect(try await attachment.handedOver().map(\.end) == [.here])
        }
    }

    @Test func `what was moved is announced from inside, and what has ended is not`() async throws {
        try await withHost { host in
            let endpoint = try Endpoint.test()
            let attachment = try host.attachment()
            let handed = try await attachment.handOver(endpoint, to: Self.engine, within: limit)
            let container = try TestSandbox()
            try await Self.move(handed, to: container, on: host)
            // The kernel itself is to say nothing.
            let silence = "echo 1 >/proc/sys/net/ipv6/conf/all/disable_ipv6"
            try await run(["nsenter", container.entry, "sh", "-c", silence])
            try container.apply([.setLink(.name(handed.containerInterface), [.up])])
            func sent() async throws -> Int {
                let path = "/sys/class/net/\(handed.containerInterface)/statistics/tx_packets"
                let mounted = "mount -t sysfs sysfs /sys && cat \(path)"
                let text = try await run(["nsenter", container.entry, "unshare", "--mount", "sh", "-c", mounted])
                return try #require(Int(text.filter(\.isNumber)))
            }
            func announce(in location: Sandbox.Location) async throws {
                try await attachment.complete(portID: endpoint.portID, sandbox: location, within: limit)
                try await attachment.announceInside(try #require(attachment.attachment(portID: endpoint.portID)))
            }
            let before = try await sent()
            try await announce(in: container.sandbox.location)
            #expect(try await sent() == before + endpoint.addresses.count)
            await #expect(throws: AttachmentError.self) { try await announce(in: .path("/run/netns/ended")) }
        }
    }

    @Test func `a veth that a run left behind which was cut short is replaced`() async throws {
        try await withHost { host in
            let endpoint = try Endpoint.test()
            let attachment = try host.attachment()
            _ = try await attachment.handOver(endpoint, to: Self.engine, within: limit)
            try await attachment.removeRows(portID: endpoint.portID, until: Deadline(after: limit))
            #expect(try await attachment.orphans().map(\.portID) == [endpoint.portID])
            _ = try await attachment.handOver(endpoint, to: Self.engine, within: limit)
            #expect(try await attachment.orphans() == [])
            #expect(try await attachment.handedOver().map(\.end) == [.here])
        }
    }

    @Test func `what has become known is written down, and only what differs`() async throws {
        try await withHost { host in
            let endpoint = try Endpoint.test()
            let attachment = try host.attachment()
            let handed = try await attachment.handOver(endpoint, to: Self.engine, within: limit)
            func version() async throws -> String {
                let question =
                    #"["Open_vSwitch",{"op":"select","table":"Interface","where":[["name","==","\#(handed.hostInterface)"]],"columns":["_version"]}]"#
                return try await run(["ovsdb-client", "transact", "unix:\(host.server.socket)", question])
            }
            let before = try await version()
            func complete() async throws {
                try await attachment.complete(
                    portID: endpoint.portID, sandbox: .path("/run/docker/netns/abc"), containerID: "c0ffee",
                    annotations: ["docker-container": "web"], within: limit)
            }
            try await complete()
            let after = try await version()
            #expect(after != before)
            let completed = try #require(attachment.attachment(portID: endpoint.portID))
            #expect(completed.containerID == "c0ffee" && completed.sandbox?.location == .path("/run/docker/netns/abc"))
            #expect(completed.annotations == ["network": "ls0", "docker-container": "web"])
            #expect(completed.isHandedOver && completed.missingKeys == [])

            try await complete()
            try await attachment.complete(portID: endpoint.portID, within: limit)
            try await attachment.complete(portID: "nobody", containerID: "x", within: limit)
            #expect(try await version() == after)
            try await attachment.complete(portID: endpoint.portID, containerID: "beef", within: limit)
            #expect(attachment.attachment(portID: endpoint.portID)?.sandbox != nil)
            #expect(attachment.attachment(portID: endpoint.portID)?.containerID == "beef")
        }
    }

    @Test func `it is told where the other end is`() async throws {
        try await withHost { host in
            let attachment = try host.attachment()
            let (here, there) = (try Endpoint.test(7), try Endpoint.test(8))
            let (gone, attached) = (try Endpoint.test(9), try Endpoint.test(10))
            var handed: [AttachedPort] = []
            for endpoint in [here, there, gone] {
                handed.append(try await attachment.handOver(endpoint, to: Self.engine, within: limit))
            }
            let sandbox = try TestSandbox()
            // One that was not handed over is none of this.
            try await attachment.attach(attached, to: sandbox.sandbox, within: limit, awaitInstalled: false)
            try await Self.move(handed[1], to: sandbox, on: host)
            do {
                let ending = try TestSandbox()
                try await Self.move(handed[2], to: ending, on: host)
            }
            // The kernel takes the namespace down, and the veth with it, in its own time.
            let deadline = Deadline(after: limit)
            while try await host.links.find(.name(gone.hostInterface)) != nil, deadline.remaining > .zero {}
            let ends = try await attachment.handedOver().map { ($0.attachment.portID, $0.end) }
            #expect(
                Dictionary(uniqueKeysWithValues: ends) == [
                    here.portID: .here, there.portID: .moved, gone.portID: .gone,
                ])
            // The engine gives the end back as it takes a sandbox down.
            let inside = try #require(try sandbox.links().first { $0.mac == there.mac })
            try await run([
                "nsenter", sandbox.entry, "ip", "link", "set", inside.name, "netns",
                "/proc/\(getpid())/fd/\(host.links.namespace.descriptor)",
            ])
            #expect(try await attachment.handedOver().filter { $0.end == .moved }.isEmpty)
        }
    }

    @Test func `what cannot be handed over is refused and changes nothing`() async throws {
        try await withHost { host in
            let attachment = try host.attachment()
            var endpoint = try Endpoint.test()
            endpoint.bridge = "br-none"
            let wrong = endpoint
            let error = await #expect(throws: AttachmentError.self) {
                _ = try await attachment.handOver(wrong, to: Self.engine, within: limit)
            }
            #expect(error?.description.contains("bridge br-none does not exist") == true)
            // A name that is taken by something else.
            let other = try Endpoint.test()
            try await host.links.apply([.createLink(other.hostInterface, kind: "bridge")])
            await #expect(throws: AttachmentError.self) {
                _ = try await attachment.handOver(other, to: Self.engine, within: limit)
            }
            #expect(try await host.leftovers() == ["link \(other.hostInterface)"])
        }
    }
}
