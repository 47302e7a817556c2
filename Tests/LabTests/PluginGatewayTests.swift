import Testing

extension LabTests {
    /// Docker's gateway bridge, where containers of all networks of a host meet.
    @Suite struct PluginGatewayTests {
        @Test func `a neighbour in docker_gwbridge can neither cut a container's way out nor draw its answers`()
            async throws
        {
            try await Lab.with("gateway", hosts: 1) { lab in
                try await lab.joinHosts()
                for (name, subnet) in [("blue", "10.1.0.0/16"), ("red", "10.2.0.0/16")] {
                    try await lab.createNetwork(name, subnet: subnet)
                }
                try await lab.prepareForging(on: "host1")
                try await lab.start("victim", on: "host1", network: "blue")
                try await lab.start("attacker", on: "host1", network: "red")
                try await Self.attack(lab)

                // The same where nobody was there to protect them when they came.
                try await lab.on(
                    "host1",
                    "kill -STOP $(cat /run/ovn-docker-plugin.holder.pid); kill -9 $(cat /run/ovn-docker-plugin.pid)")
                try await lab.on(
                    "host1",
                    "ip -o link show master docker_gwbridge | sed 's/^[0-9]*: \\([^@]*\\).*/\\1/' | while read -r port; do "
                        + "bridge link set dev $port isolated off learning on locked off flood on; done; "
                        + "ip neigh flush dev docker_gwbridge nud permanent")
                let found = try await lab.attempt("host1", "ovn-container audit")
                #expect(found.status == 1 && found.output.contains("gateway open"), "\(found)")
                try await lab.on("host1", "kill -CONT $(cat /run/ovn-docker-plugin.holder.pid)")
                let audit = try await lab.eventually {
                    try await lab.attempt("host1", "ovn-container audit").status
                } until: {
                    $0 == 0
                }
                #expect(audit == 0)
                try await Self.attack(lab)

                try await lab.docker("host1", "rm -f victim attacker")
                let left = try await lab.eventually {
                    try await lab.on("host1", "ip neigh show dev docker_gwbridge nud permanent").lines
                } until: {
                    $0.isEmpty
                }
                #expect(left.isEmpty, "\(left)")
                try await lab.expectNothingLeft()
            }
        }

        private static func attack(_ lab: Lab) async throws {
            let place = try await lab.gatewayPlace(of: "victim", on: "host1")
            let (gateway, mac) = (
                try await lab.gatewayAddress(on: "host1"),
                try await lab.on("host1", "cat /sys/class/net/docker_gwbridge/address").word
            )
            #expect(try await lab.pings(Lab.centralAddress, from: "victim", on: "host1", 3) == 3)
            try await lab.forge(from: "attacker", on: "host1", "arp \(place.address) \(place.mac) \(gateway) \(mac)")
            #expect(try await lab.pings(Lab.centralAddress, from: "victim", on: "host1", 3) == 3)
            async let lies: Void = lab.forge(from: "attacker", on: "host1", "mac \(place.mac) \(mac) 6")
            #expect(try await lab.pings(Lab.centralAddress, from: "victim", on: "host1", 20) == 20)
            try await lies
        }

        @Test func `every kind of published port is reached from everywhere, and everybody gets out`() async throws {
            try await Lab.with("publish", hosts: 2) { lab in
                try await lab.joinHosts()
                for (name, subnet) in [("blue", "10.1.0.0/16"), ("red", "10.2.0.0/16")] {
                    try await lab.createNetwork(name, subnet: subnet)
                }
                // Containers of one host reach each other's published ports by Docker's proxy alone, which the lab starts without.
                try await lab.on(
                    "host1", #"sed -i 's/"userland-proxy": false/"userland-proxy": true/' /etc/docker/daemon.json"#)
                try await lab.killDocker("host1")
                try await lab.startDocker("host1")
                let own = try await lab.tool("address", "--name", lab.name, "host1").word
                try await lab.start(
                    "server", on: "host1", network: "blue",
                    options:
                        "-p 8080:80 -p 5353:5353/udp -p 8100-8101:8100-8101 -p \(own):8081:80 -p 127.0.0.1:8082:80",
                    command:
                        "sh -c 'echo here >/index.html; for p in 8100 8101; do httpd -p $p -h /; done; exec httpd -f -h /'"
                )
                try await lab.on("host1", PluginOutsideTests.answerDatagrams(of: "server"))
                try await lab.start("near", on: "host1", network: "red")
                try await lab.start("far", on: "host2", network: "red")
                let bridge = try await lab.gatewayAddress(on: "host1")

                // Whatever the container has been given here is isolated.
                let ports = try await lab.on("host1", "bridge -d link show | grep -c 'isolated on locked on'")
                #expect(ports.word == "2")

                let web = { (address: String) in "wget -q -O - http://\(address)/" }
                for address in ["\(own):8080", "\(own):8081", "\(own):8100", "\(own):8101"] {
                    #expect(try await lab.on("central", "curl -sf -m 5 http://\(address)/").word == "here")
                    for (host, container) in [("host1", "server"), ("host1", "near"), ("host2", "far")] {
                        #expect(
                            try await lab.docker(host, "exec \(container) \(web(address))") == "here", "\(container)")
                    }
                }
                for address in ["127.0.0.1:8080", "127.0.0.1:8082", "\(own):8080"] {
                    #expect(try await lab.on("host1", "curl -sf -m 5 http://\(address)/").word == "here")
                }
                #expect(try await lab.docker("host1", "exec near \(web("\(bridge):8080"))") == "here")
                for node in ["central", "host1"] {
                    let datagram = try await lab.on(
                        node,
                        "exec 3<>/dev/udp/\(own)/5353; for i in 1 2 3 4 5; do echo hello >&3; timeout 1 head -n 1 <&3 && break; done"
                    )
                    #expect(datagram.word == "over UDP")
                }
                for (host, container) in [("host1", "server"), ("host1", "near"), ("host2", "far")] {
                    #expect(try await lab.pings(Lab.centralAddress, from: container, on: host, 3) == 3)
                }
                for (host, container) in [("host1", "server"), ("host1", "near"), ("host2", "far")] {
                    try await lab.docker(host, "rm -f \(container)")
                }
                try await lab.expectNothingLeft()
            }
        }
    }
}
