import Commands
import Synchronization

/// What a command said, and the context in which it says it.
final class ConsoleRecord: Sendable {
    private let lines = Mutex<(output: [String], errors: [String])>(([], []))

    var output: [String] { lines.withLock { $0.output } }
    var errors: [String] { lines.withLock { $0.errors } }

    func console(width: Int? = nil) -> Console {
        Console(
            output: { line in self.lines.withLock { $0.output.append(line) } },
            errors: { line in self.lines.withLock { $0.errors.append(line) } },
            width: width)
    }

    func context(_ environment: [String: String] = [:]) -> Context {
        Context(environment: environment, console: console(), executable: "/nowhere/bin/ovn-container")
    }
}
