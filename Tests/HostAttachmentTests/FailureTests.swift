import Deadlines
import Foundation
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

/// What a test's step hook throws.
struct Injected: Error {}

@Suite(.timeLimit(.minutes(2)))
struct FailureTests {
    @Test(arguments: AttachStep.allCases)
    func `an attachment that fails after a step leaves nothing behind`(step: AttachStep) async throws {
        try await withHost { host in
            let container = try TestSandbox()
            let endpoint = try Endpoint.test()
            let attachment = try host.attachment { if $0 == step { throw Injected() } }
            await #expect(throws: AttachmentError.self) {
                try await attachment.attach(endpoint, to: container.sandbox, within: limit, awaitInstalled: false)
            }
            #expect(try await host.leftovers() == [])
            #expect(try container.links() == [])
            // And the next one succeeds.
            try await host.attachment().attach(endpoint, to: container.sandbox, within: limit, awaitInstalled: false)
            #expect(try container.links().count == 1)
        }
    }

    @Test(arguments: AttachStep.allCases)
    func `a repair that fails after a step leaves what was there`(step: AttachStep) async throws {
        try await withHost { host in
            let container = try TestSandbox()
            let endpoint = try Endpoint.test()
            try await host.attachment().attach(endpoint, to: container.sandbox, within: limit, awaitInstalled: false)
            let rows = try await host.rows().interfaces
            let attachment = try host.attachment { if $0 == step { throw Injected() } }
            _ = try? await attachment.attach(endpoint, to: container.sandbox, within: limit, awaitInstalled: false)
            #expect(try await host.rows().interfaces == rows)
            #expect(try container.links().count == 1)
        }
    }

    @Test func `a port that OVN does not install is taken out again, with what stands in the way`() async throws {
        try await withHost { host in
            let container = try TestSandbox()
            let error = await #expect(throws: AttachmentError.self) {
                try await host.attachment().attach(.test(), to: container.sandbox, within: .seconds(2))
            }
            #expect(error?.code == .notInstalled)
            #expect(error?.cause?.contains("ovs-vswitchd has not taken interface") == true)
            #expect(try await host.leftovers() == [])
        }
    }

    @Test func `what ovs-vswitchd cannot use fails at once`() async throws {
        try await withHost { host in
            let container = try TestSandbox()
            let endpoint = try Endpoint.test()
            async let refusal: Void = {
                var row = try await host.ovs.wait(within: limit) {
                    $0.first(HostAttachment.interfacesByPort, endpoint.portID)
                }
                row.error = "could not open network device"
                row.ofport = -1
                try await host.ovs.transact([.update(row, columns: [.error, .ofport])], within: limit)
            }()
            let error = await #expect(throws: AttachmentError.self) {
                try await host.attachment().attach(endpoint, to: container.sandbox, within: .seconds(60))
            }
            try await refusal
            #expect(error?.code == .notInstalled)
            #expect(error?.message.contains("could not open network device") == true)
            #expect(try await host.leftovers() == [])
        }
    }

    @Test func `a cancelled attachment leaves nothing behind`() async throws {
        try await withHost { host in
            let container = try TestSandbox()
            let endpoint = try Endpoint.test()
            let attachment = try host.attachment()
            let task = Task {
                try await attachment.attach(endpoint, to: container.sandbox, within: .seconds(60))
            }
            _ = try await host.ovs.wait(within: limit) { $0.first(HostAttachment.interfacesByPort, endpoint.portID) }
            task.cancel()
            await #expect(throws: AttachmentError.self) { try await task.value }
            #expect(try await host.leftovers() == [])
        }
    }

    @Test func `a database that dies in between is told apart, and repeating settles it`() async throws {
        try await withHost { host in
            let container = try TestSandbox()
            let endpoint = try Endpoint.test()
            let server = host.server
            let attachment = try host.attachment { step in
                // A stopped server takes the transaction and answers nothing.
                if step == .createVeth { server.signal(SIGSTOP) }
            }
            let error = await #expect(throws: AttachmentError.self) {
                try await attachment.attach(
                    endpoint, to: container.sandbox, within: .milliseconds(300), awaitInstalled: false)
            }
            #expect(error?.code == .unknown)
            server.signal(SIGCONT)
            try await host.attachment().attach(endpoint, to: container.sandbox, within: limit, awaitInstalled: false)
            #expect(try container.links().count == 1)
            #expect(try await host.rows().interfaces.count == 1)
            try await host.attachment().detach(portID: endpoint.portID, within: limit)
            #expect(try await host.leftovers() == [])
        }
    }

    @Test func `what cannot be attached is refused and changes nothing`() async throws {
        try await withHost { host in
            let container = try TestSandbox()
            let attachment = try host.attachment()
            func expectRefusal(
                _ words: String, _ sandbox: Sandbox? = nil, _ change: (inout Endpoint) throws -> Void
            ) async throws {
                var endpoint = try Endpoint.test()
                try change(&endpoint)
                let changed = endpoint
                let error = await #expect(throws: AttachmentError.self) {
                    try await attachment.attach(
                        changed, to: sandbox ?? container.sandbox, within: limit, awaitInstalled: false)
                }
                #expect(error?.description.contains(words) == true, "\(error.map { "\($0)" } ?? "")")
            }
            try await expectRefusal("bridge br-none does not exist") { $0.bridge = "br-none" }
            try await expectRefusal("MTU 1279 is out of range") { $0.mtu = 1279 }
            try await expectRefusal("needs an address of its version") { $0.addresses.removeFirst() }
            try await expectRefusal("cannot be the name of an interface") { $0.interfaceName = "a/b" }
            try await expectRefusal("has an interface lo already") { $0.interfaceName = "lo" }
            try await expectRefusal("annotation 'mtu'") { $0.annotations = ["mtu": "x"] }
            try await expectRefusal("is not printable") { $0.portID = "a b" }
            try await expectRefusal("cannot be the MAC") { $0.mac = MACAddress(bits: 0x0100_0000_0000)! }
            try await expectRefusal("given twice") { $0.addresses.append($0.addresses[0]) }
            let gone = Sandbox(containerID: "gone", location: .path("/nonexistent"))
            try await expectRefusal("no such file", gone) { _ in }
            let own = Sandbox(containerID: "own", location: .path("/proc/self/fd/\(host.links.namespace.descriptor)"))
            try await expectRefusal("the host's own network namespace", own) { _ in }
            #expect(try await host.leftovers() == [])
            #expect(try container.links() == [])
        }
    }

    @Test func `someone else's interface or row under our name stays as it is`() async throws {
        try await withHost { host in
            let container = try TestSandbox()
            let endpoint = try Endpoint.test()
            let attachment = try host.attachment()
            func attach() async -> AttachmentError? {
                await #expect(throws: AttachmentError.self) {
                    try await attachment.attach(endpoint, to: container.sandbox, within: limit, awaitInstalled: false)
                }
            }
            try await host.links.apply([.createLink(endpoint.hostInterface, kind: "bridge")])
            #expect(await attach()?.code == .refused)
            try await attachment.detach(portID: endpoint.portID, within: limit)
            #expect(try await host.leftovers() == ["link \(endpoint.hostInterface)"])
            try await host.links.apply([.removeLink(.name(endpoint.hostInterface))])

            var interface = OpenVSwitch.Interface(id: .random())
            interface.name = "tap0"
            interface.externalIDs = ["iface-id": endpoint.portID]
            var port = OpenVSwitch.Port(id: .random())
            port.name = "tap0"
            port.interfaces = [interface.id]
            let bridge = try #require(host.ovs.replica[OpenVSwitch.Bridge.self].first { $0.name == "br-int" })
            try await host.ovs.transact(
                [
                    .insert(interface), .insert(port),
                    .mutate(OpenVSwitch.Bridge.self, bridge.id, .insert(into: .ports, [port.id])),
                ],
                within: limit)
            #expect(await attach()?.code == .inUse)
            try await attachment.detach(portID: endpoint.portID, within: limit)
            #expect(try await host.leftovers() == ["row tap0", "port"])
        }
    }
}

