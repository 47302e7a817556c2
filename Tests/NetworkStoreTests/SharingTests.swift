import Deadlines
import JSONCoding
import NetAddress
import NeutronAPI
import OVNModel
import OVSDB
import OVSDBClient
import TestServers
import Testing

@testable import NetworkStore

@Suite(.timeLimit(.minutes(1)))
struct SharingTests {
    private func policy(_ network: Network, to target: String) throws -> Given<RBACPolicy> {
        try Given<RBACPolicy>(
            [
                "object_type": "network", "object_id": .string(network.id.description), "action": "access_as_shared",
                "target_tenant": .string(target),
            ], projectID: "p")
    }

    enum End: CaseIterable { case policy, everyonesPolicy, attribute }

    /// Two replicas plan on the same state.
    @Test(arguments: End.allCases, [true, false])
    func `an end of sharing and a port exclude each other`(_ end: End, _ endFirst: Bool) async throws {
        try await withOVSDBServer(schema: .northbound) { server in
            try await withStore(server) { store in
                let network = try await store.network()
                let target = end == .policy ? "b" : RBACPolicy.everyone
                let made = try await store.create(RBACPolicy.self, [try policy(network, to: target)])[0]
                let copy = store.snapshot()
                let ended = try plan(copy, store) { draft in
                    if end == .attribute {
                        _ = try Network.update(network.id, NetworkUpdate(shared: false), ifRevision: nil, in: &draft)
                    } else {
                        try RBACPolicy.delete(made.id, ifRevision: nil, in: &draft)
                    }
                }
                let begun = try plan(copy, store) { draft in
                    _ = try Port.create(.random(), PortCreate(projectID: "b", networkID: network.id), in: &draft)
                }
                let (first, second) = endFirst ? (ended, begun) : (begun, ended)
                try await store.northbound.transact(first, within: .seconds(5))
                let error = await #expect(throws: OVSDBError.self) {
                    try await store.northbound.transact(second, within: .seconds(5))
                }
                #expect(error?.code == .waitFailed)
                // Planned again, the other is refused too.
                try await store.lookAgain()
                let refusal = await #expect(throws: NeutronError.self) {
                    if endFirst {
                        try await store.createForMember(PortCreate(projectID: "b", networkID: network.id))
                    } else {
                        try await store.delete(made.id)
                    }
                }
                #expect(refusal?.type == (endFirst ? "NetworkNotFound" : "RbacPolicyInUse"))
            }
        }
    }

    @Test func `the flag of a network's row is the policy for every project`() throws {
        var ledger = Ledger()
        let network = try ledger.network()
        let made = try ledger.change { try RBACPolicy.create(.random(), try policy(network, to: "*"), in: &$0) }
        let keys = ledger.row(network).externalIDs
        #expect(keys["neutron:shared"] == "true")
        #expect(keys["neutron:shared_policy_id"] == made.id.description)
        #expect(keys["neutron:shared_policy_project_id"] == "p")
        #expect(keys["neutron:revision_number"] == "2")
        #expect(ledger.snapshot.network(network.id)?.shared == true)
        #expect(RBACPolicy.ids(in: ledger.snapshot).next(after: nil, upwards: true, limit: 9) == [made.id])
        // An earlier release clears the flag alone, and sets it again.
        var row = ledger.row(network)
        row.externalIDs["neutron:shared"] = nil
        ledger.replica = try ledger.replica.applying([.update(row, columns: [.externalIDs])])
        #expect(RBACPolicy.ids(in: ledger.snapshot).count == 0)
        #expect(RBACPolicy.find(made.id, in: ledger.snapshot) == nil)
        row.externalIDs["neutron:shared"] = "true"
        row.externalIDs["neutron:shared_policy_id"] = nil
        ledger.replica = try ledger.replica.applying([.update(row, columns: [.externalIDs])])
        let derived = try #require(
            RBACPolicy.ids(in: ledger.snapshot).next(after: nil, upwards: true, limit: 9).first)
        #expect(derived != made.id && derived.low == network.id.low)
        // Unshared, it has nothing of it.
        try ledger.change { try $0.update(network.id, NetworkUpdate(shared: false), nil) }
        #expect(!ledger.row(network).externalIDs.keys.contains { $0.hasPrefix("neutron:shared") })
        try ledger.change { try $0.update(network.id, NetworkUpdate(shared: true), nil) }
        let new = RBACPolicy.ids(in: ledger.snapshot).next(after: nil, upwards: true, limit: 9)
        #expect(new.count == 1 && new != [derived])
    }

    @Test func `who looks decides what is shared`() throws {
        var ledger = Ledger()
        let network = try ledger.network()
        let subnet = try ledger.subnet(network, "10.0.0.0/24")
        try ledger.change { _ = try RBACPolicy.create(.random(), try policy(network, to: "b"), in: &$0) }
        for (project, isShared) in [(nil, false), ("p", false), ("b", true), ("c", false), ("", false)] {
            let snapshot = ledger.snapshot.seen(by: project)
            #expect(snapshot.network(network.id)?.shared == isShared)
            #expect(snapshot.subnet(subnet.id)?.isShared == isShared)
            #expect(snapshot.ownership(of: network.id)?.isShared == isShared)
            #expect(snapshot.ownership(of: .random()) == nil)
        }
        // What a change writes is what everyone sees.
        try ledger.change { try $0.update(network.id, NetworkUpdate(name: "x"), nil) }
        #expect(ledger.row(network).externalIDs["neutron:shared"] == nil)
    }

    @Test func `a list looks at each network once`() {
        let (viewer, network) = (Viewer(projectID: "b"), ID<Network>.random())
        var count = 0
        for _ in 1...3 {
            let found = viewer.ownership(of: network) {
                count += 1
                return nil
            }
            #expect(found == nil)
        }
        #expect(count == 1)
    }

    private func plan(
        _ copy: Snapshot, _ store: NetworkStore, _ change: (inout Draft) throws -> Void
    ) throws -> [OVSDB.Operation] {
        var draft = Draft(
            copy, committed: copy.northbound, configuration: store.configuration, time: Timestamp(seconds: 0))
        try change(&draft)
        return draft.operations
    }
}

extension NetworkStore {
    /// As the API does for a member of project `b`.
    fileprivate func createForMember(_ request: PortCreate) async throws {
        _ = try await create(Port.self, [request]) { snapshot in
            guard snapshot.seen(by: "b").ownership(of: request.networkID)?.isShared == true else {
                throw NeutronError.networkNotFound(request.networkID)
            }
        }
    }
}
