import Foundation
import FoundationNetworking
import Glibc
import TestServers
import Testing

/// `ovn-ipam up --auth keystone` as a process, with a real Keystone and OVN's real daemons.
@Suite(.timeLimit(.minutes(4))) struct KeystoneTests {
    private struct Reply {
        let status: Int
        let challenge: String?
        let json: [String: Any]

        /// The identifiers in a list.
        func ids(_ collection: String) -> [String] {
            (json[collection] as? [[String: Any]] ?? []).compactMap { $0["id"] as? String }
        }
    }

    private func ask(_ method: String, _ url: String, token: String?, _ body: [String: Any]? = nil) async throws
        -> Reply
    {
        var request = URLRequest(url: try #require(URL(string: url)))
        request.httpMethod = method
        request.setValue(token, forHTTPHeaderField: "X-Auth-Token")
        if let body { request.httpBody = try JSONSerialization.data(withJSONObject: body) }
        let (data, response) = try await URLSession.shared.data(for: request)
        let http = try #require(response as? HTTPURLResponse)
        let json = data.isEmpty ? nil : try JSONSerialization.jsonObject(with: data)
        return Reply(
            status: http.statusCode, challenge: http.value(forHTTPHeaderField: "WWW-Authenticate"),
            json: json as? [String: Any] ?? [:])
    }

    @Test func `tokens separate projects`() async throws {
        try await withKeystone { keystone in
            let admin = try await keystone.token()
            let service = try await keystone.makeProject("service", as: admin)
            try await keystone.makeUser("ipam", password: "s3cret", roles: ["service"], project: service, as: admin)
            for (project, user, role) in [("blue", "alice", "member"), ("red", "bob", "member")] {
                let id = try await keystone.makeProject(project, as: admin)
                try await keystone.makeUser(user, roles: [role], project: id, as: admin)
            }
            let alice = try await keystone.token("alice", project: "blue")
            let bob = try await keystone.token("bob", project: "red")
            try await IPAMProcess.withFolder { folder in
                try "s3cret\n".write(toFile: "\(folder)/password", atomically: true, encoding: .utf8)
                chmod("\(folder)/password", 0o600)
                let process = try IPAMProcess.up(
                    folder, "--auth", "keystone", "--auth-url", keystone.url, "--auth-username", "ipam",
                    "--auth-password-file", "\(folder)/password", "--token-cache-time", "1", "--log-level", "debug")
                let url = try #require(await process.ready(), "\(process.log)")
                let networks = "\(url)/v2.0/networks"

                #expect(try await ask("GET", "\(url)/", token: nil).status == 200)
                let stranger = try await ask("GET", networks, token: nil)
                #expect(stranger.status == 401)
                #expect(stranger.challenge == "Keystone uri=\"\(keystone.url)\"")

                let made = try await ask("POST", networks, token: alice, ["network": ["name": "n"]])
                #expect(made.status == 201)
                let id = try #require((made.json["network"] as? [String: Any])?["id"] as? String)
                #expect(try await ask("GET", networks, token: alice).ids("networks") == [id])
                #expect(try await ask("GET", networks, token: bob).ids("networks").isEmpty)
                #expect(try await ask("GET", "\(networks)/\(id)", token: bob).status == 404)
                #expect(
                    try await ask("PUT", "\(networks)/\(id)", token: alice, ["network": ["shared": true]]).status == 403
                )
                #expect(
                    try await ask("PUT", "\(networks)/\(id)", token: admin, ["network": ["shared": true]]).status == 200
                )
                #expect(try await ask("GET", networks, token: bob).ids("networks") == [id])

                try await keystone.ask("DELETE", "/auth/tokens", token: admin, subject: bob)
                while try await ask("GET", networks, token: bob).status != 401 { await IPAMProcess.pause() }

                keystone.stop()
                while try await ask("GET", networks, token: alice).status != 503 { await IPAMProcess.pause() }
                #expect(process.log.contains("keystone at \(keystone.url)/auth/tokens"), "\(process.log)")
                try await keystone.restart()
                while try await ask("GET", networks, token: alice).status != 200 { await IPAMProcess.pause() }

                #expect(!process.log.contains("tokens cannot be validated"))

                process.signal(SIGTERM)
                #expect(await process.end() == 0)
                for secret in ["s3cret", alice, bob, admin] { #expect(!process.log.contains(secret)) }
            }
        }
    }
}
