import CLinux
import Glibc

/// Runs other programs.
package enum Tool {
    /// Runs a program, looked for where system programs are, and waits for its end, five seconds at most. Answers why it failed, nil for
    /// success. It runs with nothing of ours but the environment.
    @Sendable package static func run(_ words: [String]) -> String? {
        let folders = words[0].contains("/") ? [""] : ["/usr/sbin/", "/usr/bin/", "/sbin/", "/bin/"]
        guard let path = folders.map({ $0 + words[0] }).first(where: { access($0, X_OK) == 0 }) else {
            return "there is no program \(words[0])"
        }
        let output = open("/dev/null", O_WRONLY | O_CLOEXEC)
        guard output >= 0 else { return "there is no /dev/null" }
        defer { close(output) }
        var arguments = words.map { strdup($0) } + [nil]
        defer { arguments.forEach { free($0) } }
        let process = clinux_spawn(path, &arguments, environ, output, 0)
        guard process > 0 else { return "\(path) can not be run: error \(-process)" }
        return wait(for: process, path)
    }

    private static func wait(for process: CInt, _ path: String) -> String? {
        let descriptor = clinux_pidfd_open(process)
        guard descriptor >= 0 else { return "\(path) can not be watched: error \(-descriptor)" }
        defer { close(descriptor) }
        var poll = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        let isOver = Glibc.poll(&poll, 1, 5000) > 0
        if !isOver { kill(process, SIGKILL) }
        var status: CInt = 0
        while waitpid(process, &status, 0) < 0, errno == EINTR {}
        guard isOver else { return "\(path) did not end within 5 s" }
        return status == 0 ? nil : "\(path) failed with \(status & 0x7f == 0 ? status >> 8 & 0xff : status & 0x7f)"
    }
}
