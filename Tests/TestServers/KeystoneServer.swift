import Foundation
import FoundationNetworking
import Glibc
import Synchronization

/// A private Keystone, Debian's own, on SQLite in a temporary folder: user `admin` of project `admin`, password `secret`.
package final class KeystoneServer: Sendable {
    /// `http://127.0.0.1:<port>/v3`, or `https://…`
    package let url: String
    package let folder: String
    private let port: Int
    private let process: Mutex<Process>

    private init(folder: String, port: Int, process: Process, isSecured: Bool) {
        (self.folder, self.port) = (folder, port)
        url = "http\(isSecured ? "s" : "")://127.0.0.1:\(port)/v3"
        self.process = Mutex(process)
    }

    fileprivate static func start(tokenLifetime: Int, isSecured: Bool) async throws -> KeystoneServer {
        let folder = "/tmp/ovn-containers-keystone-\(UUID().uuidString.prefix(8))"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        do {
            if isSecured { try await TestAuthority.make(in: folder) }
            let process = try launch(folder, port: 0, tokenLifetime)
            let port = try await waitUntilServing(process, folder)
            return KeystoneServer(folder: folder, port: port, process: process, isSecured: isSecured)
        } catch {
            try? FileManager.default.removeItem(atPath: folder)
            throw error
        }
    }

    private static func launch(_ folder: String, port: Int, _ tokenLifetime: Int) throws -> Process {
        let process = Process()
        process.executableURL = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "keystone/serve")
        process.arguments = [folder, String(port), String(tokenLifetime)]
        _ = FileManager.default.createFile(atPath: "\(folder)/out", contents: nil)
        process.standardOutput = try FileHandle(forWritingTo: URL(filePath: "\(folder)/out"))
        process.standardError = process.standardOutput
        process.standardInput = FileHandle.nullDevice
        try process.run()
        return process
    }

    /// The port that it wrote once it answers.
    private static func waitUntilServing(_ process: Process, _ folder: String) async throws -> Int {
        let deadline = ContinuousClock.now + .seconds(120)
        while process.isRunning, ContinuousClock.now < deadline {
            if let text = try? String(contentsOfFile: "\(folder)/port", encoding: .utf8), let port = Int(text) {
                return port
            }
            // Between two looks at the file.
            try await Task.sleep(for: .milliseconds(20))
        }
        end(process)
        let output = (try? String(contentsOfFile: "\(folder)/out", encoding: .utf8)) ?? ""
        throw TestServerError(description: "Keystone did not start: \(output.suffix(2_000))")
    }

    private static func end(_ process: Process) {
        if process.isRunning { Glibc.kill(process.processIdentifier, SIGKILL) }
        process.waitUntilExit()
    }

    /// Ends it, as a crash would; what it knows stays.
    package func stop() { process.withLock { Self.end($0) } }

    /// Starts it again where it was.
    package func restart() async throws {
        try FileManager.default.removeItem(atPath: "\(folder)/port")
        let again = try Self.launch(folder, port: port, 3_600)
        process.withLock { $0 = again }
        _ = try await Self.waitUntilServing(again, folder)
    }

    fileprivate func destroy() {
        stop()
        try? FileManager.default.removeItem(atPath: folder)
    }

    // MARK: What tests need of its API

    /// The reply to a request: its status, headers in lower case, and its JSON.
    package struct Reply {
        package let status: Int
        package let headers: [String: String]
        package let json: [String: Any]
    }

    @discardableResult
    package func ask(
        _ method: String, _ path: String, token: String? = nil, subject: String? = nil, _ body: [String: Any]? = nil
    ) async throws -> Reply {
        guard let address = URL(string: url + path) else { throw TestServerError(description: "no URL: \(path)") }
        var request = URLRequest(url: address)
        request.httpMethod = method
        request.setValue(token, forHTTPHeaderField: "X-Auth-Token")
        request.setValue(subject, forHTTPHeaderField: "X-Subject-Token")
        if let body {
            request.httpBody = try JSONSerialization.data(withJSONObject: body)
            request.setValue("application/json", forHTTPHeaderField: "Content-Type")
        }
        let (data, response) = try await URLSession.shared.data(for: request)
        guard let http = response as? HTTPURLResponse else { throw TestServerError(description: "no reply") }
        var headers: [String: String] = [:]
        for case (let name as String, let value as String) in http.allHeaderFields {
            headers[name.lowercased()] = value
        }
        let json = data.isEmpty ? nil : try? JSONSerialization.jsonObject(with: data)
        return Reply(status: http.statusCode, headers: headers, json: json as? [String: Any] ?? [:])
    }

    /// A token of a user of the default domain, for a project or, without one, for nothing.
    package func token(_ user: String = "admin", _ password: String = "secret", project: String? = "admin") async throws
        -> String
    {
        let domain = ["id": "default"]
        var auth: [String: Any] = [
            "identity": [
                "methods": ["password"],
                "password": ["user": ["name": user, "domain": domain, "password": password] as [String: Any]],
            ] as [String: Any],
            "scope": "unscoped",
        ]
        if let project { auth["scope"] = ["project": ["name": project, "domain": domain] as [String: Any]] }
        let reply = try await ask("POST", "/auth/tokens", ["auth": auth])
        guard reply.status == 201, let token = reply.headers["x-subject-token"] else {
            throw TestServerError(description: "no token of \(user): \(reply.status) \(reply.json)")
        }
        return token
    }

    /// Makes a project; answers its identifier.
    package func makeProject(_ name: String, as admin: String) async throws -> String {
        try await make("project", ["name": name, "domain_id": "default"], as: admin)
    }

    /// Makes a user with roles in a project; answers its identifier.
    @discardableResult
    package func makeUser(
        _ name: String, password: String = "secret", roles: [String], project: String, as admin: String
    ) async throws -> String {
        let id = try await make(
            "user",
            ["name": name, "password": password, "domain_id": "default"], as: admin)
        for role in roles {
            let reply = try await ask("GET", "/roles?name=\(role)", token: admin)
            let found = (reply.json["roles"] as? [[String: Any]])?.first?["id"] as? String
            let roleID = if let found { found } else { try await make("role", ["name": role], as: admin) }
            try await ask("PUT", "/projects/\(project)/users/\(id)/roles/\(roleID)", token: admin)
        }
        return id
    }

    private func make(_ kind: String, _ attributes: [String: Any], as admin: String) async throws -> String {
        let reply = try await ask("POST", "/\(kind)s", token: admin, [kind: attributes])
        guard let id = (reply.json[kind] as? [String: Any])?["id"] as? String else {
            throw TestServerError(description: "no \(kind): \(reply.status) \(reply.json)")
        }
        return id
    }
}

extension KeystoneServer {
    /// One that tests share, since it takes some seconds to start; it ends with the process. Names made there are for ever.
    package static func shared() async throws -> KeystoneServer {
        try await starting.value
    }

    private static let starting = Task { try await start(tokenLifetime: 3_600, isSecured: false) }
}

/// Runs `body` with a private Keystone, which is ended, and its folder removed, whatever happens. Its tokens expire after
/// `tokenLifetime` seconds. Secured, it speaks TLS, with a certificate signed by the authority in its folder's `ca.pem`.
package func withKeystone<Result>(
    tokenLifetime: Int = 3_600, isSecured: Bool = false, _ body: (KeystoneServer) async throws -> Result
) async throws -> Result {
    let server = try await KeystoneServer.start(tokenLifetime: tokenLifetime, isSecured: isSecured)
    defer { server.destroy() }
    return try await body(server)
}
