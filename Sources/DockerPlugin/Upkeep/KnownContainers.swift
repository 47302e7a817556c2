import DockerEngine

/// What containers were like when the engine last told: while it starts one it tells nothing of it.
actor KnownContainers {
    /// Of more than these names come when they run.
    private static let limit = 4_096

    private var known: [String: Container] = [:]

    func note(_ container: Container) {
        guard known[container.id] != nil || known.count < Self.limit else { return }
        known[container.id] = container
    }

    func forget(_ id: String) { known[id] = nil }

    func find(_ id: String) -> Container? { known[id] }

    /// Whether it is worth while to look at it.
    func lacks(_ id: String) -> Bool { known[id] == nil && known.count < Self.limit }
}
