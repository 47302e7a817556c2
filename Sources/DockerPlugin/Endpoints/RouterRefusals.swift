import HostAttachment
import HostEndpoints
import Logging

/// Lets no router of IPv6 tell containers anything, as soon as the engine has moved their interfaces in: it makes the sandbox after Join,
/// and neither waits for us nor tells when it has. Settings of an interface do not outlast a move, and are not writable from inside.
struct RouterRefusals: Sendable {
    /// Between two looks whether the interface is there.
    private static let pauses: [(pause: Duration, count: Int)] = [
        (.milliseconds(10), 100), (.milliseconds(100), 90), (.seconds(1), 20),
    ]
    /// So many may be due. Of more the oldest wait for ``AdvertisementUpkeep``.
    private static let capacity = 1024

    private let due: AsyncStream<String>
    private let continuation: AsyncStream<String>.Continuation

    init() { (due, continuation) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(Self.capacity)) }

    func refuseLater(_ portID: String) { continuation.yield(portID) }

    /// Does what is due, until it is cancelled.
    func run(on hosts: @escaping DockerPlugin.Hosts, logger: Logger) async throws {
        await withDiscardingTaskGroup { group in
            for await portID in due { group.addTask { await refuse(portID, on: hosts, logger) } }
        }
        try Task.checkCancellation()
    }

    private func refuse(_ portID: String, on hosts: DockerPlugin.Hosts, _ logger: Logger) async {
        var cause = ""
        do {
            let host = try await hosts(.seconds(5))
            for (pause, count) in Self.pauses {
                for _ in 0..<count {
                    try await Task.sleep(for: pause)
                    // A container that has ended by then hears nobody.
                    guard let attachment = host.attachment.attachment(portID: portID) else { return }
                    do { return try await host.attachment.refuseRouters(attachment) } catch { cause = error.message }
                }
            }
        } catch is CancellationError {
            return
        } catch {
            cause = HostError(error).message
        }
        logger.warning("router advertisements not refused", metadata: ["port": "\(portID)", "cause": "\(cause)"])
    }
}

extension DockerPlugin {
    /// Refuses routers on behalf of containers that have started, until it is cancelled.
    package func refuseRouters() async throws { try await refusals.run(on: hosts, logger: logger) }
}
