/// The type of a column (RFC 7047 §3.2 `<type>`), without the constraints on its elements.
public struct ColumnType: Hashable, Sendable {
    /// RFC 7047 §3.2 `<atomic-type>`.
    public enum Atomic: String, Hashable, Sendable {
        case integer, real, boolean, string, uuid
    }

    /// The type of a scalar, of a set's elements or of a map's keys.
    public let key: Atomic
    /// Nil where the column is not a map.
    public let value: Atomic?
    /// Of elements or pairs: 0 or 1.
    public let minimum: Int
    /// `Int.max` for `unlimited`.
    public let maximum: Int

    /// A scalar by default.
    public init(_ key: Atomic, _ value: Atomic? = nil, minimum: Int = 1, maximum: Int = 1) {
        self.key = key
        self.value = value
        self.minimum = minimum
        self.maximum = maximum
    }

    /// Whether an update's `modify` carries a difference for this column instead of the new value (ovsdb-server(7) §4.1.14).
    public var isComposite: Bool { maximum > 1 }
    /// Whether it has keys and values.
    public var isMap: Bool { value != nil }

    /// Exactly one atom.
    public static func scalar(_ atomic: Atomic) -> ColumnType { ColumnType(atomic) }
    /// At most one atom.
    public static func optional(_ atomic: Atomic) -> ColumnType { ColumnType(atomic, minimum: 0) }
    /// Any number of atoms unless limited.
    public static func set(_ atomic: Atomic, minimum: Int = 0, maximum: Int = .max) -> ColumnType {
        ColumnType(atomic, minimum: minimum, maximum: maximum)
    }
    /// Any number of pairs unless limited.
    public static func map(_ key: Atomic, _ value: Atomic, minimum: Int = 0, maximum: Int = .max) -> ColumnType {
        ColumnType(key, value, minimum: minimum, maximum: maximum)
    }
}
