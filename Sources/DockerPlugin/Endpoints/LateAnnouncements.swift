import HostAttachment
import HostSetup
import Logging

/// Says addresses again when their containers have started: the engine does not wait for it.
struct LateAnnouncements: Sendable {
    /// When, each after the one before. ovn-controller takes a moment to learn of a network's other ports, and the engine to move an
    /// interface and bring it up; neither tells when it has, and the first packet to a container may follow at once.
    private static let pauses: [Duration] = [40, 40, 40, 40, 40, 40, 60, 100, 200, 200].map { .milliseconds($0) }
    /// So many may be due. Of more the oldest are left unsaid, whose neighbours learn by asking.
    private static let capacity = 1024

    private let due: AsyncStream<String>
    private let continuation: AsyncStream<String>.Continuation

    init() { (due, continuation) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(Self.capacity)) }

    func repeatLater(_ portID: String) { continuation.yield(portID) }

    /// Says what is due, until it is cancelled.
    func run(on hosts: @escaping DockerPlugin.Hosts, logger: Logger) async throws {
        await withDiscardingTaskGroup { group in
            for await portID in due { group.addTask { await say(portID, on: hosts, logger) } }
        }
        try Task.checkCancellation()
    }

    private func say(_ portID: String, on hosts: DockerPlugin.Hosts, _ logger: Logger) async {
        for pause in Self.pauses {
            // Cancelled: that is how it ends.
            do { try await Task.sleep(for: pause) } catch { return }
            do {
                let host = try await hosts(.seconds(5))
                // A container that has ended by then has nothing to say.
                guard let attachment = host.attachment.attachment(portID: portID) else { return }
                try await host.attachment.announceInside(attachment)
            } catch {
                logger.debug(
                    "addresses not announced again",
                    metadata: ["port": "\(portID)", "cause": "\(HostError(error).message)"])
            }
        }
    }
}

extension DockerPlugin {
    /// Repeats the announcements of containers that have started, until it is cancelled.
    package func repeatAnnouncements() async throws { try await announcements.run(on: hosts, logger: logger) }
}
