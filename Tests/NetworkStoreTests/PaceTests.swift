import NeutronAPI
import OVNModel
import OVSDB
import OVSDBClient
import TestServers
import Testing

@testable import NetworkStore

/// The limit on how far a requester is ahead of ovn-northd.
@Suite(.timeLimit(.minutes(2)))
struct PaceTests {
    @Test func `a requester far ahead waits for its first unprocessed change, others do not`() {
        let pace = NorthdPace()
        let now = ContinuousClock.now
        #expect(pace.end(for: "a", sbCfg: 5, at: now) == nil)
        pace.note(250, of: "a", nbCfg: 5, sbCfg: 5, at: now)
        #expect(!pace.isFar("a", at: now))
        pace.note(250, of: "a", nbCfg: 7, sbCfg: 5, at: now)
        #expect(pace.isFar("a", at: now))
        #expect(pace.end(for: "a", sbCfg: 5, at: now) == nil)
        pace.note(12, of: "a", nbCfg: 8, sbCfg: 5, at: now)
        #expect(pace.end(for: "a", sbCfg: 5, at: now) == 6)
        #expect(pace.end(for: "b", sbCfg: 5, at: now) == nil && !pace.isFar("b", at: now))
        #expect(pace.end(for: "a", sbCfg: 6, at: now) == nil)
        // A new lead begins.
        pace.note(1, of: "a", nbCfg: 8, sbCfg: 6, at: now)
        #expect(!pace.isFar("a", at: now))
    }

    @Test func `a requester with few changes never waits, however slow ovn-northd is`() {
        let pace = NorthdPace()
        let start = ContinuousClock.now
        for second in 0..<600 {
            let now = start + .seconds(second)
            #expect(pace.end(for: "a", sbCfg: 5, at: now) == nil)
            pace.note(NorthdPace.rate, of: "a", nbCfg: 5 + second, sbCfg: 5, at: now)
        }
    }

    @Test func `a change waits until ovn-northd has processed those before`() async throws {
        try await withOVSDBServer(schema: .northbound) { server in
            try await withStore(server, { $0.paceTimeout = .seconds(60) }) { store in
                let global = Northbound.NBGlobal(id: .random())
                try await store.northbound.transact([.insert(global)], within: .seconds(5))
                try await NetworkStore.$requester.withValue("a") {
                    _ = try await store.create(Network.self, networks(20))
                    #expect(store.northdNumbers == (0, 0))
                    _ = try await store.create(Network.self, networks(180))
                    #expect(store.northdNumbers == (1, 0))

                    async let next = store.create(Network.self, networks(1))
                    // Another requester's does not wait, nor do the writes of ovn-northd, which the test simulates.
                    try await NetworkStore.$requester.withValue("b") {
                        _ = try await store.create(Network.self, networks(1))
                    }
                    #expect(Network.ids(in: store.snapshot()).count == 201)
                    var taken = global
                    taken.sbCfg = 1
                    try await store.northbound.transact([.update(taken, columns: [.sbCfg])], within: .seconds(5))
                    _ = try await next
                    #expect(Network.ids(in: store.snapshot()).count == 202)
                }
            }
        }
    }

    @Test func `without a running ovn-northd a change is made after the timeout`() async throws {
        try await withOVSDBServer(schema: .northbound) { server in
            try await withStore(server, { $0.paceTimeout = .milliseconds(10) }) { store in
                try await store.northbound.transact([.insert(Northbound.NBGlobal(id: .random()))], within: .seconds(5))
                try await NetworkStore.$requester.withValue("a") {
                    for count in [180, 1, 1] { _ = try await store.create(Network.self, networks(count)) }
                    #expect(store.northdNumbers == (3, 0))
                }
            }
        }
    }

    @Test func `ovn-northd reports that it has processed a large change`() async throws {
        try await withOVNCentral { central in
            try await withStore(central.northbound) { store in
                // ovn-northd creates the row if there is none.
                try await store.northbound.wait(within: .seconds(60)) { replica in
                    replica[Northbound.NBGlobal.self].isEmpty ? nil : ()
                }
                let before = store.northdNumbers.nbCfg
                _ = try await store.create(Network.self, networks(30))
                try await store.northbound.wait(within: .seconds(60)) { replica in
                    replica[Northbound.NBGlobal.self].allSatisfy { $0.sbCfg > before } ? () : nil
                }
            }
        }
    }

    private func networks(_ count: Int) -> [NetworkCreate] {
        (0..<count).map { NetworkCreate(projectID: "p", name: "n\($0)") }
    }
}
