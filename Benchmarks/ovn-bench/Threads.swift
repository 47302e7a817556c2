import Glibc
import Synchronization

/// Runs `body` with 0, 1, … on so many threads at once, waits for all, and returns what they threw.
func inThreads(_ count: Int, _ body: @escaping @Sendable (Int) throws -> Void) throws -> [any Error] {
    let failures = Mutex<[any Error]>([])
    var threads: [pthread_t] = []
    for index in 0..<count {
        let work = Work {
            do { try body(index) } catch { failures.withLock { $0.append(error) } }
        }
        var thread = pthread_t()
        let code = pthread_create(
            &thread, nil,
            { pointer in
                if let pointer { Unmanaged<Work>.fromOpaque(pointer).takeRetainedValue().run() }
                return nil
            }, Unmanaged.passRetained(work).toOpaque())
        guard code == 0 else { throw BenchError("pthread_create: \(String(cString: strerror(code)))") }
        threads.append(thread)
    }
    for thread in threads { pthread_join(thread, nil) }
    return failures.withLock { $0 }
}

private final class Work {
    let run: () -> Void
    init(_ run: @escaping () -> Void) { self.run = run }
}
