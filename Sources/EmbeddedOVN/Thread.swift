import Glibc

/// A dedicated thread, for blocking calls.
enum Thread {
    private final class Body: Sendable {
        let run: @Sendable () -> Void
        init(_ run: @escaping @Sendable () -> Void) { self.run = run }
    }

    /// Runs `body` on a new thread with signals blocked. Returns 0, or an errno, in which case
    /// `body` is not run.
    static func start(_ body: @escaping @Sendable () -> Void) -> Int32 {
        var (all, before) = (sigset_t(), sigset_t())
        sigfillset(&all)
        pthread_sigmask(SIG_SETMASK, &all, &before)
        defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
        var thread = pthread_t()
        let boxed = Unmanaged.passRetained(Body(body))
        let error = pthread_create(
            &thread, nil,
            { argument in
                if let argument { Unmanaged<Body>.fromOpaque(argument).takeRetainedValue().run() }
                return nil
            }, boxed.toOpaque())
        if error == 0 { pthread_detach(thread) } else { boxed.release() }
        return error
    }
}
