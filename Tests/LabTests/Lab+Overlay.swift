extension Lab {
    static let centralAddress = "10.77.0.10"

    /// What the walk-through does before the first network: the central point, unless something else starts it, and each host
    /// joined to it.
    func joinHosts(startingCentral: Bool = true) async throws {
        if startingCentral { try await startCentral() }
        try await onEachHost(
            """
            set -e
            ovn-integrate create-integration-bridge
            ovn-integrate set-ipam \(Self.centralAddress)
            ovn-integrate set-tep "$(ip -4 -o addr | sed -n 's|.* inet \\(10[.]77[.]0[.][0-9]*\\)/.*|\\1|p')"
            ovn-controller --pidfile --detach -vconsole:off --log-file
            ovn-container init --bridge br-int --overlay-mode
            """)
    }

    /// Starts the central point, which must not be running, and waits until it is ready.
    func startCentral() async throws {
        try await on(
            "central", "setsid ovn-ipam up --open >>/var/log/ovn-ipam.log 2>&1 </dev/null & \(Self.untilReady(9696))")
    }

    /// A shell command that ends when the API on this port of this node answers that it is ready.
    static func untilReady(_ port: Int) -> String {
        "timeout 60 bash -c 'until curl -sf -o /dev/null http://127.0.0.1:\(port)/readyz; do sleep 0.1; done'"
    }

    /// Makes an endpoint and a network container attached to it.
    func attach(_ endpoint: String, network: String, on host: String) async throws -> NetworkContainer {
        try await on(host, "ovn-container endpoint-create \(network) \(endpoint)")
        let id = try await on(host, "ovn-container container-create --network=\(endpoint)").word
        let pid = try await on(host, "docker inspect -f '{{.State.Pid}}' \(id)").word
        let address = try await on(
            host, "nsenter -t \(pid) -n ip -4 -o addr show eth0 | sed 's|.* inet \\([0-9.]*\\)/.*|\\1|'"
        ).word
        return NetworkContainer(host: host, endpoint: endpoint, id: id, processID: pid, address: address)
    }

    /// Runs a program of the host in a network container's namespace.
    func inside(_ container: NetworkContainer, _ command: String, seconds: Int = 60) async throws -> Outcome {
        try await attempt(container.host, "nsenter -t \(container.processID) -n \(command)", seconds: seconds)
    }
}

/// A network container with one endpoint, where it runs and what it was given.
struct NetworkContainer: Sendable {
    let host: String
    let endpoint: String
    let id: String
    /// Of its PID 1, as its host counts.
    let processID: String
    let address: String
}
