import EmbeddedOVN
import Foundation
import Glibc
import Keystone
import NetAddress
import NetworkStore
import NeutronAPI
import NeutronServer
import OVSDBClient
import Testing

@testable import ovn_ipam

@Suite struct SettingsTests {
    /// Runs `body` with a configuration file.
    private func withFile(_ text: String, mode: mode_t = 0o600, _ body: (String) throws -> Void) throws {
        let path = "/tmp/ovn-containers-settings-\(UUID().uuidString.prefix(8)).yaml"
        try text.write(toFile: path, atomically: true, encoding: .utf8)
        defer { try? FileManager.default.removeItem(atPath: path) }
        chmod(path, mode)
        try body(path)
    }

    @Test func `the defaults are the documented ones`() throws {
        let settings = try Settings([:], file: nil)
        #expect(settings.listen.host == "0.0.0.0")
        #expect(settings.listen.port == 9_696)
        #expect(settings.server.defaultProject == "admin")
        #expect(settings.embedded.northbound == nil)
        #expect(settings.embedded.southbound.description == "0.0.0.0:6642")
        #expect(settings.northbound.isEmpty)
        #expect(settings.store.maximumMTU == 1_442)
    }

    @Test func `quotas are Neutron's where clients are authenticated, and those that are given replace them`() throws {
        let open = try Settings([.open: "true"], file: nil)
        #expect(open.store.quotas == .none)
        #expect(try Settings([:], file: nil).store.quotas == .standard)
        try withFile("open: true\nquota: [port=500, network=0]") {
            let settings = try Settings([:], file: $0)
            #expect(["port", "network", "subnet"].map { settings.store.quotas[$0] } == [500, 0, -1])
        }
        let keystone = "auth: keystone\nauth-url: http://k\nauth-username: u\nauth-password: p\n"
        try withFile(keystone) {
            let settings = try Settings([:], file: $0)
            #expect(settings.store.quotas == .standard)
        }
        try withFile(keystone + "quota: port=7") {
            let settings = try Settings([.quota: "port=-1, subnet=5"], file: $0)
            #expect(["port", "network", "subnet"].map { settings.store.quotas[$0] } == [-1, 100, 5])
        }
        for text in ["port", "ports=5", "port=many", "port=-2", "port=2147483648", "port=1=2", "port=1,"] {
            let error = #expect(throws: SettingsError.self) { _ = try Settings([.quota: text], file: nil) }
            let message = error?.description ?? ""
            #expect(message.hasPrefix("quota: '\(text)' is not a list of kind=number"))
        }
    }

    @Test func `a flag takes precedence over the file`() throws {
        try withFile(
            "listen: 127.0.0.1:1\nnb: [tcp:h1:6641, tcp:h2:6641]\nunderlay-mtu: 9000\ndns-servers:\n- 1.1.1.1\n- ::1\n"
        ) {
            let settings = try Settings([.listen: "[::1]:2", .baseMAC: nil], file: $0)
            #expect(settings.listen.host == "::1")
            #expect(settings.listen.port == 2)
            #expect(settings.northbound.map(\.description) == ["tcp:h1:6641", "tcp:h2:6641"])
            #expect(settings.store.underlayMTU == 9_000)
            #expect(settings.store.nameservers.map(\.description) == ["1.1.1.1", "::1"])
        }
    }

    @Test(arguments: [
        ("listn: x", "listn is not a setting; there are listen, "), ("- a", "is not a mapping of settings to values"),
        ("a: [", "is not YAML"), ("listen: {a: b}", "listen is neither a text nor a list of texts"),
        ("underlay-mtu: 5", "underlay-mtu: '5' is not a number from 1358 to 65535"),
        ("nb: http://x", "nb: 'http://x' is not a list of unix:PATH, tcp:HOST:PORT or ssl:HOST:PORT"),
        ("nb: ssl:h:6641", "ssl:h:6641 needs --private-key, --certificate and --ca-cert"),
        ("private-key: /x", "--private-key, --certificate and --ca-cert must be given together"),
        ("base-mac: 01:00:5e:00:00:00", "base-mac: '01:00:5e:00:00:00' is not a unicast MAC address"),
        ("auth: open", "auth: 'open' is not noauth, builtin or keystone"),
        ("auth: keystone", "auth: keystone needs auth-url, auth-username and a password"),
        ("auth-url: http://k:5000", "auth-url is set, but auth is builtin: set auth to keystone"),
        ("auth: keystone\nauth-url: k\nauth-username: u\nauth-password: p", "auth-url: 'k' is not a URL"),
        (
            "auth: keystone\nauth-url: http://k\nauth-username: u",
            "auth: keystone needs a password, in OVN_IPAM_AUTH_PASS"
        ),
        ("auth: keystone\nauth-url: http://k\nauth-username: u\nauth-password-file: /none", "cannot read /none"),
        ("token-cache-time: 61", "token-cache-time: '61' is not a number of seconds from 1 to 60"),
        ("certificate-lifetime: 5s", "certificate-lifetime: '5s' is not a time from 30s to 8760h"),
        ("open: perhaps", "open: 'perhaps' is not true or false"),
        ("nb-listen: 127.0.0.1:6641", "nb-listen: Northbound has no users of its own"),
        ("open: true\nalso-open: 127.0.0.1:6642", "also-open: with --open nothing else is served"),
        ("public-name: a b", "public-name: 'a b' is not a list of names and addresses"),
        ("log-level: loud", "log-level: 'loud' is not a log level"),
    ])
    func `an invalid setting is reported by its name`(_ text: String, _ message: String) throws {
        try withFile(text) { path in
            let error = #expect(throws: SettingsError.self) { try Settings([:], file: path) }
            #expect(error?.description.contains(message) == true, "\(error?.description ?? "")")
        }
    }

