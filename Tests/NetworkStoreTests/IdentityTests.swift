import Deadlines
import NeutronAPI
import TestServers
import Testing

@testable import NetworkStore

@Suite(.timeLimit(.minutes(2)))
struct IdentityRecordTests {
    private func user(_ name: String, _ grants: [RoleGrant] = []) -> IdentityUser {
        var user = IdentityUser(id: .random(), standard: .init(projectID: "", createdAt: .now, updatedAt: .now))
        (user.name, user.grants) = (name, grants)
        return user
    }

    private func project(_ name: String) -> IdentityProject {
        var project = IdentityProject(id: .random(), standard: .init(projectID: "", createdAt: .now, updatedAt: .now))
        project.name = name
        return project
    }

    /// How many of these succeed; the others are refused with 409.
    private func successes(
        _ stores: [NetworkStore], _ body: @escaping @Sendable (NetworkStore) async throws -> Void
    ) async throws -> Int {
        try await withThrowingTaskGroup(of: Bool.self) { group in
            for store in stores {
                group.addTask {
                    do { try await body(store) } catch let error as NeutronError where error.status == 409 {
                        return false
                    }
                    return true
                }
            }
            return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
    }

    @Test func `of replicas that give a name at once exactly one does`() async throws {
        try await withOVSDBServer(schema: .northbound) { server in
            try await withThreeStores(server) { stores in
                for round in 0..<10 {
                    #expect(try await successes(stores) { _ = try await $0.create(user("u\(round)")) } == 1)
                    #expect(try await successes(stores) { _ = try await $0.create(project("p\(round)")) } == 1)
                }
                try await stores[0].lookAgain()
                #expect(stores[0].snapshot().identityUsers.count == 10)
                #expect(stores[0].snapshot().identityProjects.count == 10)
                let ids = stores[0].snapshot().identityUsers.prefix(3).map(\.id)
                let renamed = try await successes(Array(stores)) { store in
                    let place = stores.firstIndex { $0 === store } ?? 0
                    _ = try await store.change(ids[place]) { $0.name = "same" }
                }
                #expect(renamed == 1)
            }
        }
    }

    @Test func `replicas make one key`() async throws {
        try await withOVSDBServer(schema: .northbound) { server in
            try await withThreeStores(server) { stores in
                let keys = try await withThrowingTaskGroup(of: TokenKey.self) { group in
                    for (place, store) in stores.enumerated() {
                        group.addTask { try await store.tokenKey { "key of \(place)" } }
                    }
                    return try await group.reduce(into: Set<TokenKey>()) { $0.insert($1) }
                }
                #expect(keys.count == 1)
                _ = try await successes(stores) { _ = try await $0.rotateTokenKey(revoking: false) { "new" } }
                try await stores[1].lookAgain()
                let numbers = stores[1].snapshot().tokenKeys.map(\.number)
                #expect(numbers.sorted() == [3, 4])
            }
        }
    }

    @Test func `no role is left in a project that is deleted`() async throws {
        try await withOVSDBServer(schema: .northbound) { server in
            try await withThreeStores(server) { stores in
                for round in 0..<10 {
                    let made = try await stores[0].create(project("p\(round)"))
                    let alice = try await stores[0].create(user("u\(round)"))
                    async let granting: Void = {
                        do {
                            _ = try await stores[1].change(alice.id) { $0.grants = [RoleGrant(made.id, .member)] }
                        } catch let error as NeutronError where error.status == 404 {
                            // The project, or this replica's copy of the user, was not there.
                        }
                    }()
                    async let deleting: Void = stores[2].delete(made.id, evenInUse: false)
                    _ = try await (granting, deleting)
                    try await stores[0].lookAgain()
                    let snapshot = stores[0].snapshot()
                    #expect(snapshot.identityProject(made.id) == nil)
                    #expect(snapshot.identityUser(alice.id)?.grants == [])
                }
            }
        }
    }

    @Test func `a project with networks is deleted only when told so`() async throws {
        try await withOVSDBServer(schema: .northbound) { server in
            try await withStore(server) { store in
                let made = try await store.create(project("p"))
                _ = try await store.create(
                    Network.self, [NetworkCreate(projectID: made.id.hex, name: "n")])
                let error = await #expect(throws: NeutronError.self) {
                    try await store.delete(made.id, evenInUse: false)
                }
                #expect(error?.message == "Project p has resources (network: 1).")
                try await store.delete(made.id, evenInUse: true)
                #expect(store.snapshot().identityProject(made.id) == nil)
            }
        }
    }

    @Test func `a deleted user leaves no credentials`() async throws {
        try await withOVSDBServer(schema: .northbound) { server in
            try await withStore(server) { store in
                let made = try await store.create(project("p"))
                let alice = try await store.create(
                    user("alice", [RoleGrant(made.id, .admin), RoleGrant(made.id, .reader)]))
                #expect(store.snapshot().identityUser(alice.id) == alice)
                var credential = ApplicationCredential(id: .random(), standard: alice.standard)
                (credential.name, credential.userID, credential.identityProjectID) = ("c", alice.id, made.id)
                (credential.roles, credential.secret) = ([.admin, .reader], "hash")
                credential.expiresAt = Timestamp(seconds: 2_000_000_000)
                credential.isUnrestricted = true
                credential = try await store.create(credential)
                #expect(store.snapshot().credential(credential.id) == credential)
                #expect(store.snapshot().credential(named: "c", of: alice.id) == credential)
                try await store.revoke(.random(), of: alice.id, until: Timestamp(seconds: 2_000_000_000))
                try await store.delete(alice.id)
                #expect(store.snapshot().credential(credential.id) == nil)
                #expect(store.snapshot().revokedTokens(of: alice.id).isEmpty)
            }
        }
    }
}
