import Foundation
import Testing

extension LabTests {
    @Suite struct ReplicaTests {
        /// Three replicas on one database, in the central node; no hosts are needed.
        @Test func `three replicas that are killed all the time give each address once`() async throws {
            try await Lab.with("replicas", hosts: 0) { lab in
                try await lab.on("central", Self.startNorthbound)
                try await lab.on("central", Self.startReplicas)
                let network = try await Self.makeNetwork(lab)

                try await lab.on("central", Self.fill(network: network), seconds: 300)

                let answers = try await lab.on("central", "cat /run/race/answers.*").lines
                let given = answers.filter { $0.hasPrefix("201 ") }.map { String($0.split(separator: " ")[1]) }
                #expect(Set(given).count == given.count, "an address was given twice")
                let refused = answers.filter { !$0.hasPrefix("201 ") }
                for answer in refused {
                    let isClear =
                        answer.hasPrefix("409 IpAddressGenerationFailure") || answer.hasPrefix("503 ")
                        || answer.hasPrefix("000")
                    #expect(isClear, "\(answer)")
                }

                let listed = try await lab.on(
                    "central",
                    """
                    curl -sf --retry 5 --retry-all-errors \
                        'http://127.0.0.1:9701/v2.0/ports?network_id=\(network)&fields=fixed_ips'
                    """)
                let addresses = listed.output.matches(of: /"ip_address": ?"([0-9.]+)"/).map { String($0.1) }
                #expect(addresses.count == 253)
                #expect(Set(addresses).count == 253)
                #expect(Set(given).isSubset(of: Set(addresses)))
            }
        }

        static let startNorthbound = """
            set -e
            mkdir -p /run/race
            ovsdb-tool create /run/race/nb.db /usr/share/ovn/ovn-nb.ovsschema
            ovsdb-server /run/race/nb.db --remote=punix:/run/race/nb.sock --detach --no-chdir \
                --pidfile=/run/race/nb.pid --unixctl=/run/race/nb.ctl
            ovn-nbctl --db=unix:/run/race/nb.sock init
            """

