import ArgumentParser
import Deadlines
import Logging
import NeutronAPI
import NeutronClient
import TestServers
import Testing

@testable import Commands
@testable import HostSetup

/// How the networking API is reached, and as whom.
@Suite(.timeLimit(.minutes(3)))
struct NetworkAccessTests {
    static let central = CentralPoint("192.0.2.1")

    private func withAccess(
        _ words: [String] = [], central: CentralPoint? = central, _ environment: [String: String] = [:],
        _ body: (NetworkAccess) async throws -> Void = { _ in }
    ) async throws {
        let options = try CloudOptions.parse(words)
        let context = ConsoleRecord().context(environment.merging(["HOME": "/nonexistent"]) { $1 })
        let access = try await NetworkAccess.connect(
            options.choice(context), central: central, until: Deadline(after: .seconds(20)),
            logger: Logger(label: "test"))
        do { try await body(access) } catch {
            await access.api.shutdown()
            throw error
        }
        await access.api.shutdown()
    }

    private func failure(
        _ words: [String] = [], central: CentralPoint? = central, _ environment: [String: String] = [:]
    ) async -> HostError? {
        do {
            try await withAccess(words, central: central, environment)
            return nil
        } catch {
            return HostError(error)
        }
    }

    @Test(
        arguments: [
            ([], [:]), ([], ["OS_VIF_ID": "x", "OS_REGION_NAME": "one", "OS_PROJECT_NAME": "p"]),
            (["--os-auth-type", "none"], [:]), ([], ["OS_AUTH_TYPE": "none"]),
        ] as [([String], [String: String])])
    func `without credentials it is the central point, as ever`(words: [String], environment: [String: String])
        async throws
    {
        try await withAccess(words, environment) { access in
            #expect(access.api.endpoint == "http://192.0.2.1:9696" && access.project == "admin")
        }
    }

    @Test func `a central that was joined is spoken to by TLS, as the host of the certificate`() async throws {
        let joined = CentralPoint("192.0.2.1", port: 9443, isSecure: true)
        try await withAccess(central: joined, ["OVN_CONTAINERS_TLS": "/nowhere/tls"]) { access in
            #expect(access.api.endpoint == "https://192.0.2.1:9443" && access.project.isEmpty)
            let error = await #expect(throws: NeutronClientError.self) {
                try await access.api.check(within: .seconds(5))
            }
            #expect(error?.message.contains("/nowhere/tls/authorities.pem") == true, "\(error?.message ?? "")")
        }
    }

    @Test func `an endpoint needs no login`() async throws {
        try await withAccess(["--os-endpoint", "http://n:9696/"], central: nil) { access in
            #expect(access.api.endpoint == "http://n:9696" && access.project == "admin")
        }
    }

    @Test(
        arguments: [
            ([], [:], "OS_AUTH_URL is not set"), ([], ["OS_PASSWORD": "hush"], "OS_AUTH_URL is not set"),
            (["--os-auth-url", "http://k"], [:], "OS_USERNAME is not set"),
            (["--os-auth-type", "none"], [:], "OS_ENDPOINT is not set"),
            (["--os-cloud", "c"], [:], "no clouds.yaml that has cloud \"c\""),
        ] as [([String], [String: String], String)])
    func `without a central point it is said what is missing`(
        words: [String], environment: [String: String], text: String
    ) async {
        let error = await failure(words, central: nil, environment)
        #expect(error?.code == .refused && error?.message.contains(text) == true, "\(error?.message ?? "")")
    }

    @Test func `with credentials it is the catalogue's endpoint, and failures have codes of their own`() async throws {
        try await withKeystone { server in
            var environment = [
                "OS_AUTH_URL": server.url, "OS_USERNAME": "admin", "OS_PASSWORD": "secret", "OS_PROJECT_NAME": "admin",
            ]
            let empty = await failure(environment)
            #expect(empty?.code == .refused && empty?.message.contains("no network service") == true)

            let admin = try await server.token()
            let service = try await server.ask("POST", "/services", token: admin, ["service": ["type": "network"]])
            let id = try #require((service.json["service"] as? [String: Any])?["id"] as? String)
            try await server.ask(
                "POST", "/endpoints", token: admin,
                [
                    "endpoint": [
                        "service_id": id, "interface": "public", "region_id": "RegionOne", "url": "http://n:9696/v2.0",
                    ]
                ])
            try await withAccess(environment) { access in
                #expect(access.api.endpoint == "http://n:9696" && access.project == "")
            }
            environment["OS_PASSWORD"] = "hush"
            let wrong = await failure(environment)
            #expect(wrong?.code == .refused && wrong?.message.contains("wrong user name, password") == true)
            #expect(wrong?.message.contains("hush") == false)
            environment["OS_AUTH_URL"] = "http://127.0.0.1:1/v3"
            #expect(await failure(environment)?.code == .unreachable)
        }
    }

    private func failure(_ environment: [String: String]) async -> HostError? {
        await failure([], environment)
    }

    private func withAccess(
        _ environment: [String: String], _ body: (NetworkAccess) async throws -> Void
    ) async throws {
        try await withAccess([], environment, body)
    }

    @Test func `a password is no option`() {
        for words in [["--os-password", "x"], ["--os-token", "x"], ["--os-application-credential-secret", "x"]] {
            #expect(throws: (any Error).self) { try CloudOptions.parse(words) }
        }
    }
}
