import Testing

extension LabTests {
    @Suite struct ReachabilityTests {
        @Test func `twenty endpoints on two networks with one subnet meet their own network and no other`() async throws
        {
            try await Lab.with("meet", hosts: 3) { lab in
                try await lab.joinHosts()
                let containers = try await Self.populate(lab, networks: ["red", "blue"], endpointsPerNetwork: 10)

                // The same addresses exist on both networks, so being answered is not enough: a peer of the same
                // network must answer, and an address that only the other network has must not.
                for (network, members) in containers {
                    try await Self.expectEveryPairPings(members, in: network, lab: lab)
                }
                try await Self.expectMAC(of: containers, lab: lab)
                let red = try #require(containers["red"])
                let taken = Set(containers.values.joined().map(\.address))
                let far = try #require((2...254).map { "192.168.1.\($0)" }.first { !taken.contains($0) })
                try await Self.expectNoWayAcross(from: red, to: far, on: "blue", lab: lab)
                try await Self.expectLargestPacket(between: red, lab: lab)
            }
        }

        /// Networks with one subnet between them, endpoints spread over the hosts.
        static func populate(
            _ lab: Lab, networks: [String], endpointsPerNetwork count: Int
        ) async throws -> [String: [NetworkContainer]] {
            for network in networks { try await lab.on("host1", "ovn-container net-create \(network) 192.168.1.0/24") }
            return try await withThrowingTaskGroup(of: (String, [NetworkContainer]).self) { group in
                for (index, host) in lab.hosts.enumerated() {
                    group.addTask { (host, try await populate(lab, host: host, index: index, networks, count)) }
                }
                var all: [String: [NetworkContainer]] = [:]
                for try await (_, made) in group {
                    for container in made {
                        all[String(container.endpoint.prefix { $0 != "-" }), default: []].append(container)
                    }
                }
                return all
            }
        }

        private static func populate(
            _ lab: Lab, host: String, index: Int, _ networks: [String], _ count: Int
        ) async throws -> [NetworkContainer] {
            var made: [NetworkContainer] = []
            for network in networks {
                for number in stride(from: index, to: count, by: lab.hosts.count) {
                    made.append(try await lab.attach("\(network)-\(number)", network: network, on: host))
                }
            }
            return made
        }

        static func expectEveryPairPings(_ members: [NetworkContainer], in network: String, lab: Lab) async throws {
            #expect(Set(members.map(\.address)).count == members.count, "\(network) gave an address twice")
            try await withThrowingTaskGroup { group in
                for host in lab.hosts {
                    group.addTask {
                        for source in members where source.host == host {
                            let failed = try await unreachable(members.map(\.address), from: source, lab: lab)
                            #expect(failed == [], "\(network): \(source.endpoint) on \(host)")
                        }
                    }
                }
                try await group.waitForAll()
            }
        }

        /// The addresses that do not answer pings from a container's namespace.
        static func unreachable(_ addresses: [String], from source: NetworkContainer, lab: Lab) async throws -> [String]
        {
            let pings = addresses.map { "ping -q -c 1 -W 2 \($0) >/dev/null 2>&1 || echo \($0)" }
            let command = "bash -c '\(pings.joined(separator: "; "))'"
            return try await lab.inside(source, command, seconds: 120).lines
        }

        /// Who answers for an address is the network's own port: the neighbour entry has its MAC.
        static func expectMAC(of containers: [String: [NetworkContainer]], lab: Lab) async throws {
            for members in containers.values {
                let source = members[0]
                let target = try #require(members.first { $0.host != source.host })
                let seen = try await lab.inside(source, "ip neigh show \(target.address)")
                let device = try await lab.inside(target, "ip -o link show eth0")
                let mac = try #require(seen.output.firstMatch(of: /lladdr ([0-9a-f:]+)/)?.1)
                #expect(device.output.contains(mac), "\(seen.output) is not \(device.output)")
            }
        }

        /// An address that only the other network has is not answered.
        static func expectNoWayAcross(
            from members: [NetworkContainer], to address: String, on other: String, lab: Lab
        ) async throws {
            try await lab.on("host1", "ovn-container endpoint-create \(other) \(other)-far --ip \(address)")
            let far = try await lab.on("host1", "ovn-container container-create --network=\(other)-far").word
            #expect(!far.isEmpty)
            for source in members {
                let failed = try await unreachable([address], from: source, lab: lab)
                #expect(failed == [address], "\(source.endpoint) reaches across")
            }
        }

        /// 1442 bytes are what Geneve over IPv4 leaves of 1500: a packet of that size passes unfragmented between
        /// hosts, one byte more is refused on the spot.
        static func expectLargestPacket(between members: [NetworkContainer], lab: Lab) async throws {
            let source = members[0]
            let target = try #require(members.first { $0.host != source.host })
            let header = 28  // IPv4 and ICMP
            let fits = try await lab.inside(
                source, "ping -q -c 1 -W 2 -M do -s \(1442 - header) \(target.address)")
            #expect(fits.status == 0, "\(fits.output)\(fits.errors)")
            let larger = try await lab.inside(
                source, "ping -c 1 -W 2 -M do -s \(1443 - header) \(target.address)")
            #expect(larger.status != 0)
            #expect((larger.output + larger.errors).contains("essage too long"), "refused locally")
        }
    }
}
