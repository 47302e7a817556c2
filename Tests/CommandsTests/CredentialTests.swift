import HostSetup
import Keystone
import Logging
import NeutronServer
import TestAPI
import TestServers
import Testing

@testable import Commands

/// `ovn-container` in the overlay mode, against an ovn-ipam that asks a real Keystone who asks.
@Suite(.timeLimit(.minutes(5)))
struct CredentialTests {
    @Test func `with credentials everything works as without, and without them it is said what is missing`()
        async throws
    {
        let keystone = try await KeystoneServer.shared()
        let admin = try await keystone.token()
        let project = try await keystone.makeProject("credentials web", as: admin)
        try await keystone.makeUser(
            "credentials demo", password: "hush hush", roles: ["member"], project: project, as: admin)
        let session = KeystoneSession(
            Credentials(
                authURL: keystone.url, method: .password(.name("admin", domain: nil), Secret("secret")),
                scope: .project(.name("admin", domain: nil))),
            connectTimeout: .seconds(10), logger: Logger(label: "test"))
        var configuration = TokenValidator.Configuration()
        // A machine that builds at the same time is slow.
        configuration.timeout = .seconds(50)
        let validator = TokenValidator(
            session: session, configuration: configuration, logger: Logger(label: "test"))
        let url = keystone.url
        try await withOVSDBServer(schema: .northbound) { northbound in
            try await withAPI(northbound, authentication: .keystone(validator, url: url)) { api in
                try await withOVSDBServer(schema: .openVSwitch) { database in
                    try await database.control(
                        "ovs-vsctl", "--no-wait", "init", "--", "add-br", "br-int", "--", "set", "open", ".",
                        "external_ids:ipam=127.0.0.1")
                    try await Self.walkThrough(
                        Host(socket: database.socket, api: api, keystone: url, project: project))
                }
            }
        }
        await validator.shutdown()
    }

    /// A host that asks `api`, as the central point or as the endpoint of a cloud.
    private struct Host {
        let socket: String
        let api: String
        let keystone: String
        let project: String

        var credentials: [String: String] {
            [
                "OS_AUTH_URL": keystone, "OS_USERNAME": "credentials demo", "OS_PASSWORD": "hush hush",
                "OS_PROJECT_NAME": "credentials web",
                "OS_ENDPOINT": api,
            ]
        }

        func run(
            _ words: String..., environment: [String: String]
        ) async -> (status: Program.Status, said: ConsoleRecord) {
            let record = ConsoleRecord()
            var context = record.context(
                ["DOCKER_HOST": "unix:///nowhere", "HOME": "/nonexistent"].merging(environment) { $1 })
            context.hooks.api = api
            let finished = context
            let status = await Program.run(
                OVNContainer.self, words + ["--db", "unix:\(socket)", "--timeout", "60"], in: finished)
            return (status, record)
        }
    }

    private static func walkThrough(_ host: Host) async throws {
        let good = host.credentials
        #expect(await host.run("init", "--bridge", "br-int", "--overlay-mode", environment: [:]).status == .done)
        for words in [["net-create", "ls0", "192.168.1.0/24"], ["endpoint-create", "ls0", "ls0p0"]] {
            let made = await host.run(words[0], words[1], words[2], environment: good)
            #expect(made.status == .done && made.said.output.count == 1, "\(made.said.errors)")
        }
        let list = await host.run("net-list", "--format", "value", environment: good)
        #expect(list.status == .done && list.said.output.joined().contains("ls0"), "\(list.said.errors)")

        let anonymous = await host.run("net-list", environment: [:])
        #expect(anonymous.status == .refused)
        #expect(anonymous.said.errors.joined().contains("requires authentication"), "\(anonymous.said.errors)")

        var wrong = good
        wrong["OS_PASSWORD"] = "hush"
        let refused = await host.run("net-list", "--verbose", environment: wrong)
        #expect(refused.status == .refused)
        #expect(refused.said.errors.joined().contains("refuses user \"credentials demo\""), "\(refused.said.errors)")
        #expect(!refused.said.errors.joined().contains("hush"))

        var missing = good
        missing["OS_USERNAME"] = nil
        #expect(
            await host.run("net-list", environment: missing).said.errors.joined().contains("OS_USERNAME is not set"))

        #expect(await host.run("endpoint-delete", "ls0p0", environment: good).status == .done)
        #expect(await host.run("net-delete", "ls0", environment: good).status == .done)
    }
}
