/// Takes back what was done before something failed: step by step, and each is tried whatever became of the one before.
///
/// It has a time of its own: leaving things clean is worth a little more of it, when the caller's is over or the caller has gone.
package struct Undo: Sendable {
    /// For all steps together.
    package let deadline = Deadline(after: .seconds(5))
    private var failures: [any Error] = []

    /// Returns what could not be taken back.
    package static func perform(_ steps: @escaping @Sendable (inout Undo) async -> Void) async -> [any Error] {
        // A task of its own is not cancelled with the caller's.
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
