import Glibc
import Logging
import ServiceLifecycle

/// A supervised program: restarted when it ends, with growing pauses, and stopped on graceful shutdown.
///
/// Once it has run, a failed start is never final: descriptors, memory and disk space come back.
package struct Daemon: Service {
    let name: String
    let program: Program
    let logger: Logger
    /// Returns when it may start for the first time; not awaited on shutdown.
    var isItsTurn: (@Sendable () async -> Void)?
    /// Runs before each restart; an error postpones the restart.
    var prepareAgain: (@Sendable () async throws(EmbeddedOVNError) -> Void)?
    /// The pause before the next start: the first and the longest.
    var backoff: ClosedRange<Duration> = .milliseconds(100)...(.seconds(5))
    /// Having run this long resets the pause.
    var healthy: Duration = .seconds(10)
    /// Starts after which a daemon that never ran ``healthy`` long is given up.
    var attempts = 5
    /// From SIGTERM to SIGKILL.
    var grace: Duration = .seconds(5)

    init(_ name: String, _ program: Program, logger: Logger) {
        self.name = name
        self.program = program
        self.logger = logger
    }

    package func run() async throws {
        var pause = backoff.lowerBound
        var failures = 0
        var hasRun = false
        /// Why the last start failed; logged once.
        var obstacle: String?
        await cancelWhenGracefulShutdown { await isItsTurn?() }
        while !Task.isShuttingDownGracefully && !Task.isCancelled {
            let start = ContinuousClock.now
            let child: ChildProcess
            do {
                if hasRun { try await prepareAgain?() }
                child = try await ChildProcess.start(program)
            } catch {
                guard hasRun else { throw error }
                if obstacle != error.message {
                    logger.error(
                        "daemon cannot be restarted, retrying",
                        metadata: ["daemon": "\(name)", "cause": "\(error.message)"])
                }
                obstacle = error.message
                await wait(pause)
                pause = min(pause * 2, backoff.upperBound)
                continue
            }
            (hasRun, obstacle) = (true, nil)
            logger.info("daemon started", metadata: ["daemon": "\(name)", "pid": "\(child.pid ?? 0)"])
            let exit = await watch(child)
            if Task.isShuttingDownGracefully || Task.isCancelled {
                logger.info("daemon stopped", metadata: ["daemon": "\(name)", "end": "\(exit)"])
                return
            }
            logger.error("daemon died", metadata: ["daemon": "\(name)", "end": "\(exit)", "pause": "\(pause)"])
            if start.duration(to: .now) >= healthy {
                (pause, failures) = (backoff.lowerBound, -1)
            } else if failures >= 0 {
                failures += 1
                guard failures < attempts else {
                    throw EmbeddedOVNError(
                        "\(name) does not stay up: \(exit), \(failures) times in a row; see its messages above")
                }
            }
            await wait(pause)
            pause = min(pause * 2, backoff.upperBound)
        }
    }

    private func wait(_ pause: Duration) async {
        // Cut short by a shutdown.
        try? await cancelWhenGracefulShutdown { try await Task.sleep(for: pause) }
    }

    /// Waits for the end; on shutdown sends SIGTERM, and SIGKILL after ``grace``, or at once if cancelled.
    private func watch(_ child: ChildProcess) async -> ChildProcess.Exit {
        await withTaskGroup(of: ChildProcess.Exit?.self) { group in
            group.addTask { await child.exit() }
            group.addTask {
                // Cancellation has the same effect.
                try? await gracefulShutdown()
                return nil
            }
            var asked = false
            while let result = await group.next() {
                if let exit = result {
                    group.cancelAll()
                    return exit
                }
                child.signal(asked ? SIGKILL : SIGTERM)
                guard !asked else { continue }
                asked = true
                group.addTask { [grace] in
                    // Cancelled when the child has ended.
                    try? await Task.sleep(for: grace)
                    return nil
                }
            }
            return await child.exit()
        }
    }
}
