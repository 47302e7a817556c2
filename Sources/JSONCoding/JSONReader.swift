/// A pull parser over the bytes of one complete JSON text (RFC 8259): the caller asks for what it expects, and values go straight to
/// where they belong.
///
/// It only looks at bytes it has checked to be there, recurses at most `maximumDepth` deep, and refuses invalid UTF-8, lone surrogates
/// and numbers that overflow. It is meant to be used inside one `withUnsafeBytes`.
public struct JSONReader {
    /// Containers may be nested this deep; OVSDB's own messages need nine.
    public static let maximumDepth = 64

    /// The whole text.
    public let bytes: UnsafeRawBufferPointer
    /// Where the next token is looked for, in bytes.
    public var position = 0
    /// Where strings that repeat share their storage. Not counted as a reference, which would cost as much as reading a short string.
    let strings: Unmanaged<StringInterner>?
    /// How many more values ``readValue(depth:)`` takes.
    private var valuesLeft: Int
    private let limit: Int

    /// - Parameters:
    ///   - bytes: the whole text.
    ///   - strings: where strings that repeat share their storage; the caller keeps it as long as the reader.
    ///   - limit: how many values ``readValue(depth:)`` makes of it.
    public init(_ bytes: UnsafeRawBufferPointer, strings: StringInterner? = nil, values limit: Int = .max) {
        self.bytes = bytes
        self.strings = strings.map { Unmanaged.passUnretained($0) }
        self.limit = limit
        valuesLeft = limit
    }

    /// An error at the reader's place.
    public func malformed(_ reason: String) -> JSONSyntaxError { JSONSyntaxError(reason: reason, offset: position) }

    private func excess(_ reason: String) -> JSONSyntaxError {
        JSONSyntaxError(reason: reason, offset: position, isLimit: true)
    }

    /// Steps over white space.
    @inlinable @inline(__always) public mutating func skipWhitespace() {
        while position < bytes.count {
            switch bytes[position] {
            case 0x20, 0x0A, 0x0D, 0x09: position &+= 1
            default: return
            }
        }
    }

    /// The first byte of the next token, which stays to be read.
    @inlinable @inline(__always) public mutating func peek() throws(JSONSyntaxError) -> UInt8 {
        if position < bytes.count, bytes[position] > 0x20 { return bytes[position] }
        skipWhitespace()
        guard position < bytes.count else { throw malformed("it ends too early") }
        return bytes[position]
    }

    /// Takes the byte that the next token must start with.
    @inlinable @inline(__always) public mutating func expect(_ byte: UInt8) throws(JSONSyntaxError) {
        guard try peek() == byte else {
            throw malformed("expected '\(Character(Unicode.Scalar(byte)))'")
        }
        position &+= 1
    }

    /// True, and the byte is taken, if the next token starts with `byte`.
    @inlinable @inline(__always) public mutating func take(_ byte: UInt8) throws(JSONSyntaxError) -> Bool {
        guard try peek() == byte else { return false }
        position &+= 1
        return true
    }

    /// Refuses anything but whitespace after the text.
    public mutating func finish() throws(JSONSyntaxError) {
        skipWhitespace()
        guard position == bytes.count else { throw malformed("text after the end") }
    }
}

// MARK: - Containers

extension JSONReader {
    /// How far a container has been read.
    public struct Container {
        /// Whether no element has been read.
        public var isFirst = true

        /// A container whose opening bracket was taken.
        @inlinable @inline(__always) public init() {}
    }

    /// Takes an array's opening bracket.
    @inlinable @inline(__always) public mutating func beginArray() throws(JSONSyntaxError) -> Container {
        try expect(UInt8(ascii: "["))
        return Container()
    }

    /// True if an element follows; false, and the bracket is taken, at the end.
    @inlinable @inline(__always) public mutating func nextElement(_ container: inout Container) throws(JSONSyntaxError)
        -> Bool
    {
        if try take(UInt8(ascii: "]")) {
            return false
        }
        if container.isFirst {
            container.isFirst = false
        } else {
            try expect(UInt8(ascii: ","))
        }
        return true
    }

