import Testing

/// A central that is secure, and hosts that join it with a token.
extension Lab {
    static let authorities = "/var/lib/ovn/tls/authorities.pem"
    static let hostCredentials = "/var/lib/ovn-containers/tls"

    /// Starts a secure central, which must not be running, and waits until it is ready.
    func startSecureCentral(_ options: String = "") async throws {
        try await on(
            "central",
            """
            setsid ovn-ipam up \(options) >>/var/log/ovn-ipam.log 2>&1 </dev/null &
            timeout 60 bash -c 'until curl -sf -o /dev/null --cacert \(Self.authorities) https://127.0.0.1:9696/readyz; do sleep 0.1; done'
            """)
    }

    /// What `ovn-ipam invite` prints: the command for a host.
    func invite(_ options: String = "") async throws -> String {
        try await on("central", "ovn-ipam invite --central \(Self.centralAddress) \(options)").word
    }

    /// Invites all hosts, and lets each join.
    func joinSecurely() async throws {
        let command = try await invite("--uses \(hosts.count)")
        try await onEachHost(command, seconds: 90)
    }

    /// A request to the API with a host's certificate: the answer's body, then a space and its status.
    func ask(_ path: String, as host: String, _ more: String = "") async throws -> String {
        let folder = Self.hostCredentials
        return try await attempt(
            host,
            "curl -s --cacert \(folder)/authorities.pem --cert \(folder)/certificate.pem --key \(folder)/key.pem "
                + "-w ' %{http_code}' \(more) 'https://\(Self.centralAddress):9696\(path)'"
        ).word
    }
}
