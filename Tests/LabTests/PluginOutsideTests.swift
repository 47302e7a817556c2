import Testing

extension LabTests {
    /// The way out and in through Docker's gateway bridge.
    @Suite struct PluginOutsideTests {
        @Test func `ports are published and the outside is reached`() async throws {
            try await Lab.with("outside", hosts: 2) { lab in
                try await lab.joinHosts()
                try await lab.createNetwork("blue")
                let server = try await lab.start(
                    "server", on: "host1", network: "blue", options: "-p 8080:80 -p 5353:5353/udp",
                    command: "sh -c 'echo over TCP >/index.html; exec httpd -f -h /'")
                try await lab.on("host1", Self.answerDatagrams(of: "server"))
                let web = try await lab.on(
                    "central", "timeout 20 sh -c 'until curl -sf -m 2 http://10.77.0.11:8080/; do sleep 0.2; done'")
                #expect(web.word == "over TCP")
                let datagram = try await lab.on(
                    "central",
                    "exec 3<>/dev/udp/10.77.0.11/5353; for i in 1 2 3 4 5; do echo hello >&3; timeout 1 head -n 1 <&3 && break; done"
                )
                #expect(datagram.word == "over UDP")

                // From another host over the logical network, and out to the network of the hosts.
                let b = try await lab.start("bob", on: "host2", network: "blue")
                #expect(try await lab.docker("host2", "exec bob wget -q -O - http://\(server.address)/") == "over TCP")
                #expect(try await lab.answers(Lab.centralAddress, to: b))
                let interfaces = try await lab.docker("host2", "exec bob ip -o link")
                #expect(interfaces.contains("eth0") && interfaces.contains("eth1"))
                let route = try await lab.docker("host2", "exec bob sh -c 'ip route | grep ^default'")
                #expect(!route.contains("10.1."), "\(route)")

                try await lab.docker("host1", "rm -f server")
                #expect(try await lab.attempt("central", "curl -s -m 2 http://10.77.0.11:8080/").status != 0)
                try await lab.docker("host2", "rm -f bob")
                try await lab.expectNothingLeft()
            }
        }

        /// A shell command that starts a server in a container's namespace, which says something to everyone who sends a datagram.
        static func answerDatagrams(of container: String) -> String {
            let server =
                "socket(S, AF_INET, SOCK_DGRAM, 0); bind(S, sockaddr_in(5353, INADDR_ANY)); "
                + "while ($from = recv(S, $_, 999, 0)) { send(S, \"over UDP\\n\", 0, $from) }"
            return "pid=$(docker inspect -f {{.State.Pid}} \(container)); "
                + "setsid nsenter -t $pid -n perl -MSocket -e '\(server)' >/dev/null 2>&1 </dev/null &"
        }

        /// The engine makes it with the first container, of what is free on that host then.
        @Test func `a network whose subnet docker_gwbridge has taken since says so, and how to go on`() async throws {
            try await Lab.with("taken", hosts: 1) { lab in
                try await lab.joinHosts()
                try await lab.createNetwork("blue", subnet: "172.30.0.0/16")
                let bridge =
                    "network create -o com.docker.network.bridge.name=docker_gwbridge -o com.docker.network.bridge.enable_icc=false"
                try await lab.docker("host1", "\(bridge) --subnet 172.30.0.0/24 docker_gwbridge")
                let refused = try await lab.attempt("host1", "docker run --rm --network blue busybox true")
                #expect(
                    refused.status == 125 && refused.errors.contains("give docker_gwbridge another one"), "\(refused)")
                try await lab.docker("host1", "network rm docker_gwbridge")
                try await lab.docker("host1", "\(bridge) --subnet 172.31.0.0/24 docker_gwbridge")
                let a = try await lab.start("ann", on: "host1", network: "blue")
                #expect(try await lab.answers(Lab.centralAddress, to: a))
                let other = try await lab.attempt(
                    "host1", "docker network create -d ovn --ipam-driver ovn --subnet 172.31.0.0/16 -o net=red red")
                #expect(other.status == 1 && other.errors.contains("docker network rm docker_gwbridge"), "\(other)")
                try await lab.docker("host1", "rm -f ann")
                try await lab.expectNothingLeft()
            }
        }

        @Test func `an internal network has neither, and no second interface`() async throws {
            try await Lab.with("internal", hosts: 2) { lab in
                try await lab.joinHosts()
                try await lab.createNetwork("deep", options: "--internal")
                let a = try await lab.start(
                    "ann", on: "host1", network: "deep", options: "-p 8080:80",
                    command: "sh -c 'httpd -h /; sleep 100000'")
                let b = try await lab.start("bob", on: "host2", network: "deep")
                #expect(try await lab.answers(a.address, to: b))
                #expect(try await lab.answers(Lab.centralAddress, to: b, seconds: 1) == false)
                #expect(try await lab.attempt("central", "curl -s -m 2 http://10.77.0.11:8080/").status != 0)
                let interfaces = try await lab.docker("host2", "exec bob ip -o link")
                #expect(interfaces.contains("eth0@") && !interfaces.contains("eth1"), "\(interfaces)")
                #expect(try await lab.docker("host2", "exec bob sh -c 'ip route | grep -c ^default || :'") == "0")
                let open = try await lab.attempt(
                    "host2", "docker network create -d ovn --ipam-driver ovn --subnet 10.1.0.0/16 -o net=deep open")
                #expect(open.status == 1 && open.errors.contains("is internal for its other users"), "\(open.errors)")

                // Beside another network it takes neither away, as an internal network of Docker's bridge driver does.
                try await lab.createNetwork("blue", subnet: "10.2.0.0/16", on: ["host1"])
                try await lab.docker("host1", "network connect blue ann")
                try await lab.on(
                    "central",
                    "timeout 20 sh -c 'until curl -s -o /dev/null -m 2 http://10.77.0.11:8080/; do sleep 0.2; done'")
                #expect(try await lab.answers(Lab.centralAddress, to: a))
            }
        }
    }
}
