import CLinux
import Discretion
import Glibc
import Netlink

/// Runs other programs.
package enum Tool {
    /// What a program said: stdout and stderr as they came.
    struct Outcome: Sendable {
        let output: [UInt8]
        /// Why it failed, nil for success.
        let failure: String?
    }

    /// Where a program is, looked for where system programs are; nil where it is nowhere.
    static func path(of name: String) -> String? {
        let folders = name.contains("/") ? [""] : ["/usr/sbin/", "/usr/bin/", "/sbin/", "/bin/"]
        return folders.map { $0 + name }.first { access($0, X_OK) == 0 }
    }

    /// Runs a program, looked for where system programs are, and waits at most five seconds for its end.
    ///
    /// - Returns: why it failed, nil for success. It inherits only the harmless part of the environment.
    @Sendable package static func run(_ words: [String]) -> String? {
        let output = open("/dev/null", O_WRONLY | O_CLOEXEC)
        guard output >= 0 else { return "there is no /dev/null" }
        defer { close(output) }
        return run(words, input: -1, output: output)
    }

    /// The same with time of its own. Returns what it printed, on stdout and stderr, and why it failed, nil for success.
    @Sendable package static func report(
        _ words: [String], within limit: Duration
    ) -> (output: String, failure: String?) {
        let outcome = run(words, input: [], within: limit)
        return (String(decoding: outcome.output, as: UTF8.self), outcome.failure)
    }

    /// The same with `input` as its stdin. Returns what it printed, at most a mebibyte.
    static func run(_ words: [String], input: [UInt8], within limit: Duration = usualLimit) -> Outcome {
        let (source, target) = (clinux_memory_file("input"), clinux_memory_file("output"))
        defer { for file in [source, target] where file >= 0 { close(file) } }
        guard source >= 0, target >= 0 else { return Outcome(output: [], failure: "there is no memory for its input") }
        var rest = input[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { write(source, $0.baseAddress, $0.count) }
            guard count > 0 else { return Outcome(output: [], failure: "there is no memory for its input") }
            rest = rest.dropFirst(count)
        }
        lseek(source, 0, SEEK_SET)
        let failure = run(words, input: source, output: target, within: limit)
        var output = [UInt8](repeating: 0, count: Self.longest)
        let length = pread(target, &output, output.count, 0)
        return Outcome(output: Array(output.prefix(max(0, length))), failure: failure)
    }

    private static let longest = 1 << 20

    private static let usualLimit = Duration.seconds(5)

    private static func run(
        _ words: [String], input: CInt, output: CInt, within limit: Duration = usualLimit
    ) -> String? {
        guard let path = path(of: words[0]) else { return "there is no program \(words[0])" }
        var arguments = words.map { strdup($0) } + [nil]
        defer { for argument in arguments { free(argument) } }
        var environment = ChildEnvironment.items().map { strdup($0) } + [nil]
        defer { for variable in environment { free(variable) } }
        let process = clinux_spawn(path, &arguments, &environment, input, output, 0)
        guard process > 0 else { return "\(path) cannot be run: error \(-process)" }
        return wait(for: process, path, within: limit)
    }

    private static func wait(for process: CInt, _ path: String, within limit: Duration) -> String? {
        let descriptor = clinux_pidfd_open(process)
        guard descriptor >= 0 else { return "\(path) cannot be watched: error \(-descriptor)" }
        defer { close(descriptor) }
        var poll = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        let isOver = Glibc.poll(&poll, 1, max(.zero, limit).pollTimeout) > 0
        if !isOver { kill(process, SIGKILL) }
        var status: CInt = 0
        while waitpid(process, &status, 0) < 0, errno == EINTR {}
        guard isOver else {
            return "\(path) did not end within \(max(0, limit.components.seconds)) s"
        }
        return status == 0 ? nil : "\(path) failed with \(status & 0x7f == 0 ? status >> 8 & 0xff : status & 0x7f)"
    }
}
