package import NIOCore
package import ServiceLifecycle

/// Runs tasks on an event loop.
///
/// A request that is read, planned, committed and answered on one loop never waits for another thread to wake up: on a busy
/// machine that is most of its time.
package final class LoopExecutor: TaskExecutor {
    private let loop: any EventLoop

    package init(_ loop: any EventLoop) { self.loop = loop }

    package func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        loop.execute { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }
}

/// A service whose tasks run on an event loop unless they say otherwise.
package struct LoopService: Service {
    private let service: any Service
    private let executor: LoopExecutor

    package init(_ service: any Service, on loop: any EventLoop) {
        self.service = service
        executor = LoopExecutor(loop)
    }

    package func run() async throws {
        try await withTaskExecutorPreference(executor) { try await service.run() }
    }
}
