import EmbeddedOVN
import Foundation
import NetAddress
import NetworkStore
import NeutronServer
import OVSDBClient
import Testing

@testable import ovn_ipam

@Suite struct SettingsTests {
    /// Runs `body` with a configuration file.
    private func withFile(_ text: String, _ body: (String) throws -> Void) throws {
        let path = "/tmp/ovn-containers-settings-\(UUID().uuidString.prefix(8)).yaml"
        try text.write(toFile: path, atomically: true, encoding: .utf8)
        defer { try? FileManager.default.removeItem(atPath: path) }
        try body(path)
    }

    @Test func `defaults are those of the documentation`() throws {
        let settings = try Settings([:], file: nil)
        #expect(settings.server.host == "0.0.0.0")
        #expect(settings.server.port == 9_696)
        #expect(settings.server.defaultProject == "admin")
        #expect(settings.embedded.northbound.description == "0.0.0.0:6641")
        #expect(settings.northbound.isEmpty)
        #expect(settings.store.maximumMTU == 1_442)
    }

    @Test func `a flag counts before the file`() throws {
        try withFile(
            "listen: 127.0.0.1:1\nnb: [tcp:h1:6641, tcp:h2:6641]\nunderlay-mtu: 9000\ndns-servers:\n- 1.1.1.1\n- ::1\n"
        ) {
            let settings = try Settings([.listen: "[::1]:2", .baseMAC: nil], file: $0)
            #expect(settings.server.host == "::1")
            #expect(settings.server.port == 2)
            #expect(settings.northbound.map(\.description) == ["tcp:h1:6641", "tcp:h2:6641"])
            #expect(settings.store.underlayMTU == 9_000)
            #expect(settings.store.nameservers.map(\.description) == ["1.1.1.1", "::1"])
        }
    }

    @Test(arguments: [
        ("listn: x", "listn is no setting; there are listen, "), ("- a", "is not a mapping of settings to values"),
        ("a: [", "is not YAML"), ("listen: {a: b}", "listen is neither a text nor a list of texts"),
        ("underlay-mtu: 5", "underlay-mtu: '5' is not a number from 1358 to 65535"),
        ("nb: http://x", "nb: 'http://x' is not a list of unix:PATH, tcp:HOST:PORT or ssl:HOST:PORT"),
        ("nb: ssl:h:6641", "ssl:h:6641 needs --private-key, --certificate and --ca-cert"),
        ("private-key: /x", "--private-key, --certificate and --ca-cert are given all or none"),
        ("base-mac: 01:00:5e:00:00:00", "base-mac: '01:00:5e:00:00:00' is not a MAC address of a single station"),
        ("log-level: loud", "log-level: 'loud' is not a log level"),
    ])
    func `a wrong line is told by its name`(_ text: String, _ message: String) throws {
        try withFile(text) { path in
            let error = #expect(throws: SettingsError.self) { try Settings([:], file: path) }
            #expect(error?.description.contains(message) == true, "\(error?.description ?? "")")
        }
    }

    @Test func `an empty file is none`() throws {
        try withFile("# nothing\n") { path in
            let settings = try Settings([:], file: path)
            #expect(settings.server.port == 9_696)
        }
        #expect(throws: SettingsError.self) { try Settings([:], file: "/nonexistent.yaml") }
    }

    @Test func `exit codes tell usage from failure`() async throws {
        let cases: [([String], [String: String], Int32, String)] = [
            (["--version"], [:], 0, "0."), (["serve", "--help"], [:], 0, "USAGE"), (["serve"], [:], 2, "nb is missing"),
            (["serve", "--nb", "x"], [:], 2, "nb: 'x' is not"), (["fly"], [:], 2, "fly"),
            (["serve", "--fly"], [:], 2, "--fly"),
            (["up"], ["OVN_IPAM_LISTEN": "x"], 2, "listen: 'x' is not"),
            (["up"], ["OVN_IPAM_FLY": "x"], 2, "OVN_IPAM_FLY is no setting"),
            (["up"], ["OVN_IPAM_CONFIG": "/nonexistent.yaml"], 2, "/nonexistent.yaml"),
        ]
        for (arguments, environment, status, text) in cases {
            let (found, output) = try await IPAMProcess.result(arguments, environment: environment)
            #expect(found == status, "\(arguments): \(output)")
            #expect(output.contains(text), "\(arguments): \(output)")
        }
    }
}
