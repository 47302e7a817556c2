import HostAttachment
import HostEndpoints
import Logging

/// Says addresses once more when their containers have started: the engine does not wait for it.
struct LateAnnouncements: Sendable {
    /// How long ovn-controller takes to learn of a network's other ports, and the engine to move an interface.
    private static let acquaintance = Duration.milliseconds(200)
    /// So many may be due. Of more the oldest are left unsaid, whose neighbours learn by asking.
    private static let capacity = 1024

    private let due: AsyncStream<(portID: String, time: ContinuousClock.Instant)>
    private let continuation: AsyncStream<(portID: String, time: ContinuousClock.Instant)>.Continuation

    init() { (due, continuation) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(Self.capacity)) }

    func repeatLater(_ portID: String) { continuation.yield((portID, .now + Self.acquaintance)) }

    /// Says what is due, until it is cancelled. A container that has ended by then has nothing to say.
    func run(on hosts: DockerPlugin.Hosts, logger: Logger) async throws {
        for await (portID, time) in due {
            try await Task.sleep(until: time)
            do {
                let host = try await hosts(.seconds(5))
                guard let attachment = host.attachment.attachment(portID: portID) else { continue }
                try await host.attachment.announceInside(attachment)
            } catch {
                logger.debug(
                    "addresses not announced again",
                    metadata: ["port": "\(portID)", "cause": "\(HostError(error).message)"])
            }
        }
        try Task.checkCancellation()
    }
}

extension DockerPlugin {
    /// Repeats the announcements of containers that have started, until it is cancelled.
    package func repeatAnnouncements() async throws { try await announcements.run(on: hosts, logger: logger) }
}
