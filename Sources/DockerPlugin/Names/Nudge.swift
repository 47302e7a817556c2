/// Wakes one that waits; any number of nudges before it looks are one.
final class Nudge: Sendable {
    private let stream: AsyncStream<Void>
    private let source: AsyncStream<Void>.Continuation

    init() { (stream, source) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1)) }

    func callAsFunction() { source.yield() }

    /// Runs `body` at once, for each nudge, and when this time has passed without one; until it is cancelled.
    func forEach(atLeastEvery interval: Duration, _ body: () async throws -> Void) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                while true {
                    self()
                    try await Task.sleep(for: interval)
                }
            }
            defer { group.cancelAll() }
            for await _ in stream { try await body() }
            try Task.checkCancellation()
        }
    }
}
