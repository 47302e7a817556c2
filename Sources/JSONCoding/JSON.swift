/// A JSON value (RFC 8259) as a tree.
///
/// Only for what has no type of its own: a schema, an error, a request before it is validated, and attributes that carry any object
/// (`binding:profile`, `binding:vif_details`).
public enum JSON: Hashable, Sendable {
    case null
    case boolean(Bool)
    /// A number without fraction and exponent that fits 64 bits.
    case integer(Int64)
    /// Any other number; finite where it was read.
    case number(Double)
    case string(String)
    case array([JSON])
    /// Members of an object; of two with the same name the last counts, as for ovsdb-server and Python.
    case object([String: JSON])

    /// The boolean; nil if this is something else.
    public var boolean: Bool? {
        if case .boolean(let value) = self { value } else { nil }
    }

    /// The integer; nil if this is something else.
    public var integer: Int64? {
        if case .integer(let value) = self { value } else { nil }
    }

    /// The string; nil if this is something else.
    public var string: String? {
        if case .string(let value) = self { value } else { nil }
    }

    /// The elements; nil if this is something else.
    public var array: [JSON]? {
        if case .array(let value) = self { value } else { nil }
    }

    /// The members; nil if this is something else.
    public var object: [String: JSON]? {
        if case .object(let value) = self { value } else { nil }
    }

    /// A member of an object; nil if there is none or this is no object.
    public subscript(name: String) -> JSON? { object?[name] }
}

extension JSON: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral,
    ExpressibleByNilLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
    /// A string.
    public init(stringLiteral value: String) { self = .string(value) }
    /// An integer.
    public init(integerLiteral value: Int64) { self = .integer(value) }
    /// A boolean.
    public init(booleanLiteral value: Bool) { self = .boolean(value) }
    /// Null.
    public init(nilLiteral: ()) { self = .null }
    /// An array.
    public init(arrayLiteral elements: JSON...) { self = .array(elements) }
    /// An object.
    public init(dictionaryLiteral elements: (String, JSON)...) {
        self = .object(Dictionary(elements, uniquingKeysWith: { $1 }))
    }
}

extension JSON {
    /// Parses one JSON text, strictly: valid UTF-8, nothing after the value, no lone surrogates.
    /// - Parameters:
    ///   - bytes: the whole text.
    ///   - limit: the number of values that may be in it, each element and each member's being one. A value takes up to fifty times
    ///     the memory of its text.
    /// - Throws: why it is not JSON, or that it is more than `limit` or ``JSONReader/maximumDepth`` allow.
    package init(parsing bytes: UnsafeRawBufferPointer, values limit: Int = .max) throws(JSONSyntaxError) {
        var reader = JSONReader(bytes, values: limit)
        self = try reader.readValue()
        try reader.finish()
    }

    /// Parses one JSON text.
    /// - Parameter text: its bytes, all of them.
    /// - Throws: why it is not JSON.
    package init(parsing text: some Sequence<UInt8>) throws(JSONSyntaxError) {
        let bytes = Array(text)
        let result: Result<JSON, JSONSyntaxError> = bytes.withUnsafeBytes { buffer in
            do throws(JSONSyntaxError) { return .success(try JSON(parsing: buffer)) } catch { return .failure(error) }
        }
        self = try result.get()
    }
}

extension JSON: CustomStringConvertible {
    /// The compact JSON text, members in the order of their names.
    public var description: String {
        var writer = JSONWriter(capacity: 64)
        writer.value(self)
        return String(decoding: writer.bytes, as: UTF8.self)
    }
}

/// Why a text is not JSON, and where.
public struct JSONSyntaxError: Error, Hashable, Sendable, CustomStringConvertible {
    /// Lower case, without a full stop.
    public let reason: String
    /// The number of bytes before the place.
    public let offset: Int
    /// Whether it may well be JSON, and is more than is read.
    public var isLimit = false

    package init(reason: String, offset: Int, isLimit: Bool = false) {
        self.reason = reason
        self.offset = offset
        self.isLimit = isLimit
    }

    /// The reason and the place.
    public var description: String { "\(reason) at byte \(offset)" }
}
