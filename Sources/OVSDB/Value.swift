/// One element of a column (RFC 7047 §5.1 `<atom>`).
public enum Atom: Hashable, Sendable {
    case integer(Int64)
    case real(Double)
    case boolean(Bool)
    case string(String)
    case uuid(RowID)
    /// A row that the same transaction inserts under this name (`<named-uuid>`).
    case namedUUID(String)
}

/// A column's value whose type is known only at run time (RFC 7047 §5.1 `<value>`).
public enum Value: Hashable, Sendable {
    case atom(Atom)
    case set([Atom])
    case map([AtomPair])

    /// The elements of a set; a lone atom is a set of one, as the RFC has it; nil for a map.
    public var elements: [Atom]? {
        switch self {
        case .atom(let atom): [atom]
        case .set(let atoms): atoms
        case .map: nil
        }
    }

    /// The pairs of a map; an empty set is an empty map; nil otherwise.
    public var pairs: [AtomPair]? {
        switch self {
        case .map(let pairs): pairs
        case .set(let atoms) where atoms.isEmpty: []
        default: nil
        }
    }
}

/// One key and its value in a `Value.map`.
public struct AtomPair: Hashable, Sendable {
    /// Unique in its map.
    public var key: Atom
    /// What the key maps to.
    public var value: Atom

    /// The types are those of the column.
    public init(_ key: Atom, _ value: Atom) {
        self.key = key
        self.value = value
    }
}

extension Value: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral,
    ExpressibleByFloatLiteral
{
    /// An atom of type string.
    public init(stringLiteral value: String) { self = .atom(.string(value)) }
    /// An atom of type integer.
    public init(integerLiteral value: Int64) { self = .atom(.integer(value)) }
    /// An atom of type boolean.
    public init(booleanLiteral value: Bool) { self = .atom(.boolean(value)) }
    /// An atom of type real.
    public init(floatLiteral value: Double) { self = .atom(.real(value)) }
}

extension Value {
    /// An atom: a reference to one row.
    public static func uuid(_ id: RowID) -> Value { .atom(.uuid(id)) }
    /// An atom of type string.
    public static func string(_ text: String) -> Value { .atom(.string(text)) }
    /// A set of references; duplicates stay.
    public static func uuids(_ ids: some Sequence<RowID>) -> Value { .set(ids.map(Atom.uuid)) }
    /// A map from string to string.
    public static func map(_ map: StringMap) -> Value { map.value }
    /// A set of strings; duplicates stay.
    public static func strings(_ texts: some Sequence<String>) -> Value { .set(texts.map(Atom.string)) }
}
