import Foundation
import Testing

extension LabTests {
    /// Containers on three hosts, of which something is killed all the time.
    @Suite struct PluginChaosTests {
        /// `make chaos` runs 200. Otherwise as many as it takes to kill each kind once, by two.
        static let rounds =
            ProcessInfo.processInfo.environment["OVN_CHAOS_ROUNDS"].flatMap(Int.init) ?? Victim.Kind.allCases.count / 2
        static let containersPerHost = 20
        /// How long a start may be held up. No audit may take that for the end of it, which comes by twice in that time.
        static let slowness =
            ProcessInfo.processInfo.environment["OVN_CHAOS_ROUNDS"] == nil ? 1...10 : 1...60
        /// In a round.
        static let victims =
            ProcessInfo.processInfo.environment["OVN_CHAOS_ROUNDS"] == nil ? 2...2 : 1...2

        @Test func `whatever is killed, ports, rows, interfaces and containers agree within a minute`() async throws {
            try await Lab.with("chaos", hosts: 3) { lab in
                try await lab.joinHosts()
                try await lab.createNetwork("blue", options: Lab.upperHalf)
                try await lab.createNetwork("green", subnet: "10.2.0.0/16")
                let crowd = Crowd(lab: lab, perHost: Self.containersPerHost)
                try await crowd.fill()
                try await lab.expectAgreement("before the first round")

                var random = SystemRandomNumberGenerator()
                // Each kind comes before one comes again.
                var kinds: [Victim.Kind] = []
                for round in 1...Self.rounds {
                    var victims = (0..<Int.random(in: Self.victims, using: &random)).map { _ in
                        if kinds.isEmpty { kinds = Victim.Kind.allCases.shuffled(using: &random) }
                        return Victim(
                            kind: kinds.removeLast(), host: lab.hosts.randomElement(using: &random)!,
                            seconds: .random(in: Self.slowness, using: &random))
                    }
                    // A slow start must succeed: nothing else is dead then.
                    victims.sort { $0.kind == .containerd && $1.kind != .containerd }
                    let story = "round \(round), killed \(victims.map(\.description).joined(separator: " and ")):"
                    let delay = Int.random(in: 0...1500, using: &random)
                    async let turmoil = crowd.act(times: 4)
                    async let murder = Self.kill(victims, after: delay, lab: lab)
                    let (slow, starting) = try await (turmoil, murder)
                    for slow in slow {
                        // While an engine starts, whoever asks it something waits: that time is its own.
                        let limit = Lab.patience + (starting[slow.host] ?? .zero)
                        #expect(slow.took < limit, "\(story) \(slow.host): \(slow.command) took \(slow.took)")
                    }
                    try await lab.expectAgreement(within: .seconds(60), story)
                    try await crowd.revive(story)
                    try await crowd.expectPings(story)
                }

                try await crowd.disperse()
                try await lab.expectNothingLeft()
                for host in lab.hosts {
                    try await lab.docker(host, "network rm blue")
                    try await lab.docker(host, "network rm green")
                }
                #expect(try await lab.networks().isEmpty)
            }
        }

        /// Kills one after another, and starts again what an init system would.
        ///
        /// - Returns: how long the engines of hosts took to be there again.
        static func kill(_ victims: [Victim], after milliseconds: Int, lab: Lab) async throws -> [String: Duration] {
            // A moment in the middle of what is going on.
            try await Task.sleep(for: .milliseconds(milliseconds))
            var starting: [String: Duration] = [:]
            for victim in victims {
                let begun = ContinuousClock.now
                try await victim.kill(in: lab)
                if [.docker, .containerd].contains(victim.kind) {
                    starting[victim.host, default: .zero] += ContinuousClock.now - begun
                }
            }
            return starting
        }
    }
}

/// Something that is killed.
struct Victim: Sendable, CustomStringConvertible {
    enum Kind: String, CaseIterable, Sendable {
        case container, plugin, docker
        case ipam = "ovn-ipam"
        case northbound = "Northbound database"
        case database = "ovsdb-server"
        case controller = "ovn-controller"
        /// Held for a while, as by a slow disk, and not killed.
        case containerd
    }
    let kind: Kind
    let host: String
    /// How long it is held.
    let seconds: Int

    var description: String { "\(kind.rawValue) \(kind == .ipam || kind == .northbound ? "on central" : "on \(host)")" }

    func kill(in lab: Lab) async throws {
        switch kind {
        case .container:
            try await lab.on(
                host,
                """
                id=$(timeout 10 docker ps -q | shuf -n 1)
                pid=$(timeout 10 docker inspect -f '{{.State.Pid}}' "$id")
                [ "${pid:-0}" -le 1 ] || kill -KILL $pid || :
                """)
        case .containerd:
            let started = try await lab.on(
                host,
                """
                kill -STOP $(pgrep -x containerd)
                docker run -d --name slow --network blue busybox sleep 100000 >/run/slow 2>&1 & start=$!
                sleep \(seconds)
                kill -CONT $(pgrep -x containerd)
                wait $start || :
                cat /run/slow; docker rm -f slow >/dev/null
                """, seconds: 180)
            #expect(started.word.count == 64, "a start of \(seconds) s on \(host): \(started)")
        case .plugin: try await lab.killPlugin(host)
        case .docker:
            try await lab.killDocker(host)
            try await lab.startDocker(host)
        case .ipam:
            try await lab.on("central", "pkill -KILL -x ovn-ipam")
            try await lab.startCentral()
        case .northbound: try await lab.killDaemon("/run/ovn/ovn-ipam-ovnnb_db.pid", on: "central")
        case .database:
            try await lab.on(host, "kill -KILL $(cat /run/openvswitch/ovsdb-server.pid)")
            try await lab.start("ovsdb-server", on: host)
        case .controller:
            try await lab.on(host, "kill -KILL $(cat /run/ovn/ovn-controller.pid)")
            try await lab.start("ovn-controller", on: host)
        }
    }
}
