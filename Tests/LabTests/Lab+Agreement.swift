import Foundation
import Testing

/// How many endpoints of Docker's a host has, by each of those who keep count.
struct Counts: Sendable, Hashable, CustomStringConvertible {
    /// Ports of the API that are bound to the host.
    var ports: Set<String> = []
    /// What the Interface rows name as their ports.
    var rows: Set<String> = []
    var veths: Int = 0
    /// Endpoints of running containers in networks of the plugin's, by Docker's ids. As the networks tell them: a container goes on
    /// showing an endpoint whose `network connect` failed.
    var endpoints: Set<String> = []

    var agree: Bool { ports == rows && rows.count == veths && veths == endpoints.count }

    var description: String {
        "ports \(ports.count), rows \(rows.count), veths \(veths), endpoints of running containers \(endpoints.count)"
            + "; without row \(ports.subtracting(rows).sorted()), without port \(rows.subtracting(ports).sorted())"
    }
}

extension Lab {
    /// Ports of the API, Interface rows, veths and running containers tell one story on every host, before the time is over.
    func expectAgreement(within limit: Duration = .seconds(60), _ when: String = "") async throws {
        let counts = try await eventually(within: limit) {
            try await self.counts()
        } until: {
            $0.values.allSatisfy(\.agree)
        }
        for (host, count) in counts.sorted(by: { $0.key < $1.key }) {
            #expect(count.agree, "\(when) \(host): \(count)")
        }
        let ports = try await dockerPorts()
        let addresses = ports.flatMap { port in port.addresses.map { "\(port.network) \($0.address)" } }
        #expect(Set(addresses).count == addresses.count, "\(when): an address was given twice: \(addresses.sorted())")
    }

    /// Nothing of the plugin's is left: no endpoint on any host, no port.
    func expectNothingLeft(within limit: Duration = .seconds(60)) async throws {
        try await expectAgreement(within: limit)
        let ports = try await dockerPorts()
        #expect(ports.isEmpty, "ports are left: \(ports)")
    }

    func counts() async throws -> [String: Counts] {
        let ports = try await dockerPorts()
        return try await withThrowingTaskGroup(of: (String, Counts).self) { group in
            for host in hosts { group.addTask { (host, try await local(host)) } }
            var all: [String: Counts] = [:]
            for try await (host, counts) in group { all[host] = counts }
            for port in ports { all[port.host, default: Counts()].ports.insert(port.id) }
            return all
        }
    }

    /// Prints lines `row PORT`, `veth NAME` and `endpoint ID`.
    private static let look = """
        ovs-vsctl --timeout=5 --bare --columns=external_ids find Interface 'external_ids:"ovn-containers:docker-endpoint"!=""' |
            sed -n 's/.*iface-id=\\([0-9a-f-]*\\).*/row \\1/p'
        ip -o link show type veth | sed -n 's/^[0-9]*: \\(ovn[^@:]*\\).*/veth \\1/p'
        for network in $(timeout 5 docker network ls -q --no-trunc -f driver=ovn); do
            timeout 5 docker network inspect -f '{{range .Containers}}endpoint {{.EndpointID}}{{"\\n"}}{{end}}' $network
        done
        """

    private func local(_ host: String) async throws -> Counts {
        var counts = Counts()
        for line in try await attempt(host, Self.look).lines {
            let words = line.split(separator: " ").map(String.init)
            guard words.count == 2 else { continue }
            switch words[0] {
            case "row": counts.rows.insert(words[1])
            case "veth": counts.veths += 1
            default: counts.endpoints.insert(words[1])
            }
        }
        return counts
    }
}
