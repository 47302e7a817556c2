import CLinux
import Glibc
import Synchronization

/// One run of a program, from its start to its end.
///
/// A thread starts it, waits for it and lives as long as it does: should we die, even of SIGKILL, the kernel sends the
/// child a SIGTERM.
final class ChildProcess: Sendable {
    /// How a program ended.
    enum Exit: Hashable, Sendable, CustomStringConvertible {
        case status(Int32)
        case signal(Int32)

        var description: String {
            switch self {
            case .status(let status): "exit status \(status)"
            case .signal(let number): "signal \(number)"
            }
        }
    }

    private struct State {
        /// Nil before the start and after the end: a PID that may have been reused is never signalled.
        var pid: pid_t?
        var exit: Exit?
        var waiting: [CheckedContinuation<Exit, Never>] = []
    }

    private let state = Mutex(State())

    private init() {}

    /// Starts a program; returns once it runs, or throws why it cannot. `output` gets its stdout and stderr.
    static func start(_ program: Program, output: Int32 = STDERR_FILENO) async throws(EmbeddedOVNError) -> ChildProcess
    {
        let child = ChildProcess()
        let result = await withCheckedContinuation { (started: CheckedContinuation<Int32, Never>) in
            let error = Thread.start {
                let pid = spawn(program, output)
                if pid > 0 { child.state.withLock { $0.pid = pid } }
                started.resume(returning: pid)
                if pid > 0 { child.watch(pid) }
            }
            if error != 0 { started.resume(returning: -error) }
        }
        guard result > 0 else { throw EmbeddedOVNError("cannot run \(program.path)", -result) }
        return child
    }

    var pid: pid_t? { state.withLock { $0.pid } }

    /// Sends a signal; does nothing once the program has ended.
    func signal(_ number: Int32) {
        state.withLock { state in
            if let pid = state.pid { _ = kill(pid, number) }
        }
    }

    /// Returns when the program has ended. Not cancellable: end the program.
    func exit() async -> Exit {
        await withCheckedContinuation { continuation in
            let exit: Exit? = state.withLock { state in
                if state.exit == nil { state.waiting.append(continuation) }
                return state.exit
            }
            if let exit { continuation.resume(returning: exit) }
        }
    }

    private func watch(_ pid: pid_t) {
        var info = siginfo_t()
        // The process stays a zombie, and its PID its own, until it can no longer be signalled.
        while waitid(P_PID, id_t(pid), &info, WEXITED | WNOWAIT) != 0 && errno == EINTR {}
        let (exit, waiting) = state.withLock { state in
            var status: Int32 = 0
            while waitpid(pid, &status, 0) < 0 && errno == EINTR {}
            let exit = status & 0x7f == 0 ? Exit.status(status >> 8 & 0xff) : Exit.signal(status & 0x7f)
            state.pid = nil
            state.exit = exit
            defer { state.waiting = [] }
            return (exit, state.waiting)
        }
        for continuation in waiting { continuation.resume(returning: exit) }
    }
}

/// The PID, or the negative errno.
private func spawn(_ program: Program, _ output: Int32) -> Int32 {
    withCStrings([program.path] + program.arguments) { arguments in
        withCStrings(program.wholeEnvironment) { environment in
            clinux_spawn(program.path, arguments, environment, -1, output, SIGTERM)
        }
    }
}

private func withCStrings<Result>(
    _ texts: [String], _ body: (UnsafePointer<UnsafeMutablePointer<CChar>?>) -> Result
) -> Result {
    var pointers: [UnsafeMutablePointer<CChar>?] = texts.map { strdup($0) } + [nil]
    defer { for pointer in pointers { free(pointer) } }
    return body(&pointers)
}
