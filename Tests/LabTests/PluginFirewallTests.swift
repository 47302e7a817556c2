import Foundation
import Testing

extension LabTests {
    /// What containers send to tunnels and databases, by whichever bridge.
    @Suite struct PluginFirewallTests {
        @Test func `nothing that a container sends reaches a tunnel or a database, and all else works`() async throws {
            try await Lab.with("wall", hosts: 2) { lab in
                try await lab.joinHosts()
                let strangers = try await Strangers(lab)
                try await strangers.expectWall("with Docker's rules by iptables-nft")

                // What others accept, before ours and after, does not undo it. So firewalld has its rules, in a table of its own.
                try await lab.on(
                    "host1",
                    """
                    set -e
                    nft add table inet other
                    for hook in input forward; do
                        for priority in -300 -20 10 300; do
                            nft "add chain inet other $hook$((priority + 1000)) { type filter hook $hook priority $priority; };
                                add rule inet other $hook$((priority + 1000)) accept"
                        done
                    done
                    """)
                try await strangers.expectWall("beside a table that accepts everything")
                try await lab.on("host1", "nft delete table inet other")

                try await strangers.useLegacyTables()
                try await strangers.expectWall("with Docker's rules by iptables-legacy")

                try await Self.expectUpkeep(lab)
                try await strangers.expectWall("put back")
                try await Self.expectLeaving(lab)
            }
        }

        /// What is missing or altered is named, and put back by the plugin and by hand.
        private static func expectUpkeep(_ lab: Lab) async throws {
            try await lab.stopPlugin("host1")
            try await lab.on("host1", "nft flush ruleset")
            let status = try await lab.attempt("host1", "ovn-integrate status -f value")
            #expect(status.lines.contains("firewall\tmissing\tnot installed"), "\(status)")
            #expect(status.errors.contains("run 'ovn-integrate restore'"), "\(status)")
            let audit = try await lab.attempt("host1", "ovn-container audit -f value")
            #expect(audit.status == 1 && audit.output.hasPrefix("firewall missing\t"), "\(audit)")
            try await lab.start("plugin", on: "host1")
            let installed = "ovn-integrate status -f value | grep '^firewall.ok.installed'"
            let back = try await lab.eventually(within: .seconds(20)) {
                try await lab.attempt("host1", installed).status == 0
            } until: {
                $0
            }
            #expect(back, "the plugin does not put it back")

            try await lab.on("host1", "nft insert rule inet ovn_containers forward accept")
            let altered = try await lab.attempt("host1", "ovn-container audit --repair -f value")
            #expect(altered.status == 0, "\(altered)")
            #expect(
                altered.output.hasPrefix("firewall altered\t") && altered.output.contains("1 rule that is not ours"),
                "\(altered)")
            try await lab.on("host1", installed)
        }

        /// A host leaves when nobody needs it any more, and nothing stays behind.
        private static func expectLeaving(_ lab: Lab) async throws {
            func refusal() async throws -> String {
                let outcome = try await lab.attempt("host1", "ovn-integrate leave")
                #expect(outcome.status == 1 && outcome.errors.contains("nothing changed"), "\(outcome)")
                return outcome.errors
            }
            #expect(try await refusal().contains("endpoints are attached"))
            try await lab.docker("host1", "rm -f evil")
            #expect(try await refusal().contains("docker has networks here"))
            for network in ["blue", "green"] { try await lab.docker("host1", "network rm \(network)") }
            #expect(try await refusal().contains("ovn-controller is running"))
            try await lab.on("host1", "ovn-appctl -t ovn-controller exit")
            for _ in 1...2 { try await lab.on("host1", "ovn-integrate leave") }
            let left = try await lab.on(
                "host1", "nft list tables | grep ovn; ovs-vsctl list-br; ovs-vsctl get open . external_ids; true"
            ).output
            for word in ["ovn_containers", "br-int", "ovn-", "ipam"] { #expect(!left.contains(word), "\(left)") }
            let chassis = try await lab.on("central", "ovn-sbctl --bare --columns=name list Chassis").word
            #expect(chassis == "host2")
        }
    }
}

