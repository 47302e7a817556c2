import ArgumentParser
import Deadlines
import Discretion
import Logging
import OVSDB
import OVSDBClient

/// Options of every command that works on this host.
package struct LocalOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Open vSwitch's database on this host.", valueName: "remote"))
    var db: String?

    @Option(help: ArgumentHelp("Give up after so many seconds.", valueName: "seconds"))
    var timeout: Double?

    @Flag(name: .shortAndLong, help: "Tell on stderr what is being done.")
    var verbose = false

    package init() {}

    package func validate() throws {
        if let timeout, !(timeout > 0 && timeout <= 86_400) {
            throw ValidationError("--timeout takes seconds, more than 0 and at most 86400")
        }
    }

    func deadline(default limit: Duration = .seconds(10)) -> Deadline {
        Deadline(after: timeout.map { .milliseconds(Int64($0 * 1000)) } ?? limit)
    }

    /// `--db`, else Open vSwitch's own socket, in `OVS_RUNDIR` where that is set.
    func remote(_ context: Context) throws -> [Remote] {
        do {
            return try Remote.list(db ?? "unix:\(context.environment["OVS_RUNDIR"] ?? "/run/openvswitch")/db.sock")
        } catch {
            throw ValidationError("--db: \(error.message)")
        }
    }

    /// Says what is going on, to a person who watches or who asked for it.
    func progress(_ context: Context) -> @Sendable (String) -> Void {
        guard verbose || context.console.isInteractive else { return { _ in } }
        return { context.console.errors($0.plain()) }
    }

    /// The rooms' own log: only on request, on stderr.
    func logger(_ context: Context) -> Logger {
        guard verbose else { return Logger(label: "ovn-containers", factory: { _ in SwiftLogNoOpLogHandler() }) }
        var logger = Logger(label: "ovn-containers", factory: { PlainLogHandler.standardError(label: $0) })
        logger.logLevel = .debug
        return logger
    }
}
