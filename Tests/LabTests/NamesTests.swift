import Testing

extension LabTests {
    @Suite struct NamesTests {
        @Test func `network containers on two hosts find each other by name`() async throws {
            try await Lab.with("names", hosts: 2) { lab in
                try await lab.joinHosts()
                try await lab.on("host1", "ovn-container net-create ls0 192.168.1.0/24")
                let web = try await lab.attach("web", network: "ls0", on: "host1")
                let db = try await lab.attach("DB", network: "ls0", on: "host2")

                // Both families are asked for at once, and there is no IPv6 address.
                #expect(try await lab.addresses(of: "db", from: web) == [db.address])
                #expect(try await lab.addresses(of: "web", from: db) == [web.address])
                #expect(try await lab.addresses(of: "web", from: web) == [web.address])
                #expect(try await lab.addresses(of: "db.openstacklocal", from: web) == [db.address])
                let pointer = try await lab.resolving(web, "getent hosts \(db.address)")
                #expect(pointer.output.contains("db.openstacklocal"), "\(pointer)")
                let missing = try await lab.resolving(web, "timeout 3 getent ahosts nobody")
                #expect(missing.status == 2, "\(missing)")

                // What is no query is passed over.
                _ = try await lab.inside(
                    web,
                    "bash -c 'for n in 1 11 12 13 16 300; do head -c $n /dev/urandom >/dev/udp/127.0.0.53/53; done'")
                // A container that comes back has its names at once, and one that goes is forgotten.
                try await lab.on("host1", "docker restart -t 1 \(web.id)")
                let again = try await lab.restarted(web)
                #expect(try await lab.addresses(of: "db", from: again) == [db.address])
                try await lab.on("host2", "docker rm -f \(db.id); ovn-container endpoint-delete DB")
                #expect(try await lab.addresses(of: "db", from: again) == [])
            }
        }

        @Test func `names are found on a network of IPv6 alone, and on two networks`() async throws {
            try await Lab.with("names6", hosts: 2) { lab in
                try await lab.joinHosts()
                try await lab.on("host1", "ovn-container net-create six fd00:6::/64")
                try await lab.on("host1", "ovn-container net-create four 192.168.4.0/24")
                try await lab.on("host1", "ovn-container endpoint-create six web6")
                try await lab.on("host1", "ovn-container endpoint-create four web4")
                let both = try await lab.container("--network=web6 --network=web4", on: "host1")
                try await lab.on("host2", "ovn-container endpoint-create six db6")
                let six = try await lab.container("--network=db6", on: "host2")
                try await lab.on("host2", "ovn-container endpoint-create four db4")
                let four = try await lab.container("--network=db4", on: "host2")

                #expect(try await lab.addresses(of: "db6", from: both).first?.hasPrefix("fd00:6:") == true)
                #expect(try await lab.addresses(of: "db4", from: both).first?.hasPrefix("192.168.4.") == true)
                #expect(try await lab.addresses(of: "web6", from: six).first?.hasPrefix("fd00:6:") == true)
                #expect(try await lab.addresses(of: "web4", from: four).first?.hasPrefix("192.168.4.") == true)
                // Networks do not know each other's names.
                #expect(try await lab.addresses(of: "web4", from: six) == [])
            }
        }

        @Test func `a subnet's own name servers are used as they are`() async throws {
            try await Lab.with("names53", hosts: 1) { lab in
                try await lab.joinHosts()
                try await lab.on("host1", "ovn-container net-create ls0 192.168.1.0/24 --dns 192.168.1.53")
                let container = try await lab.attach("web", network: "ls0", on: "host1")
                let file = try await lab.on(
                    "host1", "cat $(docker inspect -f '{{.ResolvConfPath}}' \(container.id))")
                #expect(file.output.contains("nameserver 192.168.1.53\n"))
                #expect(!file.output.contains("127.0.0.53"))
            }
        }
    }
}

extension Lab {
    /// Makes a network container out of endpoints that exist.
    fileprivate func container(_ options: String, on host: String) async throws -> NetworkContainer {
        let id = try await on(host, "ovn-container container-create \(options)").word
        let pid = try await on(host, "docker inspect -f '{{.State.Pid}}' \(id)").word
        return NetworkContainer(host: host, endpoint: "", id: id, processID: pid, address: "")
    }

    /// The same container with the process it has now, once its interface is there.
    fileprivate func restarted(_ container: NetworkContainer) async throws -> NetworkContainer {
        let pid = try await on(
            container.host,
            """
            timeout 20 bash -c 'until pid=$(docker inspect -f "{{.State.Pid}}" \(container.id)) &&
            nsenter -t $pid -n ip addr show eth0 | grep -q "inet "; do sleep 0.2; done >/dev/null 2>&1; echo $pid'
            """
        ).word
        return NetworkContainer(
            host: container.host, endpoint: container.endpoint, id: container.id, processID: pid,
            address: container.address)
    }

    /// Runs a program of the host in a container's network, with the container's `resolv.conf`.
    fileprivate func resolving(_ container: NetworkContainer, _ command: String) async throws -> Outcome {
        try await attempt(
            container.host,
            """
            nsenter -t \(container.processID) -n unshare -m bash -c '
            mount --bind '$(docker inspect -f '{{.ResolvConfPath}}' \(container.id))' /etc/resolv.conf && \(command)'
            """)
    }

    /// The addresses of both versions that the C library finds for a name, each once.
    fileprivate func addresses(of name: String, from container: NetworkContainer) async throws -> [String] {
        let outcome = try await resolving(container, "timeout 3 getent ahosts \(name)")
        // 2: no such name. 124 would be one that is waited for.
        guard outcome.status == 0 || outcome.status == 2 else {
            throw CommandFailed(command: "getent ahosts \(name)", outcome: outcome)
        }
        var addresses: [String] = []
        for line in outcome.output.split(separator: "\n") {
            if let address = line.split(separator: " ").first.map(String.init), !addresses.contains(address) {
                addresses.append(address)
            }
        }
        return addresses
    }
}