/// Containers on all kinds of bridges of host1, and one of another network on host2 that has nothing to do with them.
private struct Strangers: Sendable {
    static let program = Lab.project.path + "/Tests/hostile/stranger"
    /// Containers by the bridge that they send by.
    static let containers = ["docker_gwbridge": "evil", "docker0": "plain", "user": "mine"]

    let lab: Lab
    let bob: Member
    /// Where a frame into the other network goes, in the words of `stranger send`.
    let target: String

    init(_ lab: Lab) async throws {
        self.lab = lab
        try await lab.createNetwork("blue")
        try await lab.createNetwork("green", subnet: "10.3.0.0/16")
        try await lab.docker("host1", "network create --subnet 10.88.0.0/24 --ipv6 --subnet fd88::/64 user")
        bob = try await lab.start("bob", on: "host2", network: "blue")
        let victim = try await lab.start("victim", on: "host2", network: "green")
        try await lab.docker(
            "host1",
            "run -d --name evil --network blue -p 8080:80 busybox sh -c 'echo web >/index.html; exec httpd -f -h /'")
        try await lab.docker("host1", "run -d --name plain busybox sleep 100000")
        try await lab.docker("host1", "run -d --name mine --network user busybox sleep 100000")

        let port = try #require(
            try await lab.dockerPorts().first { $0.addresses.map(\.address).contains(victim.address) }?.id)
        let keys = try await lab.on(
            "central",
            """
            set -- $(ovn-sbctl --bare --columns=tunnel_key,datapath find Port_Binding logical_port=\(port))
            echo $(ovn-sbctl get Datapath_Binding $2 tunnel_key) 77 $1
            """
        ).word
        target = "10.77.0.12 \(keys) \(victim.mac) \(victim.address)"
        let process = try await lab.docker("host2", "inspect -f '{{.State.Pid}}' victim")
        try await lab.on("host2", Self.start("nsenter -t \(process) -n \(Self.program) receive eth0 /run/received"))
        try await listen()
        try await makeBridge()
    }

    /// A shell command that starts a program and waits until it says that it is ready.
    private static func start(_ command: String) -> String {
        "log=$(mktemp); setsid \(command) >$log 2>&1 </dev/null & timeout 10 sh -c \"until grep -q ready $log; do sleep 0.05; done\""
    }

    /// Databases where they can be: central's, and on this host what an administrator may have turned on.
    private func listen() async throws {
        for (node, ports) in [("central", [6641, 6642]), ("host1", [6641, 6642])] {
            for port in ports {
                let isTaken = try await lab.on(node, "\(Self.program) connect 127.0.0.1:\(port)").word.hasSuffix(
                    "accepted")
                if !isTaken { try await lab.on(node, Self.start("\(Self.program) listen \(port)")) }
            }
        }
        try await lab.on("host1", "ovs-vsctl set-manager 'ptcp:6640:[::]'")
    }

    /// A bridge that Docker knows nothing of, with somebody behind it, such as a virtual machine.
    private func makeBridge() async throws {
        try await lab.on(
            "host1",
            """
            set -e
            ip link add virbr7 type bridge
            ip addr add 10.77.77.1/24 dev virbr7
            ip link set virbr7 up
            setsid unshare -n sleep 100000 >/dev/null 2>&1 </dev/null &
            pid=$!
            own=$(readlink /proc/self/ns/net)
            timeout 5 sh -c "until [ \\$(readlink /proc/$pid/ns/net) != '$own' ]; do sleep 0.02; done"
            ip link add tap7 master virbr7 type veth peer name eth0 netns $pid
            ip link set tap7 up
            nsenter -t $pid -n ip addr add 10.77.77.2/24 dev eth0
            nsenter -t $pid -n ip link set eth0 up
            nsenter -t $pid -n ip route add default via 10.77.77.1
            echo $pid >/run/virtual
            """)
        try await openBridge()
    }

    /// What a program for virtual machines does beside Docker's rules.
    private func openBridge() async throws {
        try await lab.on(
            "host1",
            """
            iptables -w -I FORWARD -i virbr7 -j ACCEPT
            iptables -w -I FORWARD -o virbr7 -j ACCEPT
            iptables -w -t nat -A POSTROUTING -s 10.77.77.0/24 ! -d 10.77.77.0/24 -j MASQUERADE
            """)
    }

    /// Docker starts again with the other kind of iptables; the rules that it made before are gone.
    func useLegacyTables() async throws {
        try await lab.killDocker("host1")
        try await lab.on(
            "host1",
            """
            set -e
            cp -a /etc/alternatives /run/alternatives
            for name in iptables ip6tables iptables-save iptables-restore; do
                ln -sf /usr/sbin/${name/tables/tables-legacy} /run/alternatives/$name
            done
            mount --bind /run/alternatives /etc/alternatives
            for family in ip ip6; do for table in nat filter; do nft delete table $family $table || true; done; done
            iptables --version | grep -q legacy
            """)
        try await lab.startDocker("host1")
        try await lab.on("host1", "docker start evil plain mine; iptables -w -t nat -S | grep -q docker_gwbridge")
        try await openBridge()
    }

    /// Nothing of what each of them tries succeeds, what others may do does, and what containers need works.
    func expectWall(_ when: String) async throws {
        try await lab.on("host2", ": >/run/received")
        var processes = ["virbr7": try await lab.on("host1", "cat /run/virtual").word]
        for (bridge, container) in Self.containers {
            processes[bridge] = try await lab.docker("host1", "inspect -f '{{.State.Pid}}' \(container)")
        }
        let addresses = try await lab.on(
            "host1", "ip -o addr show scope global | sed -E 's|.* inet6? ([0-9a-f.:]+)/.*|\\1|'"
        ).lines.map { $0.contains(":") ? "[\($0)]" : $0 }
        #expect(addresses.contains("10.77.0.11") && addresses.contains("[fd88::1]"), "\(addresses)")
        let databases =
            ["10.77.0.10:6641", "10.77.0.10:6642"]
            + addresses.flatMap { address in ["\(address):6640", "\(address):6641", "\(address):6642"] }

        for (bridge, process) in processes.sorted(by: { $0.key < $1.key }) {
            let enter = "nsenter -t \(process) -n"
            let tried = try await lab.on(
                "host1",
                """
                \(enter) \(Self.program) send \(target) \(bridge)
                \(enter) \(Self.program) connect \(databases.joined(separator: " "))
                """)
            #expect(tried.lines.count == databases.count, "\(when), by \(bridge): \(tried)")
            let accepted = tried.lines.filter { !$0.hasSuffix(" refused") }
            #expect(accepted.isEmpty, "\(when), by \(bridge): \(accepted)")
            // The way out.
            let ping = try await lab.attempt("host1", "\(enter) ping -c 1 -W 5 -q 10.77.0.10")
            #expect(ping.status == 0, "\(when), by \(bridge): \(ping)")
        }

        // Open vSwitch takes packets of tunnels from other hosts alone.
        try await lab.on("central", "\(Self.program) send \(target) central")
        // The hosts themselves may: so what was tried would have come through.
        try await lab.on("host1", "\(Self.program) send \(target) host1")
        let received = try await lab.eventually(within: .seconds(10)) {
            try await lab.on("host2", "cat /run/received").lines
        } until: {
            $0.filter { $0 == "host1" }.count == 5
        }
        #expect(received == Array(repeating: "host1", count: 5), "\(when)")
        for (node, targets) in [
            ("host1", "10.77.0.10:6641 10.77.0.10:6642 127.0.0.1:6640"),
            ("host2", "10.77.0.11:6640 10.77.0.11:6642"), ("central", "10.77.0.11:6640 10.77.0.11:6642"),
        ] {
            let tried = try await lab.on(node, "\(Self.program) connect \(targets)")
            #expect(tried.lines.allSatisfy { $0.hasSuffix(" accepted") }, "\(when), \(node): \(tried.lines)")
        }

        let web = try await lab.on(
            "central", "timeout 20 sh -c 'until curl -sf -m 2 http://10.77.0.11:8080/; do sleep 0.2; done'")
        #expect(web.word == "web", "\(when)")
        let evil = try await lab.member("evil", on: "host1", network: "blue")
        #expect(try await lab.answers(evil.address, to: bob), "\(when)")
        #expect(try await lab.answers(bob.address, to: evil), "\(when)")
        let status = try await lab.on("host1", "ovn-integrate status -f value").lines
        #expect(status.contains { $0.hasPrefix("firewall\tok\tinstalled") }, "\(when): \(status)")
    }
}
