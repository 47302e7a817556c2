import Certificates
import Deadlines
import Foundation
import NetAddress
import NeutronServer
import TestAPI
import TestServers
import Testing

/// The API by HTTPS, as curl and openssl see it.
@Suite(.timeLimit(.minutes(2))) struct TLSTests {
    private struct Served: Sendable {
        let folder: String
        let url: String
        let port: Int
        let tls: ServerTLS
        let authority: Authority

        var trusted: String { "\(folder)/authorities.pem" }

        /// curl's output; `more` are options of its own.
        func curl(_ path: String, _ more: String...) async throws -> String {
            try await run(["curl", "-sS", "--cacert", trusted] + more + ["\(url)\(path)"])
        }

        /// A key and a certificate for clients, in files.
        func client(_ name: String, of authority: Authority) throws -> CredentialFolder {
            let credentials = CredentialFolder("\(folder)/\(name)")
            let name = try #require(CertificateName(name))
            let request = try HostRequest(pem: try credentials.key().request(for: name))
            try credentials.write(
                certificate: try authority.certifyHost(request, name: name, at: .now, lifetime: .seconds(600)))
            return credentials
        }
    }

    private static func server(_ authority: Authority) throws -> (IssuedCertificate, SigningKey) {
        let key = SigningKey()
        let local = try #require(IPAddress("127.0.0.1"))
        return (
            try authority.certifyServer(key, names: [], addresses: [local], at: .now, lifetime: .seconds(600)), key
        )
    }

    private func withServer(
        allowsPlainText: Bool = false, _ change: (inout Limits) -> Void = { _ in },
        _ body: @escaping @Sendable (Served) async throws -> Void
    ) async throws {
        var limits = Limits()
        change(&limits)
        let folder = "/tmp/ovn-containers-tls-\(UUID().uuidString.prefix(8))"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let authority = try Authority(making: SigningKey(), at: .now)
        try authority.certificate.pem.write(toFile: "\(folder)/authorities.pem", atomically: true, encoding: .utf8)
        let (certificate, key) = try Self.server(authority)
        let tls = try ServerTLS(
            chain: [certificate], key: key, authorities: [authority.certificate], allowsPlainText: allowsPlainText)
        try await withOVSDBServer(schema: .northbound) { database in
            try await withAPI(database, limits: limits, tls: tls) { url in
                let port = try #require(url.split(separator: ":").last.flatMap { Int($0) })
                try await body(Served(folder: folder, url: url, port: port, tls: tls, authority: authority))
            }
        }
    }

    @Test func `requests are answered, and links say https`() async throws {
        try await withServer { served in
            #expect(try await served.curl("/").contains(#""href":"https://127.0.0.1:\#(served.port)/v2.0/""#))
            let network = #"{"network":{"name":"blue","description":"\#(String(repeating: "x", count: 200))"}}"#
            let made = try await served.curl("/v2.0/networks", "-H", "Content-Type: application/json", "-d", network)
            #expect(made.contains("blue"))
            // A body and an answer of many TLS records.
            let many = (0..<128).map { #"{"name":"n\#($0)","description":"\#(String(repeating: "x", count: 250))"}"# }
                .joined(separator: ",")
            try #"{"networks":[\#(many)]}"#.write(toFile: "\(served.folder)/many", atomically: true, encoding: .utf8)
            let all = try await served.curl(
                "/v2.0/networks", "-H", "Content-Type: application/json", "-d", "@\(served.folder)/many")
            #expect(all.utf8.count > 80_000 && all.hasSuffix("]}"))
            #expect(try await served.curl("/v2.0/networks?fields=id", "-H", "Connection: close").hasSuffix("]}"))
        }
    }

    @Test func `a client that speaks HTTP in plain is told to use https`() async throws {
        try await withServer { served in
            let client = try SocketClient(port: served.port)
            try client.say("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            let heard = await client.rest()
            #expect(heard.hasPrefix("HTTP/1.1 400") && heard.contains("https://"), "\(heard)")
        }
    }

    @Test func `where plain text is allowed too, both are served on one port`() async throws {
        try await withServer(allowsPlainText: true) { served in
            #expect(try await served.curl("/").contains(#""href":"https://127.0.0.1"#))
            let plain = try await run(["curl", "-sS", "http://127.0.0.1:\(served.port)/"])
            #expect(plain.contains(#""href":"http://127.0.0.1"#))
        }
    }

    @Test func `a handshake that does not end is ended`() async throws {
        try await withServer {
            $0.headTime = .milliseconds(200)
        } _: { served in
            for part in ["", "\u{16}\u{3}", "\u{16}\u{3}\u{1}\u{2}", "\u{5}\u{1}nonsense"] {
                let client = try SocketClient(port: served.port)
                try client.say(part)
                // An alert at most.
                #expect(await client.rest().utf8.count < 64)
            }
            #expect(try await served.curl("/healthz").isEmpty == false)
        }
    }

    @Test func `a certificate of another authority is refused, as is a server's in a client's hand`() async throws {
        try await withServer { served in
            let stranger = try Authority(making: SigningKey(), at: .now)
            let theirs = try served.client("stranger", of: stranger)
            await #expect(throws: TestServerError.self) {
                try await served.curl("/", "--cert", theirs.certificateFile, "--key", theirs.keyFile)
            }
            let (certificate, key) = try Self.server(served.authority)
            let pem = "\(served.folder)/server.pem"
            try (key.pem + certificate.pem).write(toFile: pem, atomically: true, encoding: .utf8)
            await #expect(throws: TestServerError.self) { try await served.curl("/", "--cert", pem) }
            let ours = try served.client("host1", of: served.authority)
            #expect(try await served.curl("/", "--cert", ours.certificateFile, "--key", ours.keyFile).contains("v2.0"))
        }
    }

    @Test func `a host's certificate cannot serve, because clients of central refuse it`() async throws {
        try await withServer { served in
            let host = try served.client("host1", of: served.authority)
            let own = try #require(try host.certificate())
            try served.tls.replace(chain: [own], key: try host.key(), authorities: [served.authority.certificate])
            // Names are not what it fails for.
            let text = try await run([
                "sh", "-c",
                "openssl s_client -connect 127.0.0.1:\(served.port) -CAfile \(served.trusted) </dev/null 2>&1 || true",
            ])
            #expect(
                text.contains("unsuitable certificate purpose") || text.contains("unsupported certificate purpose"),
                "\(text)")
        }
    }

    @Test func `a new certificate is served to new connections`() async throws {
        try await withServer { served in
            let other = try Authority(making: SigningKey(), at: .now)
            let (certificate, key) = try Self.server(other)
            try served.tls.replace(
                chain: [certificate], key: key, authorities: [served.authority.certificate, other.certificate])
            await #expect(throws: TestServerError.self) { try await served.curl("/") }
            try other.certificate.pem.write(toFile: served.trusted, atomically: true, encoding: .utf8)
            #expect(try await served.curl("/").contains("v2.0"))
        }
    }
}
