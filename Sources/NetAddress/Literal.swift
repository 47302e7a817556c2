extension LosslessStringConvertible {
    /// A constant, `IPPrefix(literal: "fe80::/10")`. Traps where the text is invalid.
    package init(literal text: String) {
        guard let value = Self(text) else { preconditionFailure("'\(text)' is not a valid \(Self.self)") }
        self = value
    }
}
