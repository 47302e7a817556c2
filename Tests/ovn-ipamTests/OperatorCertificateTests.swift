import Foundation
import Glibc
import TestServers
import Testing

/// `ovn-ipam up` with a certificate of the operator's.
@Suite(.timeLimit(.minutes(2))) struct OperatorCertificateTests {
    /// The URL in the log line with these words, once it is there.
    private func url(_ words: String, in process: IPAMProcess) async throws -> String {
        while true {
            for line in process.log.split(separator: "\n") where line.contains(words) {
                if let match = line.firstMatch(of: /url=(https:\/\/127.0.0.[12]:[0-9]+)\//) { return String(match.1) }
            }
            // Ends with the test's limit of time.
            try await Task.sleep(for: .milliseconds(20))
        }
    }

    private func curl(_ url: String, trusting authority: String) async throws -> String {
        try await run(["curl", "-sS", "--cacert", authority, url + "/v3"])
    }

    @Test func `people are served with it and hosts with the deployment's own, and it may be replaced`() async throws {
        try await IPAMProcess.withFolder { folder in
            try await TestAuthority.make(in: folder)
            let settings = """
                data-folder: \(folder)/data
                listen: 127.0.0.1:0
                sb-listen: 127.0.0.1:0
                api-listen: "127.0.0.2:0"
                api-certificate: \(folder)/tls.crt
                api-key: \(folder)/tls.key
                """
            try settings.write(toFile: "\(folder)/ipam.yaml", atomically: true, encoding: .utf8)
            let options = ["--config", "\(folder)/ipam.yaml"]
            let central = try IPAMProcess.start(folder, ["up"] + options)
            let forHosts = try await url(" ready", in: central)
            let forPeople = try await url("operator's certificate", in: central)
            let (own, theirs) = ("\(folder)/data/tls/authorities.pem", "\(folder)/ca.pem")
            for (url, good, bad) in [(forHosts, own, theirs), (forPeople, theirs, own)] {
                // Links say where the client is, not where others are.
                #expect(try await curl(url, trusting: good).contains(url + "/v3"))
                await #expect(throws: TestServerError.self) { try await curl(url, trusting: bad) }
            }
            let answer = try await run([
                "curl", "-sS", "-o", "/dev/null", "-w", "%{http_code}", "--cacert", theirs, forPeople + "/v2.0/ports",
            ])
            #expect(answer == "401")

            #expect(try await IPAMProcess.result(["project", "create", "red"] + options).0 == 0)
            let made = try await IPAMProcess.result(
                ["user", "create", "alice", "--project", "red", "--generate"] + options)
            #expect(made.0 == 0, "\(made.1)")
            let given = try await IPAMProcess.result(["openrc", "alice"] + options)
            #expect(given.1.contains("export OS_AUTH_URL=https://127.0.0.2:0/v3"), "\(given.1)")
            #expect(!given.1.contains("OS_CACERT"), "\(given.1)")
            let direct = try await IPAMProcess.result(
                ["openrc", "alice", "--url", "https://127.0.0.1:0/v3"] + options)
            #expect(direct.1.contains("export OS_CACERT"), "\(direct.1)")

            try await run(["mv", "\(folder)/ca.pem", "\(folder)/former.pem"])
            try await TestAuthority.make(in: folder)
            var isServed = false
            while !isServed {
                isServed = central.log.contains("the operator's certificate was replaced")
                // Ends with the test's limit of time.
                try await Task.sleep(for: .milliseconds(100))
            }
            #expect(try await curl(forPeople, trusting: theirs).contains("/v3"))
            await #expect(throws: TestServerError.self) {
                try await curl(forPeople, trusting: "\(folder)/former.pem")
            }

            try await run(["chmod", "644", "\(folder)/tls.key"])
            while !central.log.contains("cannot be used: what they held before is served") {
                // As above.
                try await Task.sleep(for: .milliseconds(100))
            }
            #expect(try await curl(forPeople, trusting: theirs).contains("/v3"))
            central.signal(SIGTERM)
            #expect(await central.end() == 0)
        }
    }

    @Test func `what cannot be served ends the start with the reason`() async throws {
        try await IPAMProcess.withFolder { folder in
            let (status, output) = try await IPAMProcess.result(
                "up", "--open", "--data-folder", "\(folder)/data", "--listen", "127.0.0.1:0", "--sb-listen",
                "127.0.0.1:0", "--api-listen", "127.0.0.1:0", "--api-certificate", "\(folder)/no", "--api-key",
                "\(folder)/no")
            #expect(status == 1)
            #expect(output.contains("ovn-ipam: cannot read \(folder)/no: No such file or directory"), "\(output)")
        }
    }
}
