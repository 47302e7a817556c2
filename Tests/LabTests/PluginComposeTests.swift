import Foundation
import Testing

extension LabTests {
    @Suite struct PluginComposeTests {
        @Test func `the README's compose project runs over two hosts`() async throws {
            let readme = try String(contentsOf: Lab.project.appending(path: "README.md"), encoding: .utf8)
            let project = try #require(readme.firstMatch(of: /```yaml\n(?<text>(?s).*?)```/)).text
            try await Lab.with("compose", hosts: 2) { lab in
                try await lab.joinHosts()
                try await lab.onEachHost("mkdir /run/shop; cat >/run/shop/docker-compose.yaml <<'YAML'\n\(project)YAML")
                func compose(_ host: String, _ arguments: String) async throws {
                    try await lab.on(host, "cd /run/shop && docker-compose \(arguments)", seconds: 120)
                }
                try await compose("host1", "up -d web")
                try await compose("host2", "up -d api db")
                #expect(try await lab.networks().map(\.name) == ["shop"])
                let page = try await lab.eventually {
                    try await lab.attempt("central", "curl -s -m 2 http://10.77.0.11:8080/").word
                } until: {
                    $0 == "three rows"
                }
                #expect(page == "three rows")

                try await compose("host2", "restart -t 1 db")
                try await lab.expectAgreement()
                try await compose("host1", "down -t 1")
                try await compose("host2", "down -t 1")
                #expect(try await lab.networks().isEmpty)
                try await lab.expectNothingLeft()
            }
        }
    }
}
