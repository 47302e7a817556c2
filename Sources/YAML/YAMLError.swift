/// Why a text is not YAML that can be used, and where.
package struct YAMLError: Error, Hashable, Sendable, CustomStringConvertible {
    /// Lower case, without a full stop.
    package let reason: String
    /// Counted from one; zero where the text as a whole is meant.
    package let line: Int
    package let column: Int

    package var description: String { line > 0 ? "\(reason) in line \(line), column \(column)" : reason }
}
