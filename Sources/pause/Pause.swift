/// PID 1 of a network container.
///
/// It keeps the container's network namespace alive and does nothing else: no memory is allocated, no file is opened.
/// - `SIGTERM` and `SIGINT` end it at once with status 0, so that `docker stop` need not wait for the kill.
/// - `SIGCHLD` reaps: containers that share its pid namespace (`docker run --pid=container:…`) leave their orphans to it.
///
/// The kernel drops signals that PID 1 has no handler for; here all of them are blocked and taken one by one with
/// `sigwaitinfo(2)`, so none is lost and no handler runs asynchronously.
import CPause

@main
struct Pause {
    static func main() {
        var signals = sigset_t()
        sigemptyset(&signals)
        sigaddset(&signals, SIGTERM)
        sigaddset(&signals, SIGINT)
        sigaddset(&signals, SIGCHLD)
        sigprocmask(SIG_BLOCK, &signals, nil)

        while true {
            switch sigwaitinfo(&signals, nil) {
            case SIGTERM, SIGINT: exit(0)
            case SIGCHLD: reap()
            default: continue  // EINTR: stopped and continued
            }
        }
    }

    /// Collects every child that has ended; several may have, behind one signal.
    static func reap() {
        while waitpid(-1, nil, WNOHANG) > 0 {}
    }
}
