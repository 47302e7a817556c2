package import ArgumentParser
import Glibc
package import HostNetwork

/// A command that does something on a host, as opposed to one that only groups others.
package protocol HostCommand: ParsableCommand {
    /// Does it. Results go to `context.console.output`; what it throws is shown by ``CommandError``.
    func run(in context: Context) async throws
}

/// What a command finds around it; a test gives it another.
package struct Context: Sendable {
    /// What only tests change.
    package struct Seams: Sendable {
        /// The network namespace that Open vSwitch works in; `nil` is the process's own.
        package var namespace: NetworkNamespace?
        /// Base URL of the networking API instead of the central point's.
        package var api: String?
        /// Called when a step of making a network container is done; what it throws fails the command there.
        package var afterStep: @Sendable (CreationStep) throws -> Void = { _ in }

        /// Called when this machine's port carries a new endpoint; what it throws fails the command there.
        package var afterCarrying: @Sendable () throws -> Void = {}
        /// Works as with a network service that has no trunks.
        package var ignoresTrunks = false

        package init() {}
    }

    package var environment: [String: String]
    package var console: Console
    /// The path of this program, beside which its other files are looked for.
    package var executable: String
    package var seams = Seams()

    package init(environment: [String: String], console: Console, executable: String) {
        self.environment = environment
        self.console = console
        self.executable = executable
    }

    /// The process's own.
    package static func standard() -> Context {
        var environment: [String: String] = [:]
        var entry = environ
        while let text = entry.pointee {
            let pair = String(cString: text)
            if let equals = pair.firstIndex(of: "=") {
                environment[String(pair[..<equals])] = String(pair[pair.index(after: equals)...])
            }
            entry += 1
        }
        var path = [CChar](repeating: 0, count: Int(PATH_MAX) + 1)
        let length = readlink("/proc/self/exe", &path, Int(PATH_MAX))
        let executable =
            length > 0 ? String(decoding: path.prefix(length).map { UInt8(bitPattern: $0) }, as: UTF8.self) : ""
        return Context(environment: environment, console: .standard(), executable: executable)
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
    ) async -> CommandError.Status {
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
            let failure = CommandError(error)
            context.console.errors("\(root._commandName): \(failure.message)")
            return failure.status
        }
    }

    /// Help and version go to stdout, a misunderstanding to stderr.
    private static func end(
        _ root: any ParsableCommand.Type, _ error: any Error, _ console: Console
    ) -> CommandError.Status {
        let message = root.fullMessage(for: error)
        guard root.exitCode(for: error) == .success else {
            console.errors(message)
            return .usage
        }
        if !message.isEmpty { console.output(message) }
        return .done
    }
}
