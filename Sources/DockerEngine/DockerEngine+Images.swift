import FoundationEssentials
import NIOCore
import NIOHTTP1

/// An image as `GET /images/<reference>/json` describes it.
package struct Image: Sendable, Equatable, Decodable {
    /// `sha256:…`
    package let id: String

    enum CodingKeys: String, CodingKey { case id = "Id" }
}

extension DockerEngine {
    /// The image with this reference, `nil` when the engine does not have it. Nothing is pulled.
    package func findImage(_ reference: String, within timeout: Duration) async throws(DockerError) -> Image? {
        do {
            return try await get("/images/\(path(reference))/json", "inspect image \(reference)", within: timeout)
        } catch let error where error.code == .notFound {
            return nil
        }
    }

    /// Makes an image with one layer out of a tar archive, as `docker import` does; `changes` are Dockerfile
    /// instructions, `ENTRYPOINT ["/pause"]`.
    package func importImage(
        _ archive: [UInt8], repository: String, tag: String, changes: [String], within timeout: Duration
    ) async throws(DockerError) {
        let goal = "import image \(repository):\(tag)"
        let reply = try await send(
            .POST, "/images/create",
            query: [("fromSrc", "-"), ("repo", repository), ("tag", tag)] + changes.map { ("changes", $0) },
            body: ByteBuffer(bytes: archive), contentType: "application/x-tar", goal: goal, within: timeout)
        // The status is sent before the work: a failure comes as a line of the body.
        struct Progress: Decodable { let error: String? }
        for line in reply.body.readableBytesView.split(separator: UInt8(ascii: "\n")) {
            // A line of another shape is progress, not a failure.
            if let failure = (try? JSONDecoder().decode(Progress.self, from: Data(line)))?.error {
                throw DockerError(.refused, "docker could not \(goal): \(failure)")
            }
        }
    }

    /// Removes an image's reference, and the image with its last one. Absent is success.
    package func removeImage(_ reference: String, within timeout: Duration) async throws(DockerError) {
        do {
            try await send(.DELETE, "/images/\(path(reference))", goal: "remove image \(reference)", within: timeout)
        } catch let error where error.code == .notFound {
            return
        }
    }

    /// A reference's slashes are part of the request's path.
    private func path(_ reference: String) -> String {
        reference.split(separator: "/", omittingEmptySubsequences: false).map { percentEncoded(String($0)) }
            .joined(separator: "/")
    }
}
