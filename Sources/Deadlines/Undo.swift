/// Rolls back what was done before a failure: step by step, each tried even if the one before failed.
///
/// It has a deadline of its own, so that it also runs after the caller's has passed or the caller was cancelled.
package struct Undo: Sendable {
    /// For all steps together.
    package let deadline = Deadline(after: .seconds(5))
    private var failures: [any Error] = []

    /// Returns the errors of steps that failed.
    package static func perform(_ steps: @escaping @Sendable (inout Undo) async -> Void) async -> [any Error] {
        // An unstructured task is not cancelled with the caller's.
        await Task {
            var undo = Undo()
            await steps(&undo)
            return undo.failures
        }.value
    }

    package mutating func attempt(_ step: () async throws -> Void) async {
        do { try await step() } catch { failures.append(error) }
    }
}
