import Glibc
import Logging
import ServiceLifecycle

/// A program that is kept running: started again when it ends, with pauses that grow, and ended on graceful shutdown.
package struct Daemon: Service {
    let name: String
    let program: Program
    let logger: Logger
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
        while !Task.isShuttingDownGracefully && !Task.isCancelled {
            let start = ContinuousClock.now
            let child = try await ChildProcess.start(program)
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
            // Ends early, which is all right, when we are to stop.
            try? await cancelWhenGracefulShutdown { [pause] in try await Task.sleep(for: pause) }
            pause = min(pause * 2, backoff.upperBound)
        }
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
