/// Why a text is not usable YAML, and where.
package struct YAMLError: Error, Hashable, Sendable, CustomStringConvertible {
    /// Lower case, without a full stop.
    package let reason: String
    /// From 1; 0 for the text as a whole.
    package let line: Int
    package let column: Int

    package var description: String { line > 0 ? "\(reason) in line \(line), column \(column)" : reason }
}