    @Test func `the password comes from a file, a variable or the configuration, never by flag`() async throws {
        try withFile("s3cret\n") { file in
            let settings = try Settings(
                [.authentication: "keystone", .authURL: "http://k:5000", .authUsername: "u", .authPasswordFile: file],
                file: nil)
            let keystone = try #require(settings.keystone)
            #expect(keystone.credentials.method == .password(.name("u", domain: nil), Secret("s3cret")))
            #expect(keystone.credentials.scope == .project(.name("service", domain: nil)))
            #expect(keystone.publicURL == "http://k:5000")
            #expect(keystone.validation.cacheTime == .seconds(30))
            var dumped = ""
            dump(settings, to: &dumped)
            #expect(!dumped.contains("s3cret"))
        }
        let (status, output) = try await IPAMProcess.result("up", "--auth-password", "s3cret")
        #expect(status == 2)
        #expect(output.contains("--auth-password"))
    }

    @Test func `a world-readable password is refused with the mode and the remedy`() throws {
        let flags: [Setting: String?] = [
            .authentication: "keystone", .authURL: "http://k:5000", .authUsername: "u",
        ]
        for mode in [0o644, 0o604, 0o666, 0o660] as [mode_t] {
            try withFile("s3cret\n", mode: mode) { file in
                let error = #expect(throws: SettingsError.self) {
                    try Settings(flags.merging([.authPasswordFile: file]) { $1 }, file: nil)
                }
                let text = error?.description ?? ""
                #expect(text.hasPrefix("auth-password-file: \(file) holds a secret and "), "\(text)")
                #expect(text.hasSuffix("(mode 0\(String(mode, radix: 8))): chmod g-w,o= \(file)"), "\(text)")
            }
            try withFile("auth-password: s3cret\n", mode: mode) { file in
                let error = #expect(throws: SettingsError.self) { try Settings(flags, file: file) }
                let text = error?.description ?? ""
                #expect(text.hasPrefix("configuration file: \(file) holds a secret and "), "\(text)")
                #expect(!text.contains("s3cret"))
            }
            // Without a secret, any mode is fine.
            try withFile("listen: 127.0.0.1:1\n", mode: mode) { file in
                let settings = try Settings([:], file: file)
                #expect(settings.listen.port == 1)
            }
        }
        try withFile("auth-password: s3cret\n", mode: 0o640) { file in
            let settings = try Settings(flags, file: file)
            #expect(settings.keystone != nil)
        }
    }

    @Test func `an empty file sets nothing`() throws {
        try withFile("# nothing\n") { path in
            let settings = try Settings([:], file: path)
            #expect(settings.listen.port == 9_696)
        }
        #expect(throws: SettingsError.self) { try Settings([:], file: "/nonexistent.yaml") }
    }

    @Test func `exit codes distinguish usage errors from failures`() async throws {
        let cases: [([String], [String: String], Int32, String)] = [
            (["--version"], [:], 0, "0."), (["serve", "--help"], [:], 0, "USAGE"), (["serve"], [:], 2, "nb is missing"),
            (["serve", "--nb", "x"], [:], 2, "nb: 'x' is not"), (["fly"], [:], 2, "fly"),
            (["serve", "--fly"], [:], 2, "--fly"),
            (["up"], ["OVN_IPAM_LISTEN": "x"], 2, "listen: 'x' is not"),
            (
                ["up", "--api-listen", "127.0.0.1:1"], [:], 2,
                "api-listen, api-certificate and api-key must be given together"
            ),
            (["up"], ["OVN_IPAM_FLY": "x"], 2, "OVN_IPAM_FLY is not a setting"),
            (["up"], ["OVN_IPAM_CONFIG": "/nonexistent.yaml"], 2, "/nonexistent.yaml"),
        ]
        for (arguments, environment, status, text) in cases {
            let (found, output) = try await IPAMProcess.result(arguments, environment: environment)
            #expect(found == status, "\(arguments): \(output)")
            #expect(output.contains(text), "\(arguments): \(output)")
        }
    }
}
