import Foundation
import Testing

extension LabTests {
    /// What a container can send, of 96 kinds of frames, and what of it arrives at a container on another host.
    @Suite struct FrameTests {
        @Test func `every kind of forged frame is dropped, and ordinary ones arrive`() async throws {
            try await Lab.with("frames", hosts: 2) { lab in
                try await lab.joinHosts()
                let subnets = "--subnet 10.1.0.0/16 --ipv6 --subnet fd00:1::/64 --ipam-opt net="
                for host in lab.hosts {
                    for (network, options) in [("usual", ""), ("inner", "--internal"), ("open", "")] {
                        try await lab.docker(
                            host,
                            "network create -d ovn --ipam-driver ovn \(subnets)\(network) -o net=\(network) \(options) \(network)"
                        )
                    }
                }
                try await lab.docker("host1", "network create plain")
                for bridge in ["bridge", "plain"] {
                    try await lab.docker(
                        "host1", "run -d --stop-signal KILL --name \(bridge) --network \(bridge) busybox sleep 100000")
                }
                let kinds = try await run([Self.tool, "list"]).lines.map { Kind($0) }
                var arrived: [[Int]] = []
                for network in ["usual", "inner", "open"] {
                    let a = try await lab.start(
                        "from-\(network)", on: "host1", network: network,
                        endpoint: network == "open" ? ",driver-opt=port_security=off" : "")
                    let b = try await lab.start("to-\(network)", on: "host2", network: network)
                    arrived.append(try await lab.frames(from: a, to: b, kinds))
                }
                for (index, kind) in kinds.enumerated() {
                    for (column, numbers) in zip(["usual", "inner"], arrived) {
                        let isExpected = kind.group == "ordinary" || Self.harmless.contains(kind.name)
                        #expect(
                            numbers.contains(index) == isExpected,
                            "\(column): \(kind.group), \(kind.family): \(kind.name)")
                    }
                    #expect(
                        arrived[2].contains(index) != Self.neverPasses(kind),
                        "open: \(kind.group), \(kind.family): \(kind.name)")
                }
                try Self.compareTable(kinds, arrived)
                try await expectRoutersToCountForNothing(lab)
            }
        }

        /// Nobody's table has the sender as its router, of those that have taken in every kind of advertisement.
        private func expectRoutersToCountForNothing(_ lab: Lab) async throws {
            for name in ["to-usual", "to-open"] {
                let routes = try await lab.on(
                    "host2", "nsenter -t $(docker inspect -f '{{.State.Pid}}' \(name)) -n ip -6 route")
                #expect(!routes.output.contains("proto ra"), "\(name): \(routes.output)")
                let settings = try await lab.on(
                    "host2",
                    "docker exec \(name) cat /proc/sys/net/ipv6/conf/eth0/accept_ra /proc/sys/net/ipv6/conf/eth0/accept_redirects"
                )
                #expect(settings.lines == ["0", "0"], "\(name)")
            }
        }

        private static let tool = Lab.project.path + "/lab/lib/frames"

        /// Names no address but the sender's own.
        private static let harmless: Set<String> = ["neighbour solicitation, MAC option"]

        private static func neverPasses(_ kind: Kind) -> Bool {
            kind.group == "geneve" || kind.name.contains("VLAN tag")
                || ["source MAC broadcast", "source MAC multicast"].contains(kind.name)
        }

        /// The table of docs/security.md is this run's. `FRAMES_TABLE=write` writes it.
        private static func compareTable(_ kinds: [Kind], _ arrived: [[Int]]) throws {
            let titles = [
                "forged": "forged", "geneve": "tunnelled", "server": "routers', servers', switches'",
                "ordinary": "ordinary",
            ]
            var lines = [
                "| kind | frame | | default | `--internal` | port security off |", "|---|---|---|---|---|---|",
            ]
            for group in ["forged", "server", "geneve", "ordinary"] {
                for (index, kind) in kinds.enumerated() where kind.group == group {
                    let cells = arrived.map { $0.contains(index) ? "arrives" : "–" }
                    lines.append(
                        "| \(titles[group] ?? group) | \(kind.name) | \(kind.family) | \(cells.joined(separator: " | ")) |"
                    )
                }
            }
            let path = Lab.project.path + "/docs/security.md"
            let page = try String(contentsOfFile: path, encoding: .utf8)
            let parts = page.components(separatedBy: "<!-- frames: written by the test -->\n")
            let rest = try #require(parts.last?.components(separatedBy: "<!-- end of frames -->"))
            try #require(parts.count == 2 && rest.count == 2)
            let table = lines.joined(separator: "\n") + "\n"
            if ProcessInfo.processInfo.environment["FRAMES_TABLE"] == "write" {
                let text = "\(parts[0])<!-- frames: written by the test -->\n\(table)<!-- end of frames -->\(rest[1])"
                try text.write(toFile: path, atomically: true, encoding: .utf8)
            } else {
                #expect(rest[0] == table, "docs/security.md has another table: FRAMES_TABLE=write")
            }
        }
    }
}

/// A kind of frame, as `lab/lib/frames list` tells it.
private struct Kind {
    let group: String
    let family: String
    let name: String

    init(_ line: String) {
        let words = line.split(separator: "\t").map(String.init)
        (group, family, name) = (words[1], words[2], words[3])
    }
}

extension Lab {
    /// Sends one frame of each kind from a container to another, and says which arrive.
    fileprivate func frames(from sender: Member, to receiver: Member, _ kinds: [Kind]) async throws -> [Int] {
        let tool = Lab.project.path + "/lab/lib/frames"
        let enter = "nsenter -t $(docker inspect -f '{{.State.Pid}}'"
        try await on(
            receiver.host,
            """
            \(enter) \(receiver.name)) -n python3 \(tool) receive eth0 30 >/run/\(receiver.name).frames 2>&1 &
            timeout 20 bash -c 'until grep -q listening /run/\(receiver.name).frames; do sleep 0.05; done'
            """)
        let keys = try await tunnelKeys(of: receiver)
        for (kind, name) in zip(kinds.indices.filter { kinds[$0].group == "geneve" }, [sender.name, "bridge", "plain"])
        {
            try await on(
                sender.host,
                "\(enter) \(name)) -n python3 \(tool) geneve \(kind) 10.77.0.12 \(keys.network) 1 \(keys.port) \(receiver.mac) \(receiver.address)"
            )
        }
        try await on(
            sender.host,
            """
            \(enter) \(sender.name)) -n python3 \(tool) send eth0 \(receiver.mac) \
            \(sender.address) \(sender.address6) \(receiver.address) \(receiver.address6) 10.1.0.1
            """)
        let answer = try await eventually {
            try await on(receiver.host, "cat /run/\(receiver.name).frames")
        } until: {
            $0.lines.count == 2
        }
        return try #require(answer.lines.last).split(separator: " ").compactMap { Int($0) }
    }

    /// What hosts call a network and a port of it in their tunnels: small numbers that anybody can guess.
    private func tunnelKeys(of member: Member) async throws -> (network: Int, port: Int) {
        let id = try #require(try await list("ports", "mac_address=\(member.mac)", as: Port.self).first).id
        let keys = try await on(
            "central",
            """
            set -- $(ovn-sbctl --bare --columns=datapath,tunnel_key find Port_Binding logical_port=\(id))
            echo $(ovn-sbctl get Datapath_Binding $1 tunnel_key) $2
            """
        ).word.split(separator: " ").compactMap { Int($0) }
        try #require(keys.count == 2)
        return (keys[0], keys[1])
    }
}
