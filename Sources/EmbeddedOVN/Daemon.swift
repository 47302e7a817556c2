import Glibc
import Logging
import ServiceLifecycle

/// A program that is kept running: started again when it ends, with pauses that grow, and ended on graceful shutdown.
///
/// Once it has run, nothing that prevents its next start is final: descriptors, memory and space come back.
package struct Daemon: Service {
    let name: String
    let program: Program
    let logger: Logger
    /// Returns when it may start for the first time; not waited for when we are to stop.
    var isItsTurn: (@Sendable () async -> Void)?
    /// What is made sure before it is started again; what it throws is why it is not, for now.
    var prepareAgain: (@Sendable () async throws(EmbeddedOVNError) -> Void)?
    /// The pause before the next start: the first, and the longest.
    var backoff: ClosedRange<Duration> = .milliseconds(100)...(.seconds(5))
    /// Who runs this long is well: the next pause is short again.
    var healthy: Duration = .seconds(10)
    /// One that was never well is given up after so many starts.
    var attempts = 5
    /// How long it may take to end on SIGTERM before it is killed.
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
        /// Why it could not be started the last time; said once.
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
                        "daemon cannot be started again, and is tried again and again",
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
                        "\(name) does not stay up: \(exit), \(failures) times in a row; it said why above")
                }
            }
            await wait(pause)
            pause = min(pause * 2, backoff.upperBound)
        }
    }

    private func wait(_ pause: Duration) async {
        // Ends early, which is all right, when we are to stop.
        try? await cancelWhenGracefulShutdown { try await Task.sleep(for: pause) }
    }

    /// Waits for the end; brings it about when we are to stop: SIGTERM, and SIGKILL after the grace. A cancelled task gives no grace.
    private func watch(_ child: ChildProcess) async -> ChildProcess.Exit {
        await withTaskGroup(of: ChildProcess.Exit?.self) { group in
            group.addTask { await child.exit() }
            group.addTask {
                // Throws when cancelled, which means the same here.
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
                    // Cancelled when the child has ended; then nobody looks at this.
                    try? await Task.sleep(for: grace)
                    return nil
                }
            }
            return await child.exit()
        }
    }
}
