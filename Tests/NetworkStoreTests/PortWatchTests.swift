import NetAddress
import NeutronAPI
import OVSDB
import TestServers
import Testing

@testable import NetworkStore

/// Which ports are to be looked at again after a change: written through one store, watched at another.
@Suite(.timeLimit(.minutes(1))) struct PortWatchTests {
    /// What comes within a second, taken together.
    private func news(of watch: PortWatch, until isEnough: (PortWatch.News) -> Bool) async -> PortWatch.News? {
        let deadline = ContinuousClock.now + .seconds(5)
        var all: PortWatch.News?
        while let next = await watch.next(until: deadline) {
            switch (all, next) {
            case (.ports(let before)?, .ports(let now)): all = .ports(before.union(now))
            case (.anything?, _): break
            default: all = next
            }
            if let all, isEnough(all) { return all }
        }
        return all
    }

    private func told(_ watch: PortWatch, _ ports: ID<Port>...) async -> Bool {
        let wanted = Set(ports)
        let news = await news(of: watch) { news in
            if case .ports(let ports) = news { ports.isSuperset(of: wanted) } else { true }
        }
        return news == .ports(wanted)
    }

    private func withStores(
        _ body: @Sendable (_ here: NetworkStore, _ there: NetworkStore) async throws -> Void
    ) async throws {
        try await withOVSDBServer(schema: .northbound) { server in
            try await withStore(server) { here in try await withStore(server) { try await body(here, $0) } }
        }
    }

    @Test func `only ports of watched networks are told, in the snapshot before they are`() async throws {
        try await withStores { here, there in
            let (one, two) = (try await there.network("one"), try await there.network("two"))
            // What is on its way already would be told too.
            _ = try await here.find(two.id)
            let watch = here.watchPorts(of: [one.id])
            let port = try await there.create(
                Port.self,
                [
                    PortCreate(projectID: "p", networkID: two.id), PortCreate(projectID: "p", networkID: one.id),
                ])[1]
            #expect(await told(watch, port.id))
            #expect(here.snapshot().port(port.id) != nil)
            try await there.delete(port.id)
            #expect(await told(watch, port.id))
            #expect(here.snapshot().port(port.id) == nil)
            here.endWatch(watch)
            #expect(await watch.next(until: .now + .seconds(5)) == nil)
        }
    }

    @Test func `a trunk's parent changes with its subports, and they with its host`() async throws {
        try await withStores { here, there in
            let (above, below) = (try await there.network("above"), try await there.network("below"))
            let parent = try await there.create(Port.self, [PortCreate(projectID: "p", networkID: above.id)])[0]
            let child = try await there.create(Port.self, [PortCreate(projectID: "p", networkID: below.id)])[0]
            let trunk = try await there.create(Trunk.self, [TrunkCreate(projectID: "p", portID: parent.id)])[0]
            try await here.lookAgain()
            let (upper, lower) = (here.watchPorts(of: [above.id]), here.watchPorts(of: [below.id]))
            _ = try await there.addSubports(
                [SubportRequest(portID: child.id, segmentation: .vlan(7))], to: trunk.id)
            #expect(await told(upper, parent.id))
            #expect(await told(lower, child.id))
            // An address of the subport is in the parent too.
            _ = try await there.update(child.id, PortUpdate(macAddress: MACAddress("02:00:00:00:00:07")))
            #expect(await told(upper, parent.id))
            #expect(await told(lower, child.id))
            _ = try await there.update(parent.id, PortUpdate(hostID: "h1"))
            #expect(await told(upper, parent.id))
            #expect(await told(lower, child.id))
            here.endWatch(upper)
            here.endWatch(lower)
        }
    }

    @Test func `who may see a network, and its subnets, concern any of its ports`() async throws {
        try await withStores { here, there in
            let network = try await there.network("one")
            try await here.lookAgain()
            let watch = here.watchPorts(of: [network.id])
            var update = NetworkUpdate()
            update.description = "the same to all ports"
            _ = try await there.update(network.id, update)
            update.shared = true
            _ = try await there.update(network.id, update)
            #expect(await news(of: watch) { _ in true } == .anything)
            _ = try await there.create(
                Subnet.self,
                [
                    SubnetCreate(projectID: "p", networkID: network.id, cidr: IPPrefix(literal: "10.0.0.0/24"))
                ])
            #expect(await news(of: watch) { _ in true } == .anything)
            here.endWatch(watch)
        }
    }

    @Test func `a new chassis concerns the ports of its host`() async throws {
        try await withOVSDBServer(schema: .northbound) { north in
            try await withOVSDBServer(schema: .southbound) { south in
                try await withStore(north, southbound: south) { store in
                    let network = try await store.network("one")
                    let ports = try await store.create(
                        Port.self,
                        ["h1", "h2"].map { PortCreate(projectID: "p", networkID: network.id, hostID: $0) })
                    let watch = store.watchPorts(of: [network.id])
                    try await south.control("ovn-sbctl", "chassis-add", "h1", "geneve", "192.0.2.1")
                    #expect(await told(watch, ports[0].id))
                    #expect(store.snapshot().port(ports[0].id)?.binding.vifType == "ovs")
                    store.endWatch(watch)
                }
            }
        }
    }

    @Test func `a reader who comes late looks at every port, and no list grows without end`() async throws {
        let watch = PortWatch([.random()])
        for _ in 0..<PortWatch.mostPorts { watch.add([.random()]) }
        guard case .ports(let ports)? = await watch.next(until: .now) else {
            Issue.record("nothing was noted")
            return
        }
        #expect(ports.count == PortWatch.mostPorts)
        for _ in 0...PortWatch.mostPorts { watch.add([.random()]) }
        #expect(await watch.next(until: .now) == .anything)
        #expect(await watch.next(until: .now + .milliseconds(20)) == nil)
    }

    @Test func `a new copy of the database concerns every watch`() async throws {
        try await withOVSDBServer(schema: .northbound) { server in
            try await withStore(server) { store in
                let watch = store.watchPorts(of: [.random()])
                await server.kill()
                try await server.launch()
                #expect(await news(of: watch) { _ in true } == .anything)
                store.endWatch(watch)
            }
        }
    }

    @Test func `a wait ends with its task, and at its deadline`() async throws {
        let watch = PortWatch([.random()])
        let waiting = Task { await watch.next(until: .now + .seconds(50)) }
        // Either it waits by then, or it is cancelled before: both must end.
        try await Task.sleep(for: .milliseconds(20))
        waiting.cancel()
        #expect(await waiting.value == nil)
        #expect(await watch.next(until: .now - .seconds(1)) == nil)
    }
}
