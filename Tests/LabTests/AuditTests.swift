import Foundation
import Testing

extension LabTests {
    /// What an API client says of a container that runs: it is named, and takes nothing away.
    @Suite struct AuditTests {
        /// Something that a client of the API says, the problem by which it is told, both values, and whether the victim still answers.
        /// Where it does not, OVN has been told to deliver elsewhere.
        struct Claim: Sendable {
            let problem: String
            let values: [String]
            let answers: Bool
            /// Says it. `$port` is the port, `$net` its network, `$api` the API.
            let claim: String
            /// Takes it back; nil where that is not possible.
            let undo: String?
        }

        static func put(_ members: String) -> String { #"put ports/$port '{"port":{\#(members)}}'"# }

        static func move(to mac: String, _ host: String) -> String {
            [#""binding:host_id":"""#, #""mac_address":"\#(mac)""#, #""binding:host_id":"\#(host)""#].map(put)
                .joined(separator: "\n")
        }

        static func claims(address: String, mac: String, host: String, thief: String) -> [Claim] {
            [
                Claim(
                    problem: "MTU differs", values: ["1300", "1442"], answers: true,
                    claim: #"put networks/$net '{"network":{"mtu":1300}}'"#,
                    undo: #"put networks/$net '{"network":{"mtu":1442}}'"#),
                Claim(
                    problem: "port security differs", values: ["is off", "was on"], answers: true,
                    claim: put(#""port_security_enabled":false"#), undo: put(#""port_security_enabled":true"#)),
                Claim(
                    problem: "address differs", values: ["10.1.0.77", address], answers: false,
                    claim: put(#""fixed_ips":[{"ip_address":"10.1.0.77"}]"#),
                    undo: put(#""fixed_ips":[{"ip_address":"\#(address)"}]"#)),
                // The MAC address of a port that is bound cannot be changed.
                Claim(
                    problem: "MAC differs", values: ["02:00:00:00:00:77", mac], answers: false,
                    claim: move(to: "02:00:00:00:00:77", host), undo: move(to: mac, host)),
                Claim(
                    problem: "endpoint elsewhere", values: [thief], answers: false,
                    claim: put(#""binding:host_id":"\#(thief)""#), undo: put(#""binding:host_id":"\#(host)""#)),
                Claim(
                    problem: "endpoint deleted", values: ["was deleted in the API"], answers: false,
                    claim: "curl -sf -X DELETE $api/ports/$port", undo: nil),
            ]
        }

        /// Says something about a port of a network.
        static func say(_ words: String, port: String, network: String, _ lab: Lab) async throws {
            try await lab.on(
                "central",
                """
                set -e
                api=http://127.0.0.1:9696/v2.0 port=\(port) net=\(network)
                put() { curl -sf -X PUT $api/$1 -d "$2" >/dev/null; }
                \(words)
                """)
        }

        struct Item: Decodable, Sendable {
            let problem: String
            let endpoint: String
            let detail: String
            let repair: String
            enum CodingKeys: String, CodingKey {
                case problem, detail, repair
                case endpoint = "endpoint_id"
            }
        }

        /// What the audit of a host lists, and its exit code.
        static func audit(_ host: String, _ lab: Lab) async throws -> (items: [Item], status: Int32) {
            let outcome = try await lab.attempt(host, "ovn-container audit --format json")
            return (
                try JSONDecoder().decode([Item].self, from: Data(outcome.output.utf8)), outcome.status
            )
        }

        /// A plugin that acted on what it has told would do so within this, which nothing else shows: it looks every 5 seconds.
        static let untilActed = "sleep 11"

        /// How often the plugin's log tells a problem with a port.
        static func told(_ problem: String, _ port: String, on host: String, _ lab: Lab) async throws -> Int {
            let log = try await lab.on(host, "cat /var/log/ovn-docker-plugin.log").output
            return log.split(separator: "\n").filter {
                $0.contains("interface is left as it is") && $0.contains(problem) && $0.contains(port)
            }.count
        }

        @Test func `no word of an API client takes an interface from a container of Docker's, and each is named`()
            async throws
        {
            try await Lab.with("words", hosts: 2) { lab in
                try await lab.joinHosts()
                try await lab.createNetwork("blue", options: Lab.upperHalf)
                let victim = try await lab.start("victim", on: "host1", network: "blue", options: "--ip 10.1.0.5")
                let watcher = try await lab.start("watcher", on: "host2", network: "blue")
                let port = try #require(
                    try await lab.dockerPorts().first { $0.addresses.contains { $0.address == victim.address } })
                #expect(try await lab.answers(victim.address, to: watcher))
                #expect(try await Self.audit("host1", lab).status == 0)
                for claim in Self.claims(
                    address: victim.address, mac: victim.mac, host: "host1", thief: "host2")
                {
                    try await Self.say(claim.claim, port: port.id, network: port.network, lab)
                    let (items, status) = try await lab.eventually {
                        try await Self.audit("host1", lab)
                    } until: {
                        $0.items.contains { $0.problem == claim.problem }
                    }
                    let item = try #require(items.first { $0.problem == claim.problem }, "\(claim.problem): \(items)")
                    #expect(status == 1 && item.endpoint == port.id && item.repair == "none", "\(item)")
                    for value in claim.values { #expect(item.detail.contains(value), "\(item.detail)") }
                    let list = try await lab.on("host1", "ovn-container endpoint-list --format json").output
                    #expect(
                        list.contains(claim.undo == nil ? #""status":"DELETED""# : #" in the API, "#)
                            || list.contains("its interface is here"), "\(list)")
                    // Those by which an interface was once taken away; the others' way into the log is the same.
                    if ["endpoint elsewhere", "endpoint deleted"].contains(claim.problem) {
                        let times = try await lab.eventually(within: .seconds(60)) {
                            try await Self.told(claim.problem, port.id, on: "host1", lab)
                        } until: {
                            $0 > 0
                        }
                        #expect(times == 1, "the log tells \(claim.problem) \(times) times")
                        try await lab.on("host1", Self.untilActed)
                        #expect(try await Self.told(claim.problem, port.id, on: "host1", lab) == 1)
                    }
                    #expect(try await lab.attempt("host1", "ovn-container audit --repair").status == 1)
                    let inside = try await lab.docker("host1", "exec victim ip -o -4 addr show eth0")
                    #expect(inside.contains("\(victim.address)/"), "\(claim.problem): \(inside)")
                    #expect(try await lab.answers(victim.address, to: watcher) == claim.answers, "\(claim.problem)")
                    if let undo = claim.undo {
                        try await Self.say(undo, port: port.id, network: port.network, lab)
                        _ = try await lab.eventually {
                            try await Self.audit("host1", lab).status
                        } until: {
                            $0 == 0
                        }
                        // It may have heard the MAC address that the API told, which its kernel would believe for up to 45 seconds.
                        try await lab.on(
                            "host2",
                            "nsenter -t $(docker inspect -f '{{.State.Pid}}' watcher) -n ip neigh flush dev eth0")
                        #expect(try await lab.answers(victim.address, to: watcher, seconds: 10), "\(claim.problem)")
                    }
                }
                // Its end takes all of it away.
                try await lab.docker("host1", "rm -f victim")
                #expect(try await Self.audit("host1", lab).status == 0)
                try await lab.docker("host2", "rm -f watcher")
                try await lab.expectNothingLeft()
            }
        }

        @Test func `no word of an API client takes an interface from a network container, but its deletion`()
            async throws
        {
            try await Lab.with("containers", hosts: 2) { lab in
                try await lab.joinHosts()
                try await lab.on("host1", "ovn-container net-create ls0 10.1.0.0/24")
                let victim = try await lab.attach("victim", network: "ls0", on: "host1")
                let watcher = try await lab.attach("watcher", network: "ls0", on: "host2")
                let show = "ovn-container endpoint-show victim -f value"
                let port = try await lab.on("host1", "\(show) | sed -n 's/^id\\t//p'").word
                let network = try await lab.on("host1", "\(show) | sed -n 's/^network_id\\t//p'").word
                let mac = try await lab.on("host1", "\(show) | sed -n 's/^mac_address\\t//p'").word
                let ping = "ping -c 1 -W 1 \(victim.address)"
                #expect(try await lab.inside(watcher, ping).status == 0)
                let user = String(repeating: "d", count: 64)
                let theft = Claim(
                    problem: "endpoint of another", values: [String(user.prefix(12)), String(victim.id.prefix(12))],
                    answers: false,
                    claim: Self.put(#""device_id":"\#(user)","binding:host_id":"host2""#),
                    undo: Self.put(#""device_id":"\#(victim.id)","binding:host_id":"host1""#))
                let others = Self.claims(address: victim.address, mac: mac, host: "host1", thief: "host2").filter {
                    $0.undo != nil
                }
                for claim in [theft] + others {
                    try await Self.say(claim.claim, port: port, network: network, lab)
                    let (items, status) = try await lab.eventually {
                        try await Self.audit("host1", lab)
                    } until: {
                        $0.items.contains { $0.problem == claim.problem }
                    }
                    let item = try #require(items.first { $0.problem == claim.problem }, "\(claim.problem): \(items)")
                    #expect(status == 1 && item.endpoint == port && item.repair == "none", "\(item)")
                    for value in claim.values { #expect(item.detail.contains(value), "\(item.detail)") }
                    if claim.problem == theft.problem {
                        // The keeper asks every five seconds, and every command clears leftovers away.
                        try await lab.onEachHost("ovn-container endpoint-list >/dev/null")
                        try await lab.on("host1", Self.untilActed)
                    }
                    let inside = try await lab.inside(victim, "ip -o -4 addr show eth0").output
                    #expect(inside.contains("\(victim.address)/"), "\(claim.problem): \(inside)")
                    #expect(try await lab.inside(watcher, ping).status == 0 ? claim.answers : !claim.answers)
                    if let undo = claim.undo { try await Self.say(undo, port: port, network: network, lab) }
                    _ = try await lab.eventually {
                        try await Self.audit("host1", lab).status
                    } until: {
                        $0 == 0
                    }
                    // Whoever learned another MAC address asks again only after up to 45 s (arp(7), base_reachable_time).
                    let again = try await lab.eventually(within: .seconds(90)) {
                        try await lab.inside(watcher, ping).status
                    } until: {
                        $0 == 0
                    }
                    #expect(again == 0, "\(claim.problem)")
                }
                // An endpoint is deleted from any host: that is how its container is told to go.
                try await lab.on("host2", "ovn-container endpoint-delete victim")
                let left = try await lab.eventually {
                    try await lab.on("host1", "docker ps -q --no-trunc").output
                } until: {
                    !$0.contains(victim.id)
                }
                #expect(!left.contains(victim.id))
                let log = try await lab.on("host1", "cat /var/log/ovn-docker-plugin.log").output
                #expect(log.contains("interface taken from its container") && log.contains(port))
            }
        }
    }
}
