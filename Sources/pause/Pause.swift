/// PID 1 of a network container.
///
/// It keeps the container's network namespace alive, opens no file, and has no privileges.
/// - `SIGTERM` and `SIGINT` end it at once with status 0, so that `docker stop` need not wait for the kill.
/// - `SIGCHLD` reaps: containers that share its pid namespace (`docker run --pid=container:…`) leave their orphans to it.
/// - Its arguments name networks whose names it resolves, by interface and name server: `eth0=10.1.0.0`. It answers on
///   127.0.0.53 then (see ``Resolver``).
///
/// The kernel drops signals that PID 1 has no handler for; here all of them are blocked and read one by one from
/// signalfd(2), so none is lost and no handler runs asynchronously.
import CPause

@_cdecl("main")
func main(_ count: Int32, _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> Int32 {
    var signals = sigset_t()
    sigemptyset(&signals)
    sigaddset(&signals, SIGTERM)
    sigaddset(&signals, SIGINT)
    sigaddset(&signals, SIGCHLD)
    sigprocmask(SIG_BLOCK, &signals, nil)

    let arguments = UnsafeBufferPointer(start: arguments, count: Int(count))
    if let resolver = Resolver(arguments, signals: signalfd(-1, &signals, Int32(SFD_CLOEXEC))) {
        // Returns where it cannot go on: then names are refused, and the namespace stays.
        resolver.run()
    }
    while true {
        handle(signal: sigwaitinfo(&signals, nil))
    }
}

func handle(signal: Int32) {
    switch signal {
    case SIGTERM, SIGINT: exit(0)
    case SIGCHLD: reap()
    default: break  // EINTR: stopped and continued
    }
}

/// Collects every child that has ended; several may have, behind one signal.
private func reap() {
    while waitpid(-1, nil, WNOHANG) > 0 {}
}
