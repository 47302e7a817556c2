import FoundationEssentials
import NIOCore
import NIOHTTP1

extension DockerEngine {
    /// Makes a container under a name. The name is the lock: of two callers, one gets `conflict`.
    /// - Returns: the new container's id; it is not started.
    package func createContainer(
        _ spec: ContainerSpec, name: String, within timeout: Duration
    ) async throws(DockerError) -> String {
        struct Created: Decodable {
            let id: String
            enum CodingKeys: String, CodingKey { case id = "Id" }
        }
        let goal = "create container \(name)"
        let reply = try await send(
            .POST, "/containers/create", query: [("name", name)], body: try encode(ContainerCreateBody(spec), goal),
            goal: goal, within: timeout)
        let created: Created = try decode(reply, goal)
        return created.id
    }

    /// Starts a container; one that runs already is left as it is.
    package func startContainer(_ id: String, within timeout: Duration) async throws(DockerError) {
        try await send(.POST, "/containers/\(percentEncoded(id))/start", goal: "start container \(id)", within: timeout)
    }

    /// The container with this id, unambiguous beginning of an id, or name; `nil` when there is none.
    package func findContainer(_ reference: String, within timeout: Duration) async throws(DockerError) -> Container? {
        do {
            return try await get(
                "/containers/\(percentEncoded(reference))/json", "inspect container \(reference)", within: timeout)
        } catch let error where error.code == .notFound {
            return nil
        }
    }

    /// Containers with all of these labels (`key` or `key=value`), those that do not run included.
    package func containers(
        labels: [String], within timeout: Duration
    ) async throws(DockerError) -> [ContainerSummary] {
        let goal = "list containers"
        let filters = try encode(["label": labels], goal)
        return try await get(
            "/containers/json", query: [("all", "true"), ("filters", String(buffer: filters))], goal, within: timeout)
    }

    /// Stops a container: SIGTERM, then SIGKILL after `grace`. Absent or stopped already is success.
    package func stopContainer(
        _ id: String, grace: Duration = .seconds(2), within timeout: Duration
    ) async throws(DockerError) {
        do {
            try await send(
                .POST, "/containers/\(percentEncoded(id))/stop", query: [("t", String(grace.components.seconds))],
                goal: "stop container \(id)", within: timeout)
        } catch let error where error.code == .notFound {
            return
        }
    }

    /// Removes a container, running or not, with its anonymous volumes. Absent is success. When this returns it is gone, also
    /// where somebody else had begun to remove it.
    package func removeContainer(_ id: String, within timeout: Duration) async throws(DockerError) {
        let deadline = ContinuousClock.now + timeout
        let path = "/containers/\(percentEncoded(id))"
        do {
            try await send(
                .DELETE, path, query: [("force", "true"), ("v", "true")], goal: "remove container \(id)",
                within: timeout)
        } catch let error where error.code == .notFound {
            return
        } catch let error where error.code == .conflict && error.message.contains("already in progress") {
            try await awaitRemoval(path, id, within: deadline - .now)
        }
    }

    private func awaitRemoval(_ path: String, _ id: String, within timeout: Duration) async throws(DockerError) {
        do {
            try await send(
                .POST, path + "/wait", query: [("condition", "removed")], goal: "see container \(id) removed",
                within: timeout)
        } catch let error where error.code == .notFound {
            return
        }
    }
}
