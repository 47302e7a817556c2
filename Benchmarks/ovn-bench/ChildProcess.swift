import Glibc

/// A child process, its output discarded or sent to a file, with the kernel's accounting of what it used.
struct ChildProcess {
    let pid: pid_t

    /// What one finished process used: seconds of CPU, seconds by the clock, peak resident memory in KiB.
    struct Usage {
        var status: Int32
        var cpu: Double
        var wall: Double
        var peakKiB: Int
    }

    /// Starts `arguments[0]` (a path, or a name looked up in PATH) with its output sent to `output`.
    init(_ arguments: [String], output: String = "/dev/null") throws {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, output, O_WRONLY | O_CREAT | O_TRUNC, 0o644)
        posix_spawn_file_actions_adddup2(&actions, 1, 2)
        // Threads of Swift's pool block signals, and a child would inherit that.
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
        var argv: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) } + [nil]
        defer { for argument in argv { free(argument) } }
        var pid: pid_t = 0
        let code = posix_spawnp(&pid, arguments[0], &actions, &attributes, &argv, environ)
        guard code == 0 else { throw BenchError("cannot start \(arguments[0]): \(String(cString: strerror(code)))") }
        self.pid = pid
    }

    /// Waits for the end and returns the accounting of `wait4(2)`; `started` is ``now`` at the start.
    func wait(started: Double) throws -> Usage {
        var status: Int32 = 0
        var usage = rusage()
        while wait4(pid, &status, 0, &usage) < 0 {
            guard errno == EINTR else { throw BenchError("wait4: \(String(cString: strerror(errno)))") }
        }
        func seconds(_ time: timeval) -> Double { Double(time.tv_sec) + Double(time.tv_usec) / 1e6 }
        return Usage(
            status: status, cpu: seconds(usage.ru_utime) + seconds(usage.ru_stime), wall: now - started,
            peakKiB: usage.ru_maxrss)
    }

    /// Asks the process to end, and waits for it.
    func stop() {
        kill(pid, SIGTERM)
        var status: Int32 = 0
        while waitpid(pid, &status, 0) < 0 && errno == EINTR {}
    }

    /// Runs a command to its end; throws with its output where it fails.
    @discardableResult
    static func run(_ arguments: [String], output: String? = nil) throws -> Usage {
        let log = output ?? "/dev/null"
        let started = now
        let usage = try ChildProcess(arguments, output: log).wait(started: started)
        guard usage.status == 0 else {
            throw BenchError("\(arguments.joined(separator: " ")) failed (status \(usage.status))")
        }
        return usage
    }

    /// Resident memory of a living process in KiB: now, and at its peak (`/proc/<pid>/status`, proc(5)).
    static func memory(of pid: pid_t) -> (resident: Int, peak: Int) {
        var values: [String: Int] = [:]
        for line in readFile("/proc/\(pid)/status").split(separator: "\n") {
            let words = line.split(whereSeparator: { $0 == " " || $0 == "\t" || $0 == ":" })
            if words.count == 3 { values[String(words[0])] = Int(words[1]) }
        }
        return (values["VmRSS"] ?? 0, values["VmHWM"] ?? 0)
    }
}

/// Why a measurement could not be made.
struct BenchError: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}

/// Seconds of the monotonic clock.
var now: Double {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
}

func readFile(_ path: String) -> String {
    guard let file = fopen(path, "r") else { return "" }
    defer { fclose(file) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 65536)
    while case let count = fread(&chunk, 1, chunk.count, file), count > 0 { bytes += chunk[..<count] }
    return String(decoding: bytes, as: UTF8.self)
}

/// Checks `condition` every two milliseconds until it holds; throws naming `what` after `seconds`.
func waitFor(_ what: String, seconds: Double = 10, _ condition: () throws -> Bool) throws {
    let end = now + seconds
    while try !condition() {
        guard now < end else { throw BenchError("\(what) did not happen within \(seconds) s") }
        usleep(2000)
    }
}
