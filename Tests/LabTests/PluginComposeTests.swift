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

        /// A web site, a database that leads nowhere, workers; each host runs some services of the same file.
        private static let site = """
            services:
              web:
                image: busybox
                command: sh -c 'mkdir /www; while sleep 0.5; do wget -q -O /www/index.html http://backend/; done & httpd -f -h /www'
                ports: ["8080:80"]
                depends_on: [api]
                healthcheck: {test: wget -q -O /dev/null http://api.shop_front/, interval: 1s, timeout: 3s, retries: 3}
                networks: [front]
              api:
                image: busybox
                command: sh -c 'mkdir /www; while sleep 0.5; do wget -q -O /www/index.html http://postgres/; done & httpd -f -h /www'
                depends_on: [db]
                networks: {front: {aliases: [backend]}, back: {}}
              worker:
                image: busybox
                command: sh -c 'mkdir /www; hostname >/www/index.html; httpd -f -h /www'
                depends_on: [api, db]
                stop_signal: SIGKILL
                networks: {back: {aliases: [pool]}}
              db:
                image: busybox
                command: sh -c 'mkdir /data; echo three rows >/data/index.html; httpd -f -h /data'
                networks: {back: {aliases: [postgres, primary.db]}}
            networks:
              front:
                driver: ovn
                driver_opts: {net: front}
                ipam: {driver: ovn, config: [{subnet: 10.5.0.0/24}]}
              back:
                driver: ovn
                internal: true
                driver_opts: {net: back}
                ipam: {driver: ovn, config: [{subnet: 10.5.1.0/24}]}
            """

        @Test func `services of one file find each other by name over three hosts, however many there are of each`()
            async throws
        {
            try await Lab.with("composesite", hosts: 3) { lab in
                try await lab.joinHosts()
                try await lab.onEachHost(
                    "mkdir /run/shop; cat >/run/shop/docker-compose.yaml <<'YAML'\n\(Self.site)\nYAML")
                func compose(_ host: String, _ arguments: String) async throws {
                    try await lab.on(host, "cd /run/shop && docker-compose \(arguments)", seconds: 120)
                }
                /// The container of a service, and the addresses that those of a host have in the network `back`.
                func container(_ service: String, on host: String) async throws -> String {
                    try await lab.on(host, "cd /run/shop && docker-compose ps -q \(service)").word
                }
                func back(_ service: String, on host: String) async throws -> Set<String> {
                    let format = "{{.NetworkSettings.Networks.shop_back.IPAddress}}"
                    return Set(
                        try await lab.on(
                            host,
                            "cd /run/shop && docker inspect -f '\(format)' $(docker-compose ps -q \(service))"
                        ).lines)
                }
                func expect(
                    _ name: String, _ wanted: Set<String>, in service: String, on host: String,
                    source: SourceLocation = #_sourceLocation
                ) async throws {
                    let asker = try await container(service, on: host)
                    let found = try await lab.eventually {
                        try await PluginResolverTests.addresses(lab, of: name, in: asker, on: host)
                    } until: {
                        $0 == wanted
                    }
                    #expect(found == wanted, "\(name) in \(service) on \(host)", sourceLocation: source)
                }

                try await compose("host1", "up -d --no-deps web")
                try await compose("host2", "up -d --no-deps --scale worker=2 api worker")
                try await compose("host3", "up -d --no-deps db")
                let page = try await lab.eventually {
                    try await lab.attempt("central", "curl -s -m 2 http://10.77.0.11:8080/").word
                } until: {
                    $0 == "three rows"
                }
                #expect(page == "three rows")
                let web = try await container("web", on: "host1")
                let health = try await lab.eventually {
                    try await lab.docker("host1", "inspect -f {{.State.Health.Status}} \(web)")
                } until: {
                    $0 == "healthy"
                }
                #expect(health == "healthy")
                let db = try await back("db", on: "host3")
                let called = try await lab.docker("host3", "inspect -f {{.Name}} \(container("db", on: "host3"))")
                for name in ["db", "postgres", "primary.db", String(called.dropFirst()), "db.shop_back"] {
                    try await expect(name, db, in: "api", on: "host2")
                }
                // Nobody answers: the lab has no name server outside.
                let stranger = try await lab.attempt("host1", "timeout 3 docker exec \(web) nslookup db")
                #expect(db.allSatisfy { !stranger.output.contains($0) }, "\(stranger.output)")

                // As many as there are, on whichever hosts.
                // Always with `api`: without it Compose 2.26 takes it from what `worker` depends on, finds that changed, and
                // makes those that there are anew, on any network.
                let two = try await back("worker", on: "host2")
                #expect(two.count == 2)
                try await expect("worker", two, in: "db", on: "host3")
                try await compose("host2", "up -d --no-deps --scale worker=4 api worker")
                let four = try await back("worker", on: "host2")
                #expect(four.count == 4 && two.isSubset(of: four))
                try await compose("host3", "up -d --no-deps --scale worker=1 worker")
                let five = four.union(try await back("worker", on: "host3"))
                #expect(five.count == 5)
                for name in ["worker", "pool"] {
                    try await expect(name, five, in: "db", on: "host3")
                    try await expect(name, five, in: "api", on: "host2")
                }
                try await compose("host2", "up -d --no-deps --scale worker=1 api worker")
                let left = try await back("worker", on: "host2").union(back("worker", on: "host3"))
                #expect(left.count == 2)
                try await expect("worker", left, in: "db", on: "host3")
                try await expect("pool", left, in: "api", on: "host2")

                for host in lab.hosts { try await compose(host, "down -t 1") }
                #expect(try await lab.networks().isEmpty)
                try await lab.expectNothingLeft()
            }
        }
    }
}
