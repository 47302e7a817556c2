import Foundation
import OVNModel
import OVSDB
import OVSDBClient
import TestServers
import Testing

@Suite(.timeLimit(.minutes(2)))
struct RemoteTests {
    @Test(arguments: [
        ("unix:/run/a:b.sock", Remote.unix(path: "/run/a:b.sock")),
        ("tcp:1.2.3.4:6641", .tcp(host: "1.2.3.4", port: 6641)),
        ("ssl:[fe80::1]:1", .ssl(host: "fe80::1", port: 1)), ("tcp:host:65535", .tcp(host: "host", port: 65535)),
    ])
    func `remotes are read and written in Open vSwitch's notation`(text: String, remote: Remote) throws {
        #expect(try Remote(text) == remote)
        #expect(remote.description == text)
    }

    @Test func `the default port is 6640`() throws {
        #expect(try Remote("tcp:[::1]") == .tcp(host: "::1", port: 6640))
        #expect(try Remote.list("tcp:a, ssl:b:1") == [.tcp(host: "a", port: 6640), .ssl(host: "b", port: 1)])
    }

    @Test(arguments: [
        "", "unix:", "tcp:", "tcp::1", "tcp:a:0", "tcp:a:65536", "tcp:a:b", "tcp:[::1", "tcp:[::1]x", "http:a",
        "ptcp:1",
        "a:1",
    ])
    func `an invalid remote is refused`(text: String) {
        #expect(throws: OVSDBError.self) { try Remote(text) }
    }

    @Test func `a server is reached over tcp`() async throws {
        try await withOVSDBServer(schema: .northbound, options: ["--remote=ptcp:0:127.0.0.1"]) { server in
            let port = try #require(try server.ports().first)
            try await withClient(of: server, tables: switchesAndPorts) {
                $0.remotes = [.tcp(host: "127.0.0.1", port: port)]
            } _: { client in
                try await client.barrier(within: .seconds(10))
            }
        }
    }

    @Test func `a server is reached over ssl with certificates of one CA`() async throws {
        try await withCertificate { tls in
            let options = [
                "--remote=pssl:0:127.0.0.1", "--private-key=\(tls.privateKeyFile)",
                "--certificate=\(tls.certificateFile)",
                "--ca-cert=\(tls.authorityFile)",
            ]
            try await withOVSDBServer(schema: .northbound, options: options) { server in
                let port = try #require(try server.ports().first)
                try await withClient(of: server, tables: switchesAndPorts) {
                    $0.remotes = [.ssl(host: "127.0.0.1", port: port)]
                    $0.tls = tls
                } _: { client in
                    try await client.barrier(within: .seconds(10))
                }
                // A server certificate of another CA is refused.
                try await withCertificate { stranger in
                    let error = await #expect(throws: OVSDBError.self) {
                        try await withClient(of: server, tables: switchesAndPorts, readyWithin: .seconds(1)) {
                            $0.remotes = [.ssl(host: "127.0.0.1", port: port)]
                            $0.tls = stranger
                        } _: { _ in
                        }
                    }
                    #expect(error?.code == .unreachable)
                }
            }
        }
    }

    /// A key and a self-signed certificate, in a temporary folder.
    private func withCertificate(_ body: (OVSDBConfiguration.TLS) async throws -> Void) async throws {
        let folder = "/tmp/ovn-containers-test-\(UUID().uuidString.prefix(8))"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let tls = OVSDBConfiguration.TLS(
            privateKeyFile: "\(folder)/key.pem", certificateFile: "\(folder)/cert.pem",
            authorityFile: "\(folder)/cert.pem")
        try await run([
            "openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=test",
            "-keyout", tls.privateKeyFile, "-out", tls.certificateFile,
        ])
        try await body(tls)
    }
}
