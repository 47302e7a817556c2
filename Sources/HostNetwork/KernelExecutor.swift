import Dispatch

/// Where calls run that wait in the kernel, away from the threads that everything else shares: deleting a veth takes 20 ms.
/// Jobs run in order, in the network namespace that the process is in.
package final class KernelExecutor: SerialExecutor {
    private let queue = DispatchQueue(label: "kernel")

    package init() {}

    package func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        let executor = asUnownedSerialExecutor()
        queue.async { job.runSynchronously(on: executor) }
    }
}
