import Discretion
import Glibc

/// A program and how it is called.
struct Program: Hashable, Sendable {
    /// The path of the executable.
    let path: String
    /// Without the program's own name.
    var arguments: [String]
    /// Added to what it gets of our own environment.
    var environment: [String: String] = [:]

    /// Finds `name` in `PATH` and where daemons are kept.
    static func find(_ name: String, _ arguments: [String]) throws(EmbeddedOVNError) -> Program {
        let path = getenv("PATH").map { String(cString: $0) } ?? ""
        for folder in path.split(separator: ":") + ["/usr/sbin", "/usr/bin", "/usr/local/sbin", "/usr/local/bin"] {
            let candidate = "\(folder)/\(name)"
            if access(candidate, X_OK) == 0 { return Program(path: candidate, arguments: arguments) }
        }
        throw EmbeddedOVNError("\(name) is not installed (Debian has it in ovn-central and openvswitch-common)")
    }

    var name: Substring { path.split(separator: "/").last ?? "" }

    /// The whole environment of the program, `NAME=value`. No password of ours is in it.
    var wholeEnvironment: [String] { ChildEnvironment.items(adding: environment) }
}
