import Deadlines
import HostNetwork
import NetAddress
import Netlink
import OVNModel
import OVSDB
import OVSDBClient
import TestServers
import Testing

@testable import HostAttachment

@Suite(.timeLimit(.minutes(2)))
struct AttachTests {
    @Test func `an attached endpoint has a veth, a row that tells everything, and the container's addresses`()
        async throws
    {
        try await withHost { host in
            let container = try TestSandbox()
            let endpoint = try Endpoint.test()
            async let installed: Void = host.install(endpoint.portID)
            let attachment = try await host.attachment().attach(endpoint, to: container.sandbox, within: limit)
            try await installed

            #expect(attachment.isInstalled)
            #expect(attachment.containerInterface == "eth0")
            #expect(attachment.endpoint?.portID == endpoint.portID)
            let (interfaces, ports) = try await host.rows()
            #expect((interfaces.count, ports) == (1, 1))
            let ids = interfaces[0].externalIDs
            #expect(interfaces[0].name == InterfaceName.host(ofPort: endpoint.portID))
            #expect(ids["iface-id"] == endpoint.portID)
            #expect(ids["attached-mac"] == "02:00:00:00:00:07")
            #expect(ids["vm-id"] == container.containerID)
            #expect(ids["iface-status"] == "active")
            #expect(ids["ovn-containers:addresses"] == "192.168.1.7/24 fd00::7/64")
            #expect(ids["ovn-containers:routes"] == "10.0.0.0/8=192.168.1.254")
            #expect(ids["ovn-containers:network"] == "ls0")
            #expect(ids["ovn-containers:namespace"] == container.namespace.identity.description)
            #expect(host.ovs.replica[OpenVSwitch.Bridge.self].first { $0.name == "br-int" }?.ports.count == 1)

            let state = try await host.links.inspect(hostInterface: interfaces[0].name, sandbox: container.namespace)
            #expect(state.container?.mac == endpoint.mac)
            #expect(state.container?.mtu == 1442)
            #expect(Set(state.addresses.filter { !$0.isLinkLocal }.map(\.address)) == Set(endpoint.addresses))
            #expect(
                state.routes.contains { $0.destination.length == 0 && $0.nextHops[0].gateway == endpoint.gateways[0] })
            #expect(state.routes.contains { $0.destination == endpoint.routes[0].destination })
            #expect(state.host?.alias == "ovn-containers:\(endpoint.portID)")
        }
    }

    @Test func `attaching again changes nothing`() async throws {
        try await withHost { host in
            let container = try TestSandbox()
            let endpoint = try Endpoint.test()
            let attachment = try host.attachment()
            try await attachment.attach(endpoint, to: container.sandbox, within: limit, awaitInstalled: false)
            try await host.install(endpoint.portID)
            let (rows, link) = (try await host.rows().interfaces, try container.links())
            try await attachment.attach(endpoint, to: container.sandbox, within: limit)
            #expect(try await host.rows().interfaces == rows)
            #expect(try container.links() == link)
        }
    }

    @Test func `attaching again repairs what is missing`() async throws {
        try await withHost { host in
            let container = try TestSandbox()
            let endpoint = try Endpoint.test()
            let attachment = try host.attachment()
            try await attachment.attach(endpoint, to: container.sandbox, within: limit, awaitInstalled: false)
            try await host.install(endpoint.portID)
            let row = try #require(try await host.rows().interfaces.first)
            let link = try #require(try container.links().first)
            try await host.ovs.transact(
                [.mutate(OpenVSwitch.Interface.self, row.id, .removeKeys(.externalIDs, ["attached-mac", "vm-id"]))],
                within: limit)
            try container.apply([
                .removeAddress(LinkAddress(endpoint.addresses[0], on: link.index)),
                .ensureAddress(LinkAddress(try #require(InterfaceAddress("10.66.0.1/24")), on: link.index)),
                .setLink(
                    .index(link.index), [.down, .mtu(1300), .mac(try #require(MACAddress(bits: 0x0200_0000_0099)))]),
            ])
            #expect(try await attachment.audit().map(\.problem).contains(.interfaceWrong))
            #expect(try await attachment.audit().map(\.problem).contains(.rowIncomplete))

            try await attachment.attach(endpoint, to: container.sandbox, within: limit)
            let repaired = try #require(try await host.rows().interfaces.first)
            #expect(repaired.id == row.id)
            #expect(repaired.externalIDs == row.externalIDs)
            let state = try await host.links.inspect(hostInterface: row.name, sandbox: container.namespace)
            #expect(state.container?.index == link.index)
            #expect(Set(state.addresses.filter { !$0.isLinkLocal }.map(\.address)) == Set(endpoint.addresses))
            #expect(endpoint.plug(datapath: .netdev).plan(link: link.index, actual: state) == [])
            #expect(try await attachment.audit() == [])
        }
    }

    @Test func `a veth whose row was deleted gets its row back`() async throws {
        try await withHost { host in
            let container = try TestSandbox()
            let endpoint = try Endpoint.test()
            let attachment = try host.attachment()
            try await attachment.attach(endpoint, to: container.sandbox, within: limit, awaitInstalled: false)
            let link = try container.links()
            try await attachment.removeRows(portID: endpoint.portID, until: Deadline(after: limit))
            #expect(try await attachment.orphans().map(\.portID) == [endpoint.portID])
            try await attachment.attach(endpoint, to: container.sandbox, within: limit, awaitInstalled: false)
            #expect(try container.links() == link)
            #expect(try await host.rows().interfaces.count == 1)
        }
    }

    @Test func `a row whose veth is gone is replaced`() async throws {
        try await withHost { host in
            let container = try TestSandbox()
            let endpoint = try Endpoint.test()
            let attachment = try host.attachment()
            try await attachment.attach(endpoint, to: container.sandbox, within: limit, awaitInstalled: false)
            try await host.links.removeVeth(endpoint.hostInterface)
            #expect(try await attachment.audit().map(\.problem) == [.linkMissing])
            try await attachment.attach(endpoint, to: container.sandbox, within: limit, awaitInstalled: false)
            #expect(try container.links().map(\.name) == ["eth0"])
            #expect(try await host.rows().interfaces.count == 1)
        }
    }

    @Test func `a container that was restarted is plugged afresh`() async throws {
        try await withHost { host in
            let endpoint = try Endpoint.test()
            let before = try TestSandbox("abc")
            let attachment = try host.attachment()
            try await attachment.attach(endpoint, to: before.sandbox, within: limit, awaitInstalled: false)
            let after = try TestSandbox("abc")
            let again = try await attachment.attach(endpoint, to: after.sandbox, within: limit, awaitInstalled: false)
            #expect(try before.links() == [])
            #expect(try after.links().map(\.name) == ["eth0"])
            #expect(again.namespace == after.namespace.identity)
            #expect(try await host.rows().interfaces.count == 1)
        }
    }

    @Test func `a port of another living container is refused, and stays as it is`() async throws {
        try await withHost { host in
            let endpoint = try Endpoint.test()
            let (owner, rival) = (try TestSandbox("owner"), try TestSandbox("rival"))
            let attachment = try host.attachment()
            try await attachment.attach(endpoint, to: owner.sandbox, within: limit, awaitInstalled: false)
            let rows = try await host.rows().interfaces
            let error = await #expect(throws: AttachmentError.self) {
                try await attachment.attach(endpoint, to: rival.sandbox, within: limit, awaitInstalled: false)
            }
            #expect(error?.code == .inUse)
            #expect(error?.message.contains("owner") == true)
            #expect(try rival.links() == [])
            #expect(try owner.links().count == 1)
            #expect(try await host.rows().interfaces == rows)
        }
    }

    @Test func `several endpoints become eth0, eth1 and so on`() async throws {
        try await withHost { host in
            let container = try TestSandbox()
            let attachment = try host.attachment()
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 2..<10 {
                    let endpoint = try Endpoint.test(number)
                    group.addTask {
                        try await attachment.attach(
                            endpoint, to: container.sandbox, within: limit, awaitInstalled: false)
                    }
                }
                try await group.waitForAll()
            }
            #expect(Set(try container.links().map(\.name)) == Set((0..<8).map { "eth\($0)" }))
            #expect(attachment.attachments().count == 8)
            for attached in attachment.attachments() {
                try await attachment.detach(portID: attached.portID, within: limit)
            }
            #expect(try await host.leftovers() == [])
        }
    }

    @Test func `the same port attached twice at once is attached once`() async throws {
        try await withHost { host in
            let container = try TestSandbox()
            let endpoint = try Endpoint.test()
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<8 {
                    group.addTask {
                        try await host.attachment().attach(
                            endpoint, to: container.sandbox, within: limit, awaitInstalled: false)
                    }
                }
                try await group.waitForAll()
            }
            #expect(try container.links().count == 1)
            #expect(try await host.rows().interfaces.count == 1)
        }
    }

    @Test func `an endpoint changed in between replaces addresses and annotations`() async throws {
        try await withHost { host in
            let container = try TestSandbox()
            var endpoint = try Endpoint.test()
            let attachment = try host.attachment()
            try await attachment.attach(endpoint, to: container.sandbox, within: limit, awaitInstalled: false)
            endpoint.addresses = [try #require(InterfaceAddress("192.168.1.8/24"))]
            endpoint.routes = []
            endpoint.annotations = ["name": "web"]
            let changed = try await attachment.attach(
                endpoint, to: container.sandbox, within: limit, awaitInstalled: false)
            #expect(changed.addresses == endpoint.addresses)
            #expect(changed.annotations == ["name": "web"])
            let state = try await host.links.inspect(hostInterface: changed.hostInterface, sandbox: container.namespace)
            #expect(state.addresses.filter { !$0.isLinkLocal }.map(\.address) == endpoint.addresses)
            #expect(!state.routes.contains { $0.destination.description == "10.0.0.0/8" })
        }
    }
}
