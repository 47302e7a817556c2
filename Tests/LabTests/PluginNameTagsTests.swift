import Foundation
import Testing

extension LabTests {
    /// By which names containers are found, as every host sees them.
    @Suite struct PluginNameTagsTests {
        /// A row of `ovn-container names`.
        private struct Row: Decodable, Hashable {
            let name: String
            let addresses: [String]
            let host: String
            enum CodingKeys: String, CodingKey {
                case name, host
                case addresses = "ip_addresses"
            }
        }

        private static func names(_ lab: Lab, _ network: String, on host: String = "host2") async throws -> [Row] {
            let answer = try await lab.on(host, "ovn-container names \(network) --format json")
            return try JSONDecoder().decode([Row].self, from: Data(answer.output.utf8))
        }

        /// Releases of Compose put different signs between the words.
        private static func plain(_ rows: [Row]) -> Set<String> {
            Set(rows.map { $0.name.replacing("-", with: "_") })
        }

        /// Waits until an address has these names and no others; `ID` is the container's short id.
        private static func expect(
            _ lab: Lab, _ network: String, _ address: String, _ names: Set<String>, of container: String,
            on host: String = "host1", source: SourceLocation = #_sourceLocation
        ) async throws {
            let id = String(try await lab.docker(host, "inspect -f {{.Id}} \(container)").prefix(12))
            let wanted = Set(names.map { $0 == "ID" ? id : $0 })
            let rows = try await lab.eventually {
                try await Self.names(lab, network).filter { $0.addresses.contains(address) }
            } until: {
                Set($0.map(\.name)) == wanted
            }
            #expect(Set(rows.map(\.name)) == wanted && rows.allSatisfy { $0.host == host }, sourceLocation: source)
        }

        @Test func `another host sees a container's name, aliases, new name and what a connection adds or ends`()
            async throws
        {
            try await Lab.with("nametags", hosts: 2) { lab in
                try await lab.joinHosts()
                try await lab.createNetwork("blue")
                try await lab.createNetwork("green", subnet: "10.2.0.0/16")
                let web = try await lab.start(
                    "web", on: "host1", network: "blue", endpoint: ",alias=front,alias=shop.example",
                    options: "--hostname counter")
                let all: Set = ["web", "front", "shop.example", "counter", "ID"]
                try await Self.expect(lab, "blue", web.address, all, of: "web")
                let list = try await lab.on("host2", "ovn-container endpoint-list blue --format json").output
                #expect(list.contains("shop.example"))

                try await lab.docker("host1", "rename web store")
                try await lab.docker("host1", "rename store market")
                let renamed = all.subtracting(["web"]).union(["market"])
                try await Self.expect(lab, "blue", web.address, renamed, of: "market")

                try await lab.docker("host1", "network connect --alias stall green market")
                let green = try await lab.member("market", on: "host1", network: "green")
                try await Self.expect(lab, "green", green.address, ["market", "stall", "counter", "ID"], of: "market")
                try await Self.expect(lab, "blue", web.address, renamed, of: "market")
                try await lab.docker("host1", "network disconnect green market")
                #expect(try await Self.names(lab, "green") == [])

                // Nobody listens.
                try await lab.killPlugin("host1")
                try await lab.docker("host1", "rename market bazaar")
                let missed = renamed.subtracting(["market"]).union(["bazaar"])
                try await Self.expect(lab, "blue", web.address, missed, of: "bazaar")

                try await lab.docker("host1", "stop -t 1 bazaar")
                #expect(try await Self.names(lab, "blue") == [])
                try await lab.docker("host1", "start bazaar")
                let again = try await lab.member("bazaar", on: "host1", network: "blue")
                try await Self.expect(lab, "blue", again.address, missed, of: "bazaar")
            }
        }

        @Test func `another host sees Compose's names of services and containers`() async throws {
            try await Lab.with("nameshop", hosts: 2) { lab in
                try await lab.joinHosts()
                let project = """
                    version: "2.4"
                    services:
                      web: {image: busybox, command: sleep 100000, stop_signal: SIGKILL, scale: 2}
                    networks:
                      default: {driver: ovn, ipam: {driver: ovn, config: [{subnet: 10.1.0.0/16}]}, driver_opts: {net: shop}}
                    """
                try await lab.onEachHost(
                    "mkdir /run/shop; cat >/run/shop/docker-compose.yaml <<'YAML'\n\(project)\nYAML")
                try await lab.on("host1", "cd /run/shop && docker-compose up -d", seconds: 120)
                let all: Set = ["web", "shop_web_1", "shop_web_2"]
                let rows = try await lab.eventually {
                    try await Self.names(lab, "shop")
                } until: { rows in
                    Self.plain(rows).isSuperset(of: all) && rows.count { $0.name == "web" } == 2
                }
                #expect(Self.plain(rows).isSuperset(of: all), "\(rows)")
                #expect(Set(rows.filter { $0.name == "web" }.flatMap(\.addresses)).count == 2)
                try await lab.on("host1", "cd /run/shop && docker-compose down -t 1", seconds: 120)
            }
        }
    }
}
