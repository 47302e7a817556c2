/// A JSON text as a tree: schemas, errors and whatever else is small and of unknown shape.
public enum JSONValue: Hashable, Sendable {
    case null
    case boolean(Bool)
    case integer(Int64)
    case real(Double)
    case string(String)
    case array([JSONValue])
    /// Members ascending by name, each once.
    case object([Member])

    /// A name and its value in an object.
    public struct Member: Hashable, Sendable {
        /// Unique in its object.
        public let name: String
        /// Of any type.
        public let value: JSONValue

        /// `"name":value`
        public init(_ name: String, _ value: JSONValue) {
            self.name = name
            self.value = value
        }
    }

    /// Parses one JSON text; throws `malformed` with the byte at fault.
    public init(parsing bytes: UnsafeRawBufferPointer) throws {
        var reader = JSONReader(bytes, strings: StringInterner())
        self = try reader.readValue()
        try reader.finish()
    }

    /// Parses one JSON text; throws `malformed` with the byte at fault.
    public init(parsing bytes: [UInt8]) throws {
        self = try bytes.withUnsafeBytes { try JSONValue(parsing: $0) }
    }

    /// A member of an object; nil if there is none or this is no object.
    public subscript(name: String) -> JSONValue? {
        guard case .object(let members) = self else { return nil }
        return members.first { $0.name == name }?.value
    }

    /// Nil for any other type.
    public var string: String? {
        guard case .string(let text) = self else { return nil }
        return text
    }

    /// Nil for any other type, `real` included.
    public var integer: Int64? {
        guard case .integer(let integer) = self else { return nil }
        return integer
    }

    /// Nil for any other type.
    public var boolean: Bool? {
        guard case .boolean(let boolean) = self else { return nil }
        return boolean
    }

    /// Nil for any other type.
    public var array: [JSONValue]? {
        guard case .array(let elements) = self else { return nil }
        return elements
    }

    /// Of an object, ascending by name; nil for any other type.
    public var members: [Member]? {
        guard case .object(let members) = self else { return nil }
        return members
    }
}

extension JSONReader {
    /// Any value as a tree. A member given twice is refused, since which of the two counts is undefined (RFC 8259 §4).
    mutating func readValue(depth: Int = 0) throws -> JSONValue {
        guard depth <= Self.maximumDepth else { throw malformed("nested more than \(Self.maximumDepth) deep") }
        switch try peek() {
        case UInt8(ascii: "{"):
            var object = try beginObject()
            var members: [JSONValue.Member] = []
            while let key = try nextKey(&object) {
                members.append(JSONValue.Member(try shared(key), try readValue(depth: depth + 1)))
            }
            members.sort { $0.name < $1.name }
            for index in members.indices.dropFirst() where members[index - 1].name == members[index].name {
                throw malformed("member '\(members[index].name)' twice in the object before it")
            }
            return .object(members)
        case UInt8(ascii: "["):
            var array = try beginArray()
            var elements: [JSONValue] = []
            while try nextElement(&array) { elements.append(try readValue(depth: depth + 1)) }
            return .array(elements)
        case UInt8(ascii: "\""): return .string(try readSharedString())
        case UInt8(ascii: "t"), UInt8(ascii: "f"): return .boolean(try readBoolean())
        case UInt8(ascii: "n"):
            try readNull()
            return .null
        default:
            let start = position
            guard try scanNumber().isInteger else {
                position = start
                return .real(try readReal())
            }
            position = start
            return .integer(try readInteger())
        }
    }
}

extension JSONWriter {
    mutating func value(_ value: JSONValue) {
        switch value {
        case .null: raw("null")
        case .boolean(let boolean): self.boolean(boolean)
        case .integer(let integer): self.integer(integer)
        case .real(let real): self.real(real)
        case .string(let text): string(text)
        case .array(let elements):
            raw("[")
            for (index, element) in elements.enumerated() {
                if index > 0 { raw(",") }
                self.value(element)
            }
            raw("]")
        case .object(let members):
            raw("{")
            for (index, member) in members.enumerated() {
                if index > 0 { raw(",") }
                string(member.name)
                raw(":")
                self.value(member.value)
            }
            raw("}")
        }
    }
}

extension JSONValue: CustomStringConvertible {
    /// The compact JSON text.
    public var description: String {
        var writer = JSONWriter(reserving: 64)
        writer.value(self)
        return String(decoding: writer.bytes, as: UTF8.self)
    }
}
