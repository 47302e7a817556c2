import Foundation
import Testing

/// A host's services killed and started again, as power failures and init systems do.
extension Lab {
    static let pluginPID = "/run/ovn-docker-plugin.pid"

    func killDocker(_ host: String) async throws {
        try await on(
            host, "pid=$(cat /run/docker.pid); kill -KILL $pid; while kill -0 $pid 2>/dev/null; do sleep 0.02; done")
    }

    /// Starts Docker and says how long it took until its API answered.
    @discardableResult
    func startDocker(_ host: String) async throws -> Duration {
        let begun = ContinuousClock.now
        try await start("docker", on: host)
        try await on(host, "timeout 110 sh -c 'until docker version >/dev/null 2>&1; do sleep 0.1; done'", seconds: 120)
        return ContinuousClock.now - begun
    }

    /// `ovsdb-server`, `ovs-vswitchd`, `ovn-controller`, `plugin` or `docker`, none of which may be running.
    func start(_ service: String, on host: String) async throws {
        try await tool("start", "--name", name, host, service)
    }

    /// Kills the plugin; whoever holds its socket starts it again.
    func killPlugin(_ host: String) async throws { try await killDaemon(Self.pluginPID, on: host) }

    /// Kills a daemon that somebody starts again whenever it ends, by its pid file. Where it has been killed a moment ago: the next one.
    func killDaemon(_ file: String, on node: String) async throws {
        try await on(
            node, "timeout 20 sh -c 'until kill -KILL $(cat \(file)) 2>/dev/null; do sleep 0.02; done'", seconds: 30)
    }

    /// Takes the plugin and its socket away.
    func stopPlugin(_ host: String) async throws {
        try await on(
            host,
            "kill $(cat /run/ovn-docker-plugin.holder.pid); while [ -e /run/docker/plugins/ovn.sock ]; do sleep 0.02; done"
        )
    }

    /// Calls the plugin as Docker would and says what it answered: the status and the body.
    func ask(_ host: String, _ method: String, _ body: String = "") async throws -> (status: String, body: String) {
        let data = body.isEmpty ? "" : "-H 'Content-Type:' -d '\(body)'"
        let answer = try await on(
            host,
            "curl -s -m 20 -X POST --unix-socket /run/docker/plugins/ovn.sock -w '\\n%{http_code}' \(data) http://plugin/\(method)"
        )
        let lines = answer.output.split(separator: "\n").map(String.init)
        return (lines.last ?? "", lines.dropLast().joined(separator: "\n"))
    }

    /// Runs `body` with the recorder between Docker and the plugin, which it kills in the middle of a method once it is armed. Docker
    /// must not have called the plugin before: it keeps its connections.
    func killingPlugin(at method: String, on host: String, _ body: () async throws -> Void) async throws {
        try await withRecorder(killing: Self.pluginPID, at: method, on: host) {
            try await body()
            let recorded = try await on(host, "cat /run/recorded").output
            #expect(recorded.contains("\"status\": 0"), "the plugin was not killed at \(method): \(recorded)")
        }
    }

    /// Docker, which must not be running, is started, killed in the middle of a method that `command` brings about, and started again.
    func killingDocker(at method: String, on host: String, _ command: String) async throws {
        try await withRecorder(killing: "/run/docker.pid", at: method, on: host) {
            try await startDocker(host)
            try await armRecorder(on: host)
            _ = try await timed(host, command)
            try await on(
                host, "timeout 10 sh -c 'while kill -0 $(cat /run/docker.pid) 2>/dev/null; do sleep 0.02; done'")
            try await startDocker(host)
        }
    }

    /// From now on the recorder kills.
    func armRecorder(on host: String) async throws { try await on(host, "kill -USR1 $(cat /run/recorder.pid)") }

    private func withRecorder(
        killing file: String, at method: String, on host: String, _ body: () async throws -> Void
    ) async throws {
        let recorder = Lab.project.path + "/Tests/recorder/recorder"
        try await on(
            host,
            """
            rm -f /run/recorded
            setsid \(recorder) /run/docker/plugins/ovn.sock /run/recorded --kill \(method) --process \(file) \
                >/var/log/recorder.log 2>&1 </dev/null &
            echo $! >/run/recorder.pid
            timeout 10 sh -c 'until [ -S /run/docker/plugins/ovn.sock.recorded ] && [ -S /run/docker/plugins/ovn.sock ]; do sleep 0.02; done'
            """)
        do {
            try await body()
            try await stopRecorder(on: host)
        } catch {
            try await stopRecorder(on: host)
            throw error
        }
    }

    private func stopRecorder(on host: String) async throws {
        try await on(
            host,
            """
            kill $(cat /run/recorder.pid)
            timeout 10 sh -c 'while [ -e /run/docker/plugins/ovn.sock.recorded ]; do sleep 0.02; done'
            """)
    }

    /// Cuts a host off from the central point: packets vanish, nobody answers.
    func blackhole(_ host: String) async throws {
        try await on(
            host,
            "iptables -w -I OUTPUT -d \(Self.centralAddress) -j DROP; iptables -w -I INPUT -s \(Self.centralAddress) -j DROP"
        )
    }

    func restoreCentral(_ host: String) async throws {
        try await on(
            host,
            "iptables -w -D OUTPUT -d \(Self.centralAddress) -j DROP; iptables -w -D INPUT -s \(Self.centralAddress) -j DROP"
        )
    }
}
