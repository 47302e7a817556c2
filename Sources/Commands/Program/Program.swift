package import ArgumentParser
package import HostSetup

/// A command that does something on a host, as opposed to one that only groups others.
package protocol HostCommand: ParsableCommand {
    /// Does it. Results go to `context.console.output`; what it throws is shown as a ``HostError``.
    func run(in context: Context) async throws
}

/// What a command finds around it; a test gives it another.
package struct Context: Sendable {
    package var environment: [String: String]
    package var console: Console
    /// The path of this program, beside which its other files are looked for.
    package var executable: String
    /// What only tests change.
    package var hooks = TestHooks()

    package init(environment: [String: String], console: Console, executable: String) {
        self.environment = environment
        self.console = console
        self.executable = executable
    }

    /// The process's own.
    package static func standard() -> Context {
        Context(
            environment: HostProcess.environment(), console: .standard(), executable: HostProcess.executable())
    }
}

/// Runs a command line from its words to its exit code.
package enum Program {
    /// Parses and runs.
    ///
    /// Until the words are understood nothing is opened and no thread is started, so that `--help` and `--version` cost
    /// as little as they can.
    package static func run(
        _ root: any ParsableCommand.Type, _ arguments: [String], in context: @autoclosure @Sendable () -> Context
    ) async -> Status {
        // What scripts ask before anything else costs no parser.
        if arguments == ["--version"] {
            context().console.output(root.configuration.version)
            return .done
        }
        let command: any ParsableCommand
        do {
            command = try root.parseAsRoot(arguments)
        } catch {
            return end(root, error, context().console)
        }
        let context = context()
        do {
            if let command = command as? any HostCommand {
                try await command.run(in: context)
            } else {
                var command = command
                try command.run()
            }
            return .done
        } catch let error where root.exitCode(for: error) == .success {
            return end(root, error, context.console)
        } catch let error as ValidationError {
            return end(root, error, context.console)
        } catch {
            let failure = HostError(error)
            context.console.errors("\(root._commandName): \(failure.message)")
            return Status(failure.code)
        }
    }

    /// Help and version go to stdout, a misunderstanding to stderr.
    private static func end(
        _ root: any ParsableCommand.Type, _ error: any Error, _ console: Console
    ) -> Status {
        let message = root.fullMessage(for: error)
        guard root.exitCode(for: error) == .success else {
            console.errors(message)
            return .usage
        }
        if !message.isEmpty { console.output(message) }
        return .done
    }
}
