import Deadlines
package import DockerEngine

/// What the engine is in the middle of.
package enum EngineWork {
    /// What it is asked about a container, it answers at once or not until it is done with it.
    private static let glance = Duration.seconds(1)
    /// So many are asked at a time.
    private static let width = 8

    /// The containers that the engine is starting, stopping or connecting, and that may still get an endpoint in one of these networks.
    ///
    /// While it is at that it keeps a container locked, and says nothing about it. What was out of order before this is answered with
    /// nothing, and still is after, is nobody's work. `networks` are libnetwork's ids.
    package static func containers(
        _ engine: DockerEngine, gettingEndpointsIn networks: Set<String>, within limit: Duration
    ) async throws -> Set<String> {
        let deadline = Deadline(after: limit)
        var names: [String: Set<String>] = [:]
        var ours: Set<String> = []
        for network in try await engine.networks(within: deadline.remaining) where networks.contains(network.id) {
            ours.insert(network.name)
            let endpoints = try await engine.endpoints(ofNetwork: network.id, within: deadline.remaining)
            for container in endpoints.values { names[container, default: []].insert(network.name) }
        }
        let open = try await engine.containers(labels: [], within: deadline.remaining).filter { container in
            // One that does not run yet gets the endpoints that it was made with, and no others.
            guard [.created, .exited, .dead].contains(container.state) else { return true }
            return !ours.intersection(container.networks.keys).isSubset(of: names[container.id] ?? [])
        }
        return try await withThrowingTaskGroup(of: String?.self) { group in
            var locked: Set<String> = []
            for (index, container) in open.enumerated() {
                if index >= width, let id = try await group.next() ?? nil { locked.insert(id) }
                let time = min(deadline.remaining, glance)
                group.addTask { try await isLocked(container.id, engine, within: time) ? container.id : nil }
            }
            for try await case let id? in group { locked.insert(id) }
            return locked
        }
    }

    private static func isLocked(_ id: String, _ engine: DockerEngine, within limit: Duration) async throws -> Bool {
        do {
            _ = try await engine.findContainer(id, within: limit)
            return false
        } catch  where error.code == .timedOut {
            return true
        }
    }
}
