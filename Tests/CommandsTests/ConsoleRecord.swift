import HostNetwork
import HostSetup
import Synchronization

@testable import Commands

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

    /// What is filtered is filtered in a network namespace that goes with the context.
    func context(_ environment: [String: String] = [:]) -> Context {
        var context = Context(
            environment: environment, console: console(), executable: "/nowhere/bin/ovn-container")
        // Without root there is none, and then no filter either.
        context.hooks.filteredNamespace = try? NetworkNamespace.make()
        if context.hooks.filteredNamespace == nil { context.hooks.nft = "/nowhere/nft" }
        return context
    }
}
