import Discretion
import Glibc

/// A program and its arguments.
struct Program: Hashable, Sendable {
    /// The path of the executable.
    let path: String
    /// Without argv[0].
    var arguments: [String]
    /// Added to what it inherits of our environment.
    var environment: [String: String] = [:]

    /// Finds `name` in `PATH` and the `sbin` folders.
    static func find(_ name: String, _ arguments: [String]) throws(EmbeddedOVNError) -> Program {
        let path = getenv("PATH").map { String(cString: $0) } ?? ""
        for folder in path.split(separator: ":") + ["/usr/sbin", "/usr/bin", "/usr/local/sbin", "/usr/local/bin"] {
            let candidate = "\(folder)/\(name)"
            if access(candidate, X_OK) == 0 { return Program(path: candidate, arguments: arguments) }
        }
        throw EmbeddedOVNError("\(name) is not installed (Debian has it in ovn-central and openvswitch-common)")
    }

    var name: Substring { path.split(separator: "/").last ?? "" }

    /// The environment of the program, `NAME=value`, without our passwords.
    var wholeEnvironment: [String] { ChildEnvironment.items(adding: environment) }
}
