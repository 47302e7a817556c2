public import JSONCoding

/// A Swift type that a column can have: the atoms, `Optional`, `Array` (a set), `StringMap` and `Dictionary`.
public protocol ColumnValue: Sendable, Hashable {
    /// The value of a column that an insert does not mention (RFC 7047 §5.2.1).
    static var defaultValue: Self { get }

    /// Takes the value that `reader` stands before.
    mutating func decode(from reader: inout JSONReader) throws
    /// Applies the difference that `reader` stands before: for sets and maps what an update2 `modify` carries (ovsdb-server(7) §4.1.14),
    /// for everything else the new value.
    mutating func decodeDifference(from reader: inout JSONReader) throws
    func encode(into writer: inout JSONWriter)

    init(_ value: Value) throws
    var value: Value { get }

    /// Has the effect of one RFC 7047 §5.1 `<mutation>`.
    mutating func apply(_ mutation: Mutation) throws
}

extension ColumnValue {
    /// The new value: of a scalar, an update2 `modify` carries nothing else.
    public mutating func decodeDifference(from reader: inout JSONReader) throws { try decode(from: &reader) }

    /// By way of ``value``.
    public mutating func apply(_ mutation: Mutation) throws {
        self = try Self(try mutation.applied(to: value))
    }
}

/// The types of RFC 7047 §5.1 `<atom>`.
public protocol AtomValue: ColumnValue {
    static func read(_ reader: inout JSONReader) throws -> Self
    init?(_ atom: Atom)
    var atom: Atom { get }
}

extension AtomValue {
    /// Throws `schemaMismatch` unless it is one atom of this type.
    public init(_ value: Value) throws {
        guard let elements = value.elements, elements.count == 1, let converted = Self(elements[0]) else {
            throw OVSDBError(.schemaMismatch, "\(value) is no \(Self.self)")
        }
        self = converted
    }

    /// A lone atom.
    public var value: Value { .atom(atom) }

    /// A set of one is taken for its element, since a newer schema may have made the column a set.
    public mutating func decode(from reader: inout JSONReader) throws {
        guard try reader.peek() == UInt8(ascii: "[") else {
            self = try Self.read(&reader)
            return
        }
        var element: Self?
        try reader.forEachElement {
            try Self.read(&$0)
        } body: {
            element = $0
        }
        self = element ?? Self.defaultValue
    }
}

extension String: AtomValue {
    /// The empty string.
    public static var defaultValue: String { "" }
    /// A JSON string, its storage shared with equal ones read before.
    public static func read(_ reader: inout JSONReader) throws -> String { try reader.readSharedString() }
    /// Nil for an atom of another type.
    public init?(_ atom: Atom) {
        guard case .string(let text) = atom else { return nil }
        self = text
    }
    /// Of type string.
    public var atom: Atom { .string(self) }
    /// A JSON string.
    public func encode(into writer: inout JSONWriter) { writer.string(self) }
}

extension Int: AtomValue {
    /// Zero.
    public static var defaultValue: Int { 0 }
    /// A JSON number without fraction, of 64 bits.
    public static func read(_ reader: inout JSONReader) throws -> Int { Int(try reader.readInteger()) }
    /// Nil for an atom of another type.
    public init?(_ atom: Atom) {
        guard case .integer(let integer) = atom else { return nil }
        self = Int(integer)
    }
    /// Of type integer.
    public var atom: Atom { .integer(Int64(self)) }
    /// A JSON number.
    public func encode(into writer: inout JSONWriter) { writer.integer(Int64(self)) }
}

extension Double: AtomValue {
    /// Zero.
    public static var defaultValue: Double { 0 }
    /// Any JSON number.
    public static func read(_ reader: inout JSONReader) throws -> Double { try reader.readReal() }
    /// Nil for an atom of another type.
    public init?(_ atom: Atom) {
        switch atom {
        case .real(let real): self = real
        case .integer(let integer): self = Double(integer)
        default: return nil
        }
    }
    /// Of type real.
    public var atom: Atom { .real(self) }
    /// A JSON number.
    public func encode(into writer: inout JSONWriter) { writer.real(self) }
}

extension Bool: AtomValue {
    /// False.
    public static var defaultValue: Bool { false }
    /// `true` or `false`.
    public static func read(_ reader: inout JSONReader) throws -> Bool { try reader.readBoolean() }
    /// Nil for an atom of another type.
    public init?(_ atom: Atom) {
        guard case .boolean(let boolean) = atom else { return nil }
        self = boolean
    }
    /// Of type boolean.
    public var atom: Atom { .boolean(self) }
    /// `true` or `false`.
    public func encode(into writer: inout JSONWriter) { writer.boolean(self) }
}

extension RowID: AtomValue {
    /// All zeros.
    public static var defaultValue: RowID { .zero }
    /// `["uuid","…"]`
    public static func read(_ reader: inout JSONReader) throws -> RowID { try reader.readUUID() }
    /// Nil for an atom of another type.
    public init?(_ atom: Atom) {
        guard case .uuid(let id) = atom else { return nil }
        self = id
    }
    /// A reference to a row.
    public var atom: Atom { .uuid(self) }
    /// `["uuid","…"]`
    public func encode(into writer: inout JSONWriter) { writer.uuid(self) }
}