@Suite(.timeLimit(.minutes(2)))
struct DetachTests {
    @Test func `detaching takes everything away, and again is success`() async throws {
        try await withHost { host in
            let container = try TestSandbox()
            let endpoint = try Endpoint.test()
            let attachment = try host.attachment()
            try await attachment.attach(endpoint, to: container.sandbox, within: limit, awaitInstalled: false)
            for _ in 1...2 {
                try await attachment.detach(portID: endpoint.portID, within: limit)
                #expect(try await host.leftovers() == [])
                #expect(try container.links() == [])
            }
        }
    }

    @Test func `an endpoint is detached when its container and namespace are gone`() async throws {
        try await withHost { host in
            let endpoint = try Endpoint.test()
            let attachment = try host.attachment()
            do {
                let container = try TestSandbox()
                try await attachment.attach(endpoint, to: container.sandbox, within: limit, awaitInstalled: false)
            }
            // The kernel takes the namespace down, and the veth with it, in its own time.
            let deadline = Deadline(after: limit)
            while try await host.links.find(.name(endpoint.hostInterface)) != nil, deadline.remaining > .zero {}
            #expect(try await attachment.audit().map(\.problem) == [.linkMissing])
            try await attachment.detach(portID: endpoint.portID, within: limit)
            #expect(try await host.leftovers() == [])
        }
    }

