import Deadlines
import DockerEngine
import HostAttachment
import HostNetwork
import HostSetup
import Logging
import NetworkContainers
import NeutronClient
import OVSDBClient
import TestServers

@testable import Commands

extension RealHost {
    /// Something that did not become so in time.
    struct NotYet: Error, CustomStringConvertible {
        let description: String
    }

    /// Runs `body` while a keeper looks after the host's network containers, by the API at `api` or by the host's own.
    func withKeeper<T: Sendable>(
        pass: Duration = .seconds(3600), question: Duration = .milliseconds(200), api: String? = nil,
        _ body: @escaping @Sendable () async throws -> T
    ) async throws -> T {
        let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let client = NeutronClient(endpoint: api ?? self.api, connectTimeout: .seconds(1), logger: quiet)
        do {
            let remotes: [Remote] = [.unix(path: ovs.database.socket)]
            let result = try await HostDatabase.with(remotes, until: Deadline(after: .seconds(20)), logger: quiet) {
                database in
                let attachment = try HostAttachment(
                    ovs: database.client, links: try HostLinks(in: namespace),
                    controller: OVNController(folder: ovs.folder), logger: quiet)
                var timing = NetworkContainerKeeper.Timing()
                timing.pass = pass
                timing.question = question
                let environment = ["DOCKER_HOST": "unix://\(docker.socket)"]
                let keeper = NetworkContainerKeeper(
                    docker: EngineEndpoint(path: docker.socket), timing: timing, logger: quiet
                ) { limit in
                    ContainerHost(
                        settings: try database.settings(), database: database, api: client, project: "admin",
                        attachment: attachment, environment: environment, executable: "/nowhere/bin/ovn-docker-plugin",
                        deadline: Deadline(after: limit), logger: quiet)
                }
                return try await withThrowingTaskGroup(of: T?.self) { group in
                    group.addTask {
                        await keeper.run()
                        return nil
                    }
                    group.addTask { try await body() }
                    defer { group.cancelAll() }
                    while let result = try await group.next() {
                        if let result { return result }
                    }
                    throw NotYet(description: "the keeper ended")
                }
            }
            await client.shutdown()
            return result
        } catch {
            await client.shutdown()
            throw error
        }
    }

    /// Asks again and again until what is answered is as it should be; answers how long that took.
    @discardableResult
    func eventually(
        _ what: String, within limit: Duration = .seconds(20), _ condition: @Sendable () async throws -> Bool
    ) async throws -> Duration {
        let start = ContinuousClock.now
        while try await !condition() {
            guard ContinuousClock.now - start < limit else { throw NotYet(description: what) }
            // The condition is the loop's: what it asks about tells nobody.
            try await Task.sleep(for: .milliseconds(50))
        }
        return ContinuousClock.now - start
    }

    /// The number of a container's first process, nil while it does not run.
    func process(of container: String) async throws -> String? {
        let text = try await docker("inspect", "--format", "{{.State.Pid}}", container).filter(\.isNumber)
        return text == "0" ? nil : text
    }

    /// The IPv4 addresses of `eth0`, `eth1` … of a container, by name; none while it does not run.
    func addresses(of container: String) async throws -> [String: String] {
        guard let process = try await process(of: container) else { return [:] }
        // It may end at any moment.
        guard let text = try? await run(["nsenter", "-t", process, "-n", "ip", "-o", "-4", "addr"]) else { return [:] }
        var found: [String: String] = [:]
        for line in text.split(separator: "\n") {
            let words = line.split(separator: " ")
            if words.count > 3, words[1].hasPrefix("eth") { found[String(words[1])] = String(words[3]) }
        }
        return found
    }

    /// Makes the image `test/busybox:1`.
    func importBusybox() async throws {
        try await run([
            "sh", "-c",
            "tar -C / -c bin/busybox | env DOCKER_API_VERSION=1.41 docker --host unix://\(docker.socket) import "
                + #"--change 'ENTRYPOINT ["/bin/busybox"]' - test/busybox:1"#,
        ])
    }
}
