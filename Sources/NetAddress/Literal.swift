extension LosslessStringConvertible {
    /// A constant written in the source, `IPPrefix(literal: "fe80::/10")`. Traps where the text is no such value.
    package init(literal text: String) {
        guard let value = Self(text) else { preconditionFailure("'\(text)' is no \(Self.self)") }
        self = value
    }
}
