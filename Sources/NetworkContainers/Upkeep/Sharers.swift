package import DockerEngine
import HostNetwork
package import HostSetup
import Netlink

/// Containers that share the sandbox of a network container: `docker run --net=container:ID`.
package struct Sharers: Sendable {
    let host: ContainerHost
    let engine: DockerEngine

    package init(host: ContainerHost, engine: DockerEngine) {
        self.host = host
        self.engine = engine
    }

    /// Starts those that the engine could not start because their network container did not run yet, as happens when both start with
    /// the host: the engine does not try again.
    ///
    /// - Returns: the names of those it started.
    package func startFailed(of containers: Set<String>) async throws -> [String] {
        var started: [String] = []
        for container in try await all(of: containers) where container.state == .exited {
            guard let seen = try await engine.findContainer(container.id, within: host.remaining),
                seen.restartPolicy != .no, Self.didMissNetwork(seen)
            else { continue }
            try await engine.startContainer(seen.id, within: host.remaining)
            started.append(seen.name)
        }
        return started
    }

    /// Those that run in the sandbox that their network container had before: their processes keep it alive, without endpoints. Only
    /// a restart takes them to the new one.
    package func leftBehind(in containers: Set<String>) async throws -> [(name: String, networkContainer: String)] {
        var names: [(String, String)] = []
        for container in try await all(of: containers) where container.state == .running {
            guard let own = try await namespace(of: container.id),
                let shared = container.sharedContainer, let current = try await namespace(of: shared), own != current
            else { continue }
            names.append((container.names.first ?? String(container.id.prefix(12)), shared))
        }
        return names
    }

    private func all(of containers: Set<String>) async throws -> [ContainerSummary] {
        guard !containers.isEmpty else { return [] }
        return try await engine.containers(labels: [], within: host.remaining).filter {
            $0.sharedContainer.map(containers.contains) ?? false
        }
    }

    private func namespace(of id: String) async throws -> NetworkNamespace.Identity? {
        guard let pid = try await engine.findContainer(id, within: host.remaining)?.pid else { return nil }
        do {
            return try NetworkNamespace(process: pid).identity
        } catch  where error.code == .noProcess {
            return nil
        }
    }

    /// `cannot join network of a non running container`, in newer engines `cannot join network namespace of …`.
    private static func didMissNetwork(_ container: Container) -> Bool {
        container.startError.contains("cannot join network")
    }
}

extension ContainerSummary {
    /// The id of the container whose sandbox it shares; the engine keeps the id, whatever the user named.
    var sharedContainer: String? {
        networkMode.hasPrefix("container:") ? String(networkMode.dropFirst("container:".count)) : nil
    }
}
