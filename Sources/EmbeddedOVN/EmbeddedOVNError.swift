/// Why the embedded databases cannot run: names the file, the address or the program, and what to do.
package struct EmbeddedOVNError: Error, Hashable, Sendable, CustomStringConvertible {
    package let message: String

    init(_ message: String) { self.message = message }

    package var description: String { message }
}