        /// The same three, and what projects may have: default groups, limits, and the blocks of a pool.
        @Test func `three replicas that are killed all the time keep every project's limits`() async throws {
            try await Lab.with("limit", hosts: 0) { lab in
                try await lab.on("central", Self.startNorthbound)
                try await lab.on("central", Self.startReplicas)
                let api = "curl -sf --retry 9 --retry-all-errors -H 'content-type: application/json' "
                let url = "http://127.0.0.1:9701/v2.0"
                for project in 0..<4 {
                    try await lab.on(
                        "central", "\(api) -X PUT \(url)/quotas/p\(project) -d '{\"quota\": {\"network\": 20}}'")
                }
                // 64 blocks, fewer than the 80 networks.
                let body =
                    "{\"subnetpool\": {\"name\": \"b\", \"prefixes\": [\"10.80.0.0/18\"], \"default_prefixlen\": 24}}"
                let made = try await lab.on("central", "\(api) \(url)/subnetpools -d '\(body)'")
                let pool = String(try #require(made.output.firstMatch(of: /"id": ?"([0-9a-f-]{36})"/)).1)
                // What is deleted can be had again, to the last.
                for _ in 0..<2 {
                    let complaints = try await lab.on("central", Self.crowd(pool: pool), seconds: 300).lines
                    #expect(complaints == [])
                    let groups = try await lab.on(
                        "central", "\(api) '\(url)/security-groups?name=default&fields=tenant_id'")
                    let owners = groups.output.matches(of: /"tenant_id": ?"(p[0-9])"/).map { String($0.1) }.sorted()
                    #expect(owners == ["p0", "p1", "p2", "p3"])
                    for project in 0..<4 {
                        let networks = try await lab.on(
                            "central", "\(api) '\(url)/networks?tenant_id=p\(project)&fields=id'")
                        #expect(networks.output.matches(of: /[0-9a-f-]{36}/).count == 20, "of project p\(project)")
                    }
                    let subnets = try await lab.on("central", "\(api) '\(url)/subnets?fields=cidr'")
                    let blocks = subnets.output.matches(of: /10\.80\.[0-9]+\.0\/24/).map { String($0.0) }
                    // A network whose answer was lost gets none.
                    #expect(blocks.count > 32)
                    #expect(Set(blocks).count == blocks.count, "a block was given twice")
                    try await lab.on("central", Self.removeNetworks, seconds: 120)
                }
            }
        }

        /// Each is started again when it ends, as a service manager would; one a second is killed at random.
        static let startReplicas = """
            for port in 9701 9702 9703; do
                (while :; do
                    ovn-ipam serve --open --nb unix:/run/race/nb.sock --listen 127.0.0.1:$port >>/run/race/ipam.$port.log 2>&1 &
                    echo $! >/run/race/ipam.$port.pid
                    wait $!
                done) >/dev/null 2>&1 </dev/null &
            done
            for port in 9701 9702 9703; do
                timeout 60 bash -c "until curl -sf -o /dev/null http://127.0.0.1:$port/readyz; do sleep 0.1; done"
            done
            """

        static func makeNetwork(_ lab: Lab) async throws -> String {
            let api = "curl -sf -H 'content-type: application/json' http://127.0.0.1:9701/v2.0"
            let made = try await lab.on("central", "\(api)/networks -d '{\"network\": {\"name\": \"full\"}}'")
            let match = try #require(made.output.firstMatch(of: /"id": ?"([0-9a-f-]{36})"/))
            let network = String(match.1)
            let subnet = "{\"subnet\": {\"network_id\": \"\(network)\", \"cidr\": \"10.9.9.0/24\", \"ip_version\": 4}}"
            try await lab.on("central", "\(api)/subnets -d '\(subnet)'")
            return network
        }

        /// 64 clients, each asking one replica after another until it was told three times that the pool is full.
        /// An answer's line: its status and, of a 201, the address, otherwise the error's type.
        static func fill(network: String) -> String {
            """
            cd /run/race
            client() {
                local full=0 asked=0 port status
                while [ $full -lt 3 ] && [ $asked -lt 60 ]; do
                    port=$((9701 + RANDOM % 3)) asked=$((asked + 1))
                    status=$(curl -s -m 20 -o body.$1 -w '%{http_code}' -H 'content-type: application/json' \
                        http://127.0.0.1:$port/v2.0/ports -d '{"port": {"network_id": "\(network)"}}')
                    case $status in
                        201) echo "201 $(grep -o '"fixed_ips": *[[][^]]*' body.$1 | grep -oE '([0-9]+[.]){3}[0-9]+')" ;;
                        000) echo 000; sleep 0.2 ;;
                        *) echo "$status $(grep -o '"type": *"[A-Za-z]*"' body.$1 | sed 's/.*"\\([A-Za-z]*\\)"$/\\1/')" ;;
                    esac
                    [ $status != 409 ] || full=$((full + 1))
                done
            }
            (while :; do
                sleep 1
                kill -KILL $(cat ipam.$((9701 + RANDOM % 3)).pid)
            done) 2>/dev/null & killer=$!
            clients=()
            for i in $(seq 64); do client $i >answers.$i & clients+=($!); done
            wait "${clients[@]}"
            kill $killer
            timeout 60 bash -c "until curl -sf -o /dev/null http://127.0.0.1:9701/readyz; do sleep 0.1; done"
            """
        }

        /// 64 clients of four projects: each looks at its groups, and makes networks with a subnet of the pool until it was
        /// told three times that its project may have no more. Prints what should not have been answered.
        static func crowd(pool: String) -> String {
            """
            cd /run/race
            ask() { # client path body: the status; the answer is in body.CLIENT
                curl -s -m 20 -o body.$1 -w '%{http_code}' -H 'content-type: application/json' -H "x-project-id: p$(($1 % 4))" \
                    http://127.0.0.1:$((9701 + RANDOM % 3))/v2.0/$2 ${3:+-d "$3"}
            }
            client() {
                local full=0 asked=0 status id
                ask $1 security-groups >/dev/null
                while [ $full -lt 3 ] && [ $asked -lt 80 ]; do
                    asked=$((asked + 1)) status=$(ask $1 networks '{"network": {"name": "n"}}')
                    case $status in
                        201)
                            id=$(grep -o '"id": *"[0-9a-f-]*"' body.$1 | head -n 1 | cut -d'"' -f4)
                            for _ in 1 2 3 4 5 6 7 8; do
                                status=$(ask $1 subnets '{"subnet": {"network_id": "'$id'", "ip_version": 4, "subnetpool_id": "\(pool)"}}')
                                case $status in
                                    201) break ;;
                                    # It is full, or has given one to a try whose answer was lost.
                                    409 | 400) grep -qE 'SubnetAllocationError|overlaps' body.$1 || echo "$status $(cat body.$1)"; break ;;
                                    000 | 50[34]) sleep 0.2 ;;
                                    *) echo "$status $(cat body.$1)" ;;
                                esac
                            done ;;
                        409) full=$((full + 1)); grep -q OverQuota body.$1 || echo "409 $(cat body.$1)" ;;
                        000 | 50[34]) sleep 0.2 ;;
                        *) echo "$status $(cat body.$1)" ;;
                    esac
                done
            }
            (while :; do
                sleep 1
                kill -KILL $(cat ipam.$((9701 + RANDOM % 3)).pid)
            done) 2>/dev/null & killer=$!
            clients=()
            for i in $(seq 64); do client $i & clients+=($!); done
            wait "${clients[@]}"
            kill $killer
            timeout 60 bash -c "until curl -sf -o /dev/null http://127.0.0.1:9701/readyz; do sleep 0.1; done" >&2
            """
        }

        static let removeNetworks = """
            api=http://127.0.0.1:9701/v2.0
            for id in $(curl -sf "$api/networks?fields=id" | grep -oE '[0-9a-f-]{36}'); do
                curl -sf --retry 5 --retry-all-errors -X DELETE $api/networks/$id || exit 1
            done
            """
    }
}
