import Deadlines
import HTTPTypes
import JSONCoding
import Logging
import NetAddress
import NetworkStore
import NeutronAPI
import OVSDBClient
import TestAPI
import TestServers
import Testing

@testable import NeutronServer

/// Watches of ports, written through another replica than the one that is watched.
@Suite(.serialized, .timeLimit(.minutes(2))) struct WatchTests {
    /// A server's port, and a store that is another replica of the same database.
    private struct Ground: Sendable {
        let port: Int
        let store: NetworkStore
        let database: OVSDBServer

        func network(_ project: String = "a", shared: Bool = false) async throws -> ID<Network> {
            let request = NetworkCreate(projectID: project, name: "n", shared: shared)
            let network = try await store.create(Network.self, [request])[0].id
            _ = try await store.create(
                Subnet.self,
                [
                    SubnetCreate(projectID: project, networkID: network, cidr: try #require(IPPrefix("10.0.0.0/16")))
                ])
            return network
        }

        func make(_ name: String, on network: ID<Network>, _ project: String = "a") async throws -> ID<Port> {
            try await store.create(Port.self, [PortCreate(projectID: project, networkID: network, name: name)])[0].id
        }

        /// Ports of which each is a line of 5 KB: more than sockets take of many.
        func large(_ count: Int, on network: ID<Network>) async throws -> [Port] {
            let port = PortCreate(
                projectID: "a", networkID: network, profile: ["x": .string(String(repeating: "x", count: 4_000))])
            return try await store.create(Port.self, Array(repeating: port, count: count))
        }

        func rename(_ port: ID<Port>, _ name: String) async throws {
            _ = try await store.update(port, PortUpdate(name: name))
        }

        func watch(_ networks: ID<Network>..., more: String = "", token: String = "root") throws -> WatchReader {
            try WatchReader(
                port: port, networks.map { "network_id=\($0)" }.joined(separator: "&") + more, token: token)
        }
    }

    private func withGround(
        _ change: (inout Limits) -> Void = { _ in }, users: Bool = false,
        _ body: @escaping @Sendable (Ground) async throws -> Void
    ) async throws {
        var limits = Limits()
        change(&limits)
        let (authentication, chosen) = (users ? Authentication.keystone(Users(), url: Users.url) : .none, limits)
        try await withOVSDBServer(schema: .northbound) { database in
            try await withAPI(database, authentication: authentication, limits: chosen) { url in
                let port = try #require(url.split(separator: ":").last.flatMap { Int($0) })
                let client = OVSDBClient(
                    configuration: OVSDBConfiguration(
                        remotes: [.unix(path: database.socket)], database: "OVN_Northbound",
                        tables: NetworkStore.northboundTables), logger: Logger(label: "test"))
                let store = NetworkStore(northbound: client, southbound: nil, logger: Logger(label: "test"))
                try await withThrowingTaskGroup(of: Void.self) { group in
                    group.addTask { try await client.run() }
                    defer { group.cancelAll() }
                    try await client.ready(within: .seconds(20))
                    try await body(Ground(port: port, store: store, database: database))
                }
            }
        }
    }

    @Test func `a watch tells all ports, then each change within a second`() async throws {
        try await withGround { ground in
            let (network, other) = (try await ground.network(), try await ground.network())
            let one = try await ground.make("one", on: network)
            let watch = try ground.watch(network)
            #expect(try await watch.first() == ["one"])
            func next() async throws -> JSON? {
                let start = ContinuousClock.now
                let line = try await watch.next()
                #expect(start.duration(to: .now) < .seconds(1))
                return line
            }
            // Not of this network.
            _ = try await ground.make("elsewhere", on: other)
            let two = try await ground.make("two", on: network)
            let line = try await next()
            let shown = try #require(line?.object?["port"]?.object)
            #expect(shown["id"] == .string("\(two)") && shown["name"] == "two")
            #expect(Set(shown.keys).isSuperset(of: Set(Port.attributes.names).subtracting(["trunk_details"])))
            try await ground.rename(one, "uno")
            #expect(try await next()?.object?["port"]?.object?["name"] == "uno")
            try await ground.store.setTags(["red"], of: one)
            #expect(try await next()?.object?["port"]?.object?["tags"] == ["red"])
            try await ground.store.delete(two)
            #expect(try await next() == ["gone": .string("\(two)")])
        }
    }

    @Test func `filters and fields are those of a list, and what they do not show is not told`() async throws {
        try await withGround { ground in
            let network = try await ground.network()
            let one = try await ground.make("one", on: network)
            _ = try await ground.make("two", on: network)
            let watch = try ground.watch(network, more: "&name=one&fields=id&fields=name")
            #expect(try await watch.next() == ["port": ["id": .string("\(one)"), "name": "one"]])
            #expect(try await watch.next() == ["synchronized": true])
            _ = try await ground.store.update(one, PortUpdate(description: "not shown"))
            // It no longer matches, then it does again.
            try await ground.rename(one, "uno")
            #expect(try await watch.next() == ["gone": .string("\(one)")])
            try await ground.rename(one, "one")
            #expect(try await watch.next() == ["port": ["id": .string("\(one)"), "name": "one"]])
        }
    }

    @Test func `ports that are deleted while a watch opens are told as gone, or not at all`() async throws {
        try await withGround { ground in
            let network = try await ground.network()
            var ports: [ID<Port>] = []
            for number in 0..<40 { ports.append(try await ground.make("p\(number)", on: network)) }
            let watch = try ground.watch(network, more: "&fields=id")
            try await withThrowingTaskGroup(of: Void.self) { group in
                for port in ports { group.addTask { try await ground.store.delete(port) } }
                try await group.waitForAll()
            }
            let last = try await ground.make("last", on: network)
            var there: Set<String> = []
            while let line = try await watch.next() {
                if let id = line.object?["port"]?.object?["id"]?.string { there.insert(id) }
                if let id = line.object?["gone"]?.string { #expect(there.remove(id) != nil) }
                if there == ["\(last)"] { break }
            }
            #expect(there == ["\(last)"])
        }
    }

    @Test func `a project sees only what its list shows`() async throws {
        try await withGround(users: true) { ground in
            let network = try await ground.network("a", shared: true)
            _ = try await ground.make("alice's", on: network, "a")
            let bobs = try await ground.make("bob's", on: network, "b")
            let (alice, bob) = (try ground.watch(network, token: "alice"), try ground.watch(network, token: "bob"))
            #expect(try await alice.first() == ["alice's", "bob's"])
            let line = try await bob.next()
            #expect(line?.object?["port"]?.object?["name"] == "bob's")
            #expect(line?.object?["port"]?.object?["binding:host_id"] == nil)
            #expect(try await bob.next() == ["synchronized": true])
            _ = try await ground.make("alice's too", on: network, "a")
            try await ground.rename(bobs, "bob's own")
            #expect(try await bob.next()?.object?["port"]?.object?["name"] == "bob's own")
            #expect(try await alice.next()?.object?["port"]?.object?["name"] == "alice's too")
            let refused = try ground.watch(network, token: "nobody's")
            #expect(await refused.refusal().contains("HTTP/1.1 401"))
        }
    }

    @Test(arguments: [
        ("network_id=x&limit=5", "leave out limit"), ("network_id=x&sort_key=id&sort_dir=asc", "leave out sort_key"),
        ("network_id=x&marker=5", "leave out marker"), ("name=x", "add network_id"),
        ("network_id=x&colour=red", "['colour'] is invalid attribute for filtering"),
        ("network_id=x&watch=maybe", "either true or false"),
    ])
    func `a watch that cannot be is refused with the reason`(_ query: String, _ reason: String) async throws {
        try await API.run { api in
            let reply = try await api(.get, "/v2.0/ports?\(query)\(query.contains("watch") ? "" : "&watch=true")")
            #expect(reply.status == 400)
            #expect(reply.error?.contains(reason) == true, "\(reply.text)")
        }
    }

    @Test func `watch=false is a list, and other collections have no watch`() async throws {
        try await API.run { api in
            let list = try await api(.get, "/v2.0/ports?watch=false")
            #expect(list["ports"] == [])
            #expect(try await api(.get, "/v2.0/networks?watch=true").status == 400)
            #expect(try await api(.get, "/v2.0/extensions/port-watch")["extension", "alias"] == "port-watch")
        }
    }

    @Test func `a network without ports is watched, and there may be no such network`() async throws {
        try await withGround { ground in
            let network = try await ground.network()
            let watch = try ground.watch(network, ID<Network>.random())
            #expect(try await watch.first() == [])
            _ = try await ground.make("one", on: network)
            #expect(try await watch.next()?.object?["port"]?.object?["name"] == "one")
        }
    }

    @Test func `a slow reader gets the last state of each port, not every one`() async throws {
        try await withGround {
            $0.paceTime = .seconds(60)
        } _: { ground in
            let network = try await ground.network()
            var ports: [ID<Port>] = []
            for _ in 0..<5 {
                ports += try await ground.large(40, on: network).map(\.id)
            }
            let watch = try WatchReader(port: ground.port, "network_id=\(network)", window: 4_096)
            #expect(try await watch.first().count == 200)
            for round in 1...10 {
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for port in ports { group.addTask { try await ground.rename(port, "round \(round)") } }
                    try await group.waitForAll()
                }
            }
            try await ground.store.delete(ports[0])
            var names: [String: String] = [:]
            var lines = 0
            while names["\(ports[0])"] != "gone" || names.count < 200
                || !names.values.allSatisfy({ $0 == "round 10" || $0 == "gone" })
            {
                let line = try #require(try await watch.next())
                lines += 1
                if let id = line.object?["gone"]?.string { names[id] = "gone" }
                guard let port = line.object?["port"]?.object else { continue }
                names[port["id"]?.string ?? ""] = port["name"]?.string
            }
            // What the sockets took, and one more of each port; without the limit it were 2,000.
            #expect(lines < 1_500, "\(lines) lines")
        }
    }

    @Test func `a watch whose client stops reading is ended`() async throws {
        try await withGround {
            $0.paceTime = .milliseconds(300)
            $0.watchesPerAddress = 1
        } _: { ground in
            let network = try await ground.network()
            let ports = try await ground.large(100, on: network)
            let watch = try WatchReader(port: ground.port, "network_id=\(network)", window: 4_096)
            #expect(try await watch.first().count == 100)
            // Its place is free once it has ended.
            var heard = ""
            var round = 0
            while !heard.hasPrefix("HTTP/1.1 200") {
                round += 1
                let name = "round \(round)"
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for port in ports { group.addTask { try await ground.rename(port.id, name) } }
                    try await group.waitForAll()
                }
                let next = try SocketClient(port: ground.port)
                try next.say("GET /v2.0/ports?network_id=\(network)&watch=true HTTP/1.1\r\nHost: x\r\n\r\n")
                heard = await next.more()
            }
            let rest = await watch.rest()
            #expect(!rest.hasSuffix("0\r\n\r\n"))
        }
    }

    @Test func `watches are limited, by address and in all`() async throws {
        try await withGround {
            $0.watchesPerAddress = 2
            $0.watches = 3
            $0.watchSilence = .milliseconds(100)
        } _: { ground in
            let network = try await ground.network()
            func open(_ address: String) throws -> WatchReader {
                try WatchReader(port: ground.port, "network_id=\(network)", from: address)
            }
            var first = try (1...2).map { _ in try open("127.0.0.1") }
            for watch in first { #expect(try await watch.first() == []) }
            let own = try SocketClient(port: ground.port)
            let question = "GET /v2.0/ports?network_id=\(network)&watch=true HTTP/1.1\r\nHost: x\r\n\r\n"
            try own.say(question)
            var reply = await own.replies().first ?? ""
            #expect(reply.hasPrefix("HTTP/1.1 429") && reply.contains("\r\nRetry-After: "), "\(reply)")
            #expect(reply.contains("All of the 2 watches that one address may have at once are in use."), "\(reply)")
            let third = try open("127.0.0.2")
            #expect(try await third.first() == [])
            let other = try SocketClient(port: ground.port, from: "127.0.0.3")
            try other.say(question)
            reply = await other.replies().first ?? ""
            #expect(reply.hasPrefix("HTTP/1.1 503"), "\(reply)")
            #expect(reply.contains("All of the 3 watches that the server has at once are in use."), "\(reply)")
            // Where clients go, their places are free.
            first = []
            var heard = ""
            while !heard.hasPrefix("HTTP/1.1 200") {
                let next = try SocketClient(port: ground.port)
                try next.say(question)
                heard = await next.more()
            }
            #expect(try await third.next(alive: true) == ["alive": true])
        }
    }

    @Test func `the ports that watches remember are limited`() async throws {
        try await withGround {
            $0.watchedPorts = 10
        } _: { ground in
            let network = try await ground.network()
            for number in 0..<5 { _ = try await ground.make("p\(number)", on: network) }
            let watch = try ground.watch(network)
            #expect(try await watch.first().count == 5)
            let second = try ground.watch(network)
            let reply = await second.refusal()
            #expect(reply.contains("HTTP/1.1 503") && reply.contains("10 ports together"), "\(reply)")
            // One more than it may: the watch ends, in order.
            _ = try await ground.make("p6", on: network)
            while try await watch.next() != nil {}
        }
    }

    @Test func `a watch says that it is alive, and ends in order, on a connection that stays`() async throws {
        try await withGround {
            $0.watchSilence = .milliseconds(100)
            $0.watchTime = .seconds(1)
        } _: { ground in
            let network = try await ground.network()
            let watch = try ground.watch(network)
            #expect(try await watch.first() == [])
            var lines = 0
            while let line = try await watch.next(alive: true) {
                #expect(line == ["alive": true])
                lines += 1
            }
            #expect(5...10 ~= lines, "\(lines)")
            try watch.say("GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            #expect(await watch.rest().contains("HTTP/1.1 200"))
        }
    }

    @Test func `a watch goes on over a restart of the database`() async throws {
        try await withGround { ground in
            let network = try await ground.network()
            let one = try await ground.make("one", on: network)
            let watch = try ground.watch(network)
            #expect(try await watch.first() == ["one"])
            await ground.database.kill()
            try await ground.database.launch()
            try await ground.store.lookAgain()
            try await ground.store.delete(one)
            _ = try await ground.make("two", on: network)
            // At once, if they were made before the watched replica was back.
            let lines = [try await watch.next(), try await watch.next()].compactMap(\.?.object)
            #expect(lines.contains { $0["gone"] == .string("\(one)") })
            #expect(lines.contains { $0["port"]?.object?["name"] == "two" })
        }
    }
}
