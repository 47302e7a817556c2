import Foundation
import Testing

extension LabTests {
    /// Hosts that join and leave while both commands are killed.
    @Suite struct JoinKilledTests {
        /// Each kills both commands on both hosts. `make chaos` kills as often as it has rounds.
        static let rounds =
            ProcessInfo.processInfo.environment["OVN_CHAOS_ROUNDS"].flatMap(Int.init).map { max(1, $0 / 4) } ?? 2

        @Test func `join and leave that are killed at any moment are finished by repeating them`() async throws {
            try await Lab.with("joinkill", hosts: 2) { lab in
                try await lab.startSecureCentral()
                let apart = try await states(lab)
                let (joining, leaving) = try await Self.expectOneOfTwo(lab)
                let joined = try await states(lab)
                #expect(joined["host1"] != apart["host1"] && joined["host2"] != apart["host2"])

                for round in 1...Self.rounds {
                    try await withThrowingTaskGroup { group in
                        for host in lab.hosts {
                            group.addTask {
                                var random = SystemRandomNumberGenerator()
                                let left = Int.random(in: 0...leaving, using: &random)
                                try await CrashTests.kill("ovn-integrate leave", after: left, on: host, lab: lab)
                                try await lab.on(host, "ovn-integrate leave", seconds: 90)
                                try await expect(
                                    apart, of: host, lab, "round \(round), leave was killed after \(left) ms")

                                let join = try await lab.invite("--host \(host)")
                                let came = Int.random(in: 0...joining, using: &random)
                                try await CrashTests.kill(join, after: came, on: host, lab: lab)
                                try await lab.on(host, join, seconds: 90)
                                try await expect(
                                    joined, of: host, lab, "round \(round), join was killed after \(came) ms")
                            }
                        }
                        try await group.waitForAll()
                    }
                }
                // Both are whole: containers of theirs reach each other.
                try await lab.createNetwork("blue")
                let one = try await lab.start("c1", on: "host1", network: "blue")
                let two = try await lab.start("c2", on: "host2", network: "blue")
                #expect(try await lab.answers(two.address, to: one, seconds: 10))
            }
        }

        /// Both hosts come with a token for one at once. The other gets in with another one.
        ///
        /// - Returns: how many milliseconds a `join` and a `leave` take.
        private static func expectOneOfTwo(_ lab: Lab) async throws -> (joining: Int, leaving: Int) {
            let token = try await lab.invite()
            async let one = lab.attempt("host1", token, seconds: 90)
            async let two = lab.attempt("host2", token, seconds: 90)
            let outcomes = try await ["host1": one, "host2": two]
            let refused = outcomes.filter { $0.value.status != 0 }
            #expect(refused.count == 1, "\(outcomes)")
            let loser = refused.keys.first ?? "host2"
            #expect(outcomes[loser]?.errors.contains("used") == true, "\(outcomes)")
            try await lab.on(loser, "test -z \"$(ovs-vsctl get-ssl)\"")

            let (joined, joining) = try await lab.timed(loser, try await lab.invite("--host \(loser)"))
            try #require(joined.status == 0, "\(joined)")
            let (left, leaving) = try await lab.timed(loser, "ovn-integrate leave")
            try #require(left.status == 0, "\(left)")
            try await lab.on(loser, try await lab.invite("--host \(loser)"), seconds: 90)
            return (milliseconds(joining), milliseconds(leaving))
        }

        private static func milliseconds(_ time: Duration) -> Int {
            Int(time.components.seconds * 1000 + time.components.attoseconds / 1_000_000_000_000_000)
        }
    }
}

/// What a host is, by all who know of it, without what is new each time: keys, times.
private func state(_ host: String, _ lab: Lab) async throws -> String {
    let here = try await lab.on(
        host,
        """
        ovs-vsctl --timeout=5 get-ssl
        ovs-vsctl --timeout=5 get Open_vSwitch . external_ids | tr ',' '\\n' | sort
        ovs-vsctl --timeout=5 list-br
        ip -o link | sed 's/^[0-9]*: \\([^:@]*\\).*/\\1/' | sort
        nft list tables | sort
        find /var/lib/ovn-containers /etc/ovn-containers -printf '%p %m %u\\n' 2>/dev/null | sort
        pgrep -x ovn-controller | wc -l
        """
    ).output
    let central = try await lab.on(
        "central",
        """
        ovn-sbctl --timeout=5 --bare --columns=name find Chassis name=\(host)
        ovn-nbctl --timeout=5 --bare --columns=external_ids find DHCP_Options | grep -c 'host_name=\(host)' || true
        """
    ).output
    return here + "central:\n" + central
}

private func states(_ lab: Lab) async throws -> [String: String] {
    var found: [String: String] = [:]
    for host in lab.hosts {
        // Rows of Southbound and interfaces come when the daemons have seen what is new.
        var last = ""
        found[host] = try await lab.eventually {
            let before = last
            last = try await state(host, lab)
            return (before, last)
        } until: {
            $0 == $1
        }.1
    }
    return found
}

private func expect(_ wanted: [String: String], of host: String, _ lab: Lab, _ story: String) async throws {
    let now = try await lab.eventually(within: .seconds(20)) {
        try await state(host, lab)
    } until: {
        $0 == wanted[host]
    }
    #expect(now == wanted[host], "\(host), \(story)")
}
