import DockerEngine

/// What containers were like when the engine last told: while it starts one it tells nothing of it.
actor KnownContainers {
    /// Beyond so many all are forgotten: then names come when the container runs.
    private static let limit = 10_000

    private var known: [String: Container] = [:]

    func note(_ container: Container) {
        if known.count >= Self.limit { known = [:] }
        known[container.id] = container
    }

    func forget(_ id: String) { known[id] = nil }

    func find(_ id: String) -> Container? { known[id] }
}
