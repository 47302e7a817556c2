import Glibc

/// Why the embedded databases cannot run: names the file, the address or the program, and what to do.
package struct EmbeddedOVNError: Error, Hashable, Sendable, CustomStringConvertible {
    package let message: String

    init(_ message: String) { self.message = message }

    /// With the system's message for `error`.
    init(_ message: String, _ error: Int32) { self.init("\(message): \(String(cString: strerror(error)))") }

    package var description: String { message }
}
