import Certificates
import Deadlines
import Foundation
import Glibc
import NetworkStore
import Testing

@testable import ovn_ipam

@Suite(.timeLimit(.minutes(2))) struct HostCommandTests {
    @Test(
        arguments: [
            ("192.0.2.1", "0.0.0.0", "192.0.2.1:9696"), ("192.0.2.1:80", "0.0.0.0", "192.0.2.1:80"),
            ("2001:db8::1", "0.0.0.0", "[2001:db8::1]:9696"), ("[2001:db8::1]:80", "0.0.0.0", "[2001:db8::1]:80"),
            ("[2001:db8::1]", "0.0.0.0", "[2001:db8::1]:9696"),
            ("central.example.org", "0.0.0.0", "central.example.org:9696"), ("central:1", "127.0.0.1", "central:1"),
            (nil, "192.0.2.7", "192.0.2.7:9696"), (nil, "2001:db8::7", "[2001:db8::7]:9696"),
            (nil, "central", "central:9696"),
            ("", "0.0.0.0", nil), ("a b", "0.0.0.0", nil), ("a:0", "0.0.0.0", nil), ("a:65536", "0.0.0.0", nil),
            ("a:", "0.0.0.0", nil), ("[a]:1", "0.0.0.0", nil), ("http://a", "0.0.0.0", nil), (nil, "127.0.0.1", nil),
            (nil, "::1", nil),
        ] as [(String?, String, String?)])
    func `central's address is what is given, or where it listens`(_ given: String?, _ listen: String, _ text: String?)
    {
        #expect((try? CentralAddress(given, listening: listen, port: 9_696))?.text == text)
    }

    @Test func `default routes are those to everywhere`() {
        let text = """
            Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT
            eth0\t00000000\t0100A8C0\t0003\t0\t0\t100\t00000000\t0\t0\t0
            eth0\t0000A8C0\t00000000\t0001\t0\t0\t100\t00FFFFFF\t0\t0\t0
            wlan0\t00000000\t010010AC\t0003\t0\t0\t600\t00000000\t0\t0\t0
            eth1\t00000000
            """
        #expect(
            CentralAddress.Route.all(text)
                == [.init(interface: "eth0", metric: 100), .init(interface: "wlan0", metric: 600)])
        #expect(CentralAddress.Route.all("") == [])
    }

    @Test(
        arguments: [
            ("90s", 90), ("30m", 1_800), ("1h", 3_600), ("7d", 604_800), ("30d", 2_592_000), ("31d", nil), ("0h", nil),
            ("-1h", nil), ("1", nil), ("h", nil), ("", nil), ("9999999999999999999d", nil), ("2592001s", nil),
        ] as [(String, Int64?)])
    func `a time has a unit and at most 30 days`(_ text: String, _ seconds: Int64?) {
        #expect(Lifetime(argument: text)?.seconds == seconds)
    }

    @Test func `commands about hosts work on the databases of ovn-ipam up`() async throws {
        try await IPAMProcess.withFolder { folder in
            let central = try IPAMProcess.up(folder)
            _ = try #require(await central.ready(), "\(central.log)")
            let options = ["--data-folder", "\(folder)/data"]
            let early = try await IPAMProcess.result(
                ["invite", "--central", "192.0.2.1", "--data-folder", "\(folder)/other"])
            #expect(early.0 == 1)
            #expect(early.1.contains("start 'ovn-ipam up' first"), "\(early.1)")
            let authority = try Authority(making: SigningKey(), at: .now)
            try CredentialFolder("\(folder)/data/tls").write(authorities: [authority.certificate])

            let invited = try await IPAMProcess.result(
                ["invite", "--central", "192.0.2.1", "--project", "blue", "--host", "h1", "--expires", "2h"] + options)
            #expect(invited.0 == 0, "\(invited.1)")
            let line = try #require(invited.1.split(separator: "\n").first { $0.hasPrefix("ovn-integrate join ") })
            let token = try JoinToken(String(line.dropFirst("ovn-integrate join ".count)))
            #expect(token.address == "192.0.2.1:9696")
            #expect(token.authority == (try authority.certificate.fingerprint))
            #expect(invited.1.contains("good for host h1 until "), "\(invited.1)")
            #expect(invited.1.contains("for project blue"), "\(invited.1)")

            try IPAMProcess.run(
                "ovn-sbctl", "--db=unix:\(folder)/data/run/ovnsb_db.sock", "--timeout=20", "chassis-add", "lost",
                "geneve",
                "192.0.2.9")
            let list = try await IPAMProcess.result(["host", "list"] + options)
            #expect(list.0 == 0)
            #expect(list.1.contains("NAME"), "\(list.1)")
            #expect(list.1.contains("192.0.2.9"), "\(list.1)")
            let json = try await IPAMProcess.result(["host", "list", "-f", "json"] + options)
            #expect(json.1.contains("\"system_id\":\"lost\""), "\(json.1)")
            let removed = try await IPAMProcess.result(["host", "remove", "lost"] + options)
            #expect(removed.0 == 0)
            #expect(removed.1.contains("host lost is removed: 0 ports of containers deleted"), "\(removed.1)")
            let again = try await IPAMProcess.result(["host", "remove", "lost"] + options)
            #expect(again.0 == 0)
            #expect(again.1.contains("there is nothing of a host lost"), "\(again.1)")
            central.signal(SIGTERM)
            #expect(await central.end() == 0)
        }
    }

    @Test func `without databases a command says what to do`() async throws {
        try await IPAMProcess.withFolder { folder in
            let (status, text) = try await IPAMProcess.result(["host", "list", "--data-folder", "\(folder)/none"])
            #expect(status == 1)
            #expect(text.contains("run this as root on the central machine while 'ovn-ipam up' runs"), "\(text)")
        }
    }

    @Test(arguments: [
        ["invite", "--uses", "0"], ["invite", "--uses", "1001"], ["invite", "--expires", "1w"],
        ["invite", "--host", "a b"], ["invite", "--host", "h1", "--uses", "2"], ["host", "remove"],
        ["host", "list", "-f", "xml"],
    ])
    func `wrong flags are told`(_ arguments: [String]) async throws {
        #expect(try await IPAMProcess.result(arguments).0 == 2)
    }
}