    @Test func `a sandbox that cannot be opened has not ended by that`() async throws {
        try await withHost { host in
            let container = try TestSandbox()
            let name = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString).path()
            defer { try? FileManager.default.removeItem(atPath: name) }  // Gone at the end of the test already.
            let sandbox = Sandbox(containerID: container.containerID, location: .path(name))
            let namespace = "/proc/self/fd/\(container.namespace.descriptor)"
            try FileManager.default.createSymbolicLink(atPath: name, withDestinationPath: namespace)
            let attachment = try host.attachment()
            try await attachment.attach(try Endpoint.test(), to: sandbox, within: limit, awaitInstalled: false)
            try FileManager.default.removeItem(atPath: name)
            try FileManager.default.createSymbolicLink(atPath: name, withDestinationPath: name)
            let error = await #expect(throws: AttachmentError.self) { try await attachment.audit() }
            #expect(
                error?.description.contains("open network namespace \(name): ") == true, "\(error?.description ?? "")")

            try FileManager.default.removeItem(atPath: name)
            #expect(try await attachment.audit().map(\.problem).contains(.sandboxMoved))
        }
    }

    @Test func `a veth without a row is taken away by its name`() async throws {
        try await withHost { host in
            let container = try TestSandbox()
            let endpoint = try Endpoint.test()
            _ = try await host.links.createVeth(
                endpoint.plug(datapath: .netdev), containerInterface: "eth0", sandbox: container.namespace)
            try await host.attachment().detach(portID: endpoint.portID, within: limit)
            #expect(try await host.leftovers() == [])
        }
    }

    @Test func `other ports' rows and veths stay`() async throws {
        try await withHost { host in
            let container = try TestSandbox()
            let (one, other) = (try Endpoint.test(7), try Endpoint.test(8))
            let attachment = try host.attachment()
            for endpoint in [one, other] {
                try await attachment.attach(endpoint, to: container.sandbox, within: limit, awaitInstalled: false)
            }
            try await attachment.detach(portID: one.portID, within: limit)
            #expect(attachment.attachments().map(\.portID) == [other.portID])
            #expect(try container.links().map(\.name) == ["eth1"])
        }
    }
}
