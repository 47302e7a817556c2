import Testing

extension LabTests {
    /// What an engine tells a plugin and what not, and how it treats what a plugin says.
    @Suite struct PluginEngineTests {
        @Test func `the plugin's networks are a host's own that reach all hosts`() async throws {
            try await Lab.with("scope", hosts: 1) { lab in
                // Nothing is initialised yet: the plugin answers all the same, and says what is missing.
                let scope = try await lab.ask("host1", "NetworkDriver.GetCapabilities")
                #expect(
                    scope.body.contains(#""Scope":"local""#) && scope.body.contains(#""ConnectivityScope":"global""#))
                let addresses = try await lab.ask("host1", "IpamDriver.GetCapabilities")
                #expect(addresses.body.contains(#""RequiresMACAddress":true"#))
                let activated = try await lab.ask("host1", "Plugin.Activate")
                #expect(activated.body.contains("NetworkDriver") && activated.body.contains("IpamDriver"))
                let refused = try await lab.attempt(
                    "host1", "docker network create -d ovn --ipam-driver ovn --subnet 10.1.0.0/16 blue")
                #expect(refused.status == 1 && refused.errors.contains("ovn-container init"), "\(refused.errors)")
                let socket = try await lab.on("host1", "stat -c %a /run/docker/plugins/ovn.sock").word
                #expect(socket == "600")
            }
        }

        @Test func `a Leave that fails holds up nothing, and is made good`() async throws {
            try await Lab.with("leave", hosts: 1) { lab in
                try await lab.joinHosts()
                try await lab.createNetwork("blue")
                try await lab.start("ann", on: "host1", network: "blue")
                try await lab.on("host1", "kill -KILL $(cat /run/openvswitch/ovsdb-server.pid)")
                try await lab.docker("host1", "rm -f ann")
                try await lab.start("ovsdb-server", on: "host1")
                try await lab.expectNothingLeft(within: .seconds(90))
                try await lab.start("bob", on: "host1", network: "blue")
            }
        }

        @Test func `each start has an endpoint of its own, and an address that is asked for stays`() async throws {
            try await Lab.with("starts", hosts: 1) { lab in
                try await lab.joinHosts()
                try await lab.createNetwork("blue")
                let first = try await lab.start("ann", on: "host1", network: "blue", options: "--ip 10.1.4.4")
                for _ in 0..<3 {
                    try await lab.docker("host1", "restart -t 0 ann")
                    let again = try await lab.member("ann", on: "host1", network: "blue")
                    #expect(again.endpoint != first.endpoint)
                    #expect(again.address == "10.1.4.4")
                    try await lab.expectAgreement(within: .seconds(20))
                    let port = try await lab.dockerPorts()
                    #expect(port.map(\.mac) == [again.mac])
                }
                try await Self.expectSlowStart(of: "slow", on: "host1", lab)
            }
        }

        /// A start of which nothing moves for a while, as on a slow disk: longer than the plugin's audit once took for the end of it,
        /// which looks as soon as it is started. The plugin is killed when it has answered: only then does Docker make the port of
        /// docker_gwbridge.
        private static func expectSlowStart(of name: String, on host: String, _ lab: Lab) async throws {
            try await lab.on(
                host,
                """
                ports() { ip -o link show master docker_gwbridge | wc -l; }
                before=$(ports)
                kill -STOP $(pgrep -x containerd)
                docker run -d --name \(name) --network blue busybox sleep 100000 >/run/slow 2>&1 </dev/null & start=$!
                for _ in $(seq 200); do [ "$(ports)" -eq "$before" ] || break; sleep 0.1; done
                [ "$(ports)" -ne "$before" ] || exit 1
                kill -KILL $(cat \(Lab.pluginPID))
                sleep 20
                kill -CONT $(pgrep -x containerd)
                wait $start || { cat /run/slow >&2; exit 1; }
                """)
            #expect(try await lab.member(name, on: host, network: "blue").address.hasPrefix("10.1."))
            try await lab.expectAgreement(within: .seconds(20))
        }

        @Test func `a live-restore engine that is killed keeps containers, addresses and pings`() async throws {
            try await Lab.with("live", hosts: 2) { lab in
                try await lab.joinHosts()
                try await lab.killDocker("host1")
                try await lab.on(
                    "host1",
                    #"echo '{"storage-driver": "overlay2", "userland-proxy": false, "live-restore": true}' >/etc/docker/daemon.json"#
                )
                try await lab.startDocker("host1")
                try await lab.createNetwork("blue")
                let a = try await lab.start("ann", on: "host1", network: "blue")
                let b = try await lab.start("bob", on: "host2", network: "blue")
                let pid = try await lab.docker("host1", "inspect -f {{.State.Pid}} ann")

                try await lab.killDocker("host1")
                #expect(try await lab.answers(a.address, to: b))
                try await lab.startDocker("host1")
                #expect(try await lab.docker("host1", "inspect -f {{.State.Pid}} ann") == pid)
                #expect(try await lab.member("ann", on: "host1", network: "blue").address == a.address)
                #expect(try await lab.answers(a.address, to: b))
                try await lab.expectAgreement()

                try await lab.createNetwork("green", subnet: "10.2.0.0/16", on: ["host1"])
                try await lab.docker("host1", "network connect green ann")
                try await lab.docker("host1", "stop -t 0 ann")
                try await lab.docker("host2", "rm -f bob")
                try await lab.expectNothingLeft()
            }
        }

        @Test func `a container's interface has the network's MTU from its first moment`() async throws {
            try await Lab.with("size", hosts: 1) { lab in
                try await lab.joinHosts()
                try await lab.createNetwork("blue")
                try await lab.createNetwork("small", subnet: "10.2.0.0/16", options: "-o mtu=1300")
                for (network, mtu) in [("blue", "1442"), ("small", "1300")] {
                    let link = try await lab.docker("host1", "run --rm --network \(network) busybox ip link show eth0")
                    #expect(link.contains("mtu \(mtu) "), "\(link)")
                    let outer = try await lab.start("m\(network)", on: "host1", network: network)
                    let row = try await lab.on(
                        "host1", "ip -o link show type veth | grep ': ovn' | grep -c 'mtu \(mtu) '")
                    #expect(row.word == "1", "\(outer)")
                    try await lab.docker("host1", "rm -f m\(network)")
                }
            }
        }
    }
}