    /// Refuses more elements than were asked for.
    public mutating func endArray(_ container: inout Container) throws(JSONSyntaxError) {
        guard try !nextElement(&container) else { throw malformed("too many elements") }
    }

    /// Refuses an array that has no further element.
    public mutating func requireElement(_ container: inout Container) throws(JSONSyntaxError) {
        guard try nextElement(&container) else { throw malformed("too few elements") }
    }

    /// Takes an object's opening brace.
    @inlinable @inline(__always) public mutating func beginObject() throws(JSONSyntaxError) -> Container {
        try expect(UInt8(ascii: "{"))
        return Container()
    }

    /// The next member's name, its colon taken; nil, and the brace is taken, at the end.
    @inlinable @inline(__always) public mutating func nextKey(_ container: inout Container) throws(JSONSyntaxError)
        -> Text?
    {
        if try take(UInt8(ascii: "}")) { return nil }
        if container.isFirst {
            container.isFirst = false
        } else {
            try expect(UInt8(ascii: ","))
        }
        let key = try readText()
        try expect(UInt8(ascii: ":"))
        return key
    }

    /// Steps over one value of any kind.
    public mutating func skipValue(depth: Int = 0) throws(JSONSyntaxError) {
        switch try peek() {
        case UInt8(ascii: "{"):
            try checkDepth(depth + 1)
            var object = try beginObject()
            while try nextKey(&object) != nil { try skipValue(depth: depth + 1) }
        case UInt8(ascii: "["):
            try checkDepth(depth + 1)
            var array = try beginArray()
            while try nextElement(&array) { try skipValue(depth: depth + 1) }
        case UInt8(ascii: "\""): _ = try readText()
        case UInt8(ascii: "t"), UInt8(ascii: "f"): _ = try readBoolean()
        case UInt8(ascii: "n"): try readNull()
        default: _ = try scanNumber()
        }
    }
}

// MARK: - Trees

extension JSONReader {
    private func checkDepth(_ depth: Int) throws(JSONSyntaxError) {
        guard depth <= Self.maximumDepth else { throw excess("deeper than \(Self.maximumDepth) levels") }
    }

    /// Reads any value as a tree.
    public mutating func readValue(depth: Int = 0) throws(JSONSyntaxError) -> JSON {
        let first = try peek()
        guard valuesLeft > 0 else { throw excess("more than \(limit) values") }
        valuesLeft -= 1
        switch first {
        case UInt8(ascii: "{"):
            try checkDepth(depth + 1)
            var object = try beginObject()
            var members: [String: JSON] = [:]
            while let key = try nextKey(&object) {
                let name = try shared(key)
                members[name] = try readValue(depth: depth + 1)
            }
            return .object(members)
        case UInt8(ascii: "["):
            try checkDepth(depth + 1)
            var array = try beginArray()
            var elements: [JSON] = []
            while try nextElement(&array) { elements.append(try readValue(depth: depth + 1)) }
            return .array(elements)
        case UInt8(ascii: "\""): return .string(try readSharedString())
        case UInt8(ascii: "t"), UInt8(ascii: "f"): return .boolean(try readBoolean())
        case UInt8(ascii: "n"):
            try readNull()
            return .null
        default: return try readNumber()
        }
    }
}

// MARK: - Literals

extension JSONReader {
    /// Reads `true` or `false`.
    public mutating func readBoolean() throws(JSONSyntaxError) -> Bool {
        if try peek() == UInt8(ascii: "t") {
            try readLiteral("true")
            return true
        }
        try readLiteral("false")
        return false
    }

    /// Reads `null`.
    public mutating func readNull() throws(JSONSyntaxError) { try readLiteral("null") }

    /// True, and it is taken, if the next value is null.
    public mutating func takeNull() throws(JSONSyntaxError) -> Bool {
        guard try peek() == UInt8(ascii: "n") else { return false }
        try readNull()
        return true
    }

    private mutating func readLiteral(_ literal: StaticString) throws(JSONSyntaxError) {
        let count = literal.utf8CodeUnitCount
        guard bytes.count - position >= count else { throw malformed("it ends too early") }
        for index in 0..<count where bytes[position + index] != literal.utf8Start[index] {
            throw malformed("expected '\(literal)'")
        }
        position += count
    }
}
