import Foundation
import Testing

/// What the tests of the Docker plugin say to engines, and what they look at.
extension Lab {
    /// No command of Docker's may take longer, whatever has just been killed.
    static let patience = Duration.seconds(10)

    /// Runs a `docker` command that must succeed, and in time.
    @discardableResult
    func docker(_ host: String, _ arguments: String, within limit: Duration = patience) async throws -> String {
        let (outcome, took) = try await timed(host, "docker \(arguments)")
        guard outcome.status == 0 else {
            throw CommandFailed(command: "\(host): docker \(arguments)", outcome: outcome)
        }
        #expect(took < limit, "\(host): docker \(arguments) took \(took)")
        return outcome.word
    }

    /// Runs a shell command and says how long it took.
    func timed(_ node: String, _ command: String, seconds: Int = 120) async throws -> (Outcome, Duration) {
        let begun = ContinuousClock.now
        let outcome = try await attempt(node, command, seconds: seconds)
        return (outcome, ContinuousClock.now - begun)
    }

    /// For a network in which tests choose addresses of the lower half: what is given to the others is at random in the upper one.
    static let upperHalf = "--ip-range 10.1.128.0/17"

    /// The network that most tests use, made on these hosts as its users make it.
    func createNetwork(
        _ name: String, subnet: String = "10.1.0.0/16", options: String = "", on hosts: [String]? = nil
    ) async throws {
        for host in hosts ?? self.hosts {
            try await docker(
                host, "network create -d ovn --ipam-driver ovn --subnet \(subnet) -o net=\(name) \(options) \(name)")
        }
    }

    /// Starts a container that sleeps, and returns what it was given on that network. `endpoint` are options of its
    /// endpoint, `,driver-opt=…`.
    @discardableResult
    func start(
        _ name: String, on host: String, network: String, endpoint: String = "", options: String = "",
        command: String = "sleep 100000"
    ) async throws -> Member {
        try await docker(
            host,
            "run -d --stop-signal KILL --name \(name) --network name=\(network)\(endpoint) \(options) busybox \(command)"
        )
        return try await member(name, on: host, network: network)
    }

    /// A running container's place in a network, as its engine tells it.
    func member(_ name: String, on host: String, network: String) async throws -> Member {
        let format =
            "{{with index .NetworkSettings.Networks \\\"\(network)\\\"}}"
            + "{{.IPAddress}} {{.GlobalIPv6Address}} {{.MacAddress}} {{.EndpointID}}{{end}}"
        let words = try await docker(host, "inspect -f \"\(format)\" \(name)").split(
            separator: " ", omittingEmptySubsequences: false
        ).map(String.init)
        try #require(words.count == 4, "\(name) on \(host) is not in \(network)")
        return Member(host: host, name: name, address: words[0], address6: words[1], mac: words[2], endpoint: words[3])
    }

    /// Whether an address answers a container's ping within so many seconds, asked once a second.
    func answers(_ address: String, to member: Member, seconds: Int = 3) async throws -> Bool {
        let ping = "ping -c 1 -W 1 \(address)"
        return try await attempt(
            member.host,
            "docker exec \(member.name) sh -c 'for i in $(seq \(seconds)); do \(ping) && exit 0; done; exit 1'"
        ).status == 0
    }

    /// Repeats a question until its answer is the one that is waited for.
    ///
    /// - Returns: the last answer.
    func eventually<Answer: Sendable>(
        within limit: Duration = .seconds(30), _ ask: () async throws -> Answer, until isRight: (Answer) -> Bool
    ) async throws -> Answer {
        let deadline = ContinuousClock.now + limit
        while true {
            let answer = try await ask()
            if isRight(answer) || ContinuousClock.now > deadline { return answer }
            // Between two looks at a condition that nobody reports.
            try await Task.sleep(for: .milliseconds(200))
        }
    }

    /// What the API answers to a list, as `jq` would see it.
    func list<Resource: Decodable>(_ plural: String, _ query: String = "", as: Resource.Type) async throws -> [Resource]
    {
        let answer = try await on(
            "central",
            "curl -sf --retry 10 --retry-all-errors --retry-delay 1 'http://127.0.0.1:9696/v2.0/\(plural)?\(query)'")
        return try JSONDecoder().decode([String: [Resource]].self, from: Data(answer.output.utf8))[plural] ?? []
    }

    /// The ports that the plugin made.
    func dockerPorts() async throws -> [Port] {
        try await list("ports", "device_owner=compute:docker", as: Port.self)
    }
}

/// A container's place in a network.
struct Member: Sendable {
    let host: String
    let name: String
    let address: String
    let address6: String
    let mac: String
    /// Docker's id of the endpoint.
    let endpoint: String
}

/// Of a port of the API, what the tests look at.
struct Port: Decodable, Sendable {
    struct Address: Decodable, Sendable, Hashable {
        let address: String
        enum CodingKeys: String, CodingKey { case address = "ip_address" }
    }
    let id: String
    let name: String
    let network: String
    let host: String
    let device: String
    let mac: String
    let status: String
    let addresses: [Address]

    enum CodingKeys: String, CodingKey {
        case id, name, status
        case network = "network_id"
        case host = "binding:host_id"
        case device = "device_id"
        case mac = "mac_address"
        case addresses = "fixed_ips"
    }
}

/// Of a network of the API, what the tests look at.
struct LogicalNetwork: Decodable, Sendable {
    let id: String
    let name: String
    let tags: [String]
    let mtu: Int?
}
