/// A pull parser over the bytes of one complete JSON text (RFC 8259): the caller asks for what it expects, and values go straight to
/// where they belong.
///
/// It only looks at bytes it has checked to be there, recurses at most `maximumDepth` deep, and refuses invalid UTF-8, lone surrogates,
/// numbers that overflow, and members given twice. It is meant to be used inside one `withUnsafeBytes`.
public struct JSONReader {
    /// Containers may be nested this deep; OVSDB's own messages need nine.
    static let maximumDepth = 64

    let bytes: UnsafeRawBufferPointer
    var position = 0
    let strings: StringInterner

    init(_ bytes: UnsafeRawBufferPointer, strings: StringInterner) {
        self.bytes = bytes
        self.strings = strings
    }

    func malformed(_ what: String) -> OVSDBError {
        OVSDBError(.malformed, "malformed json at byte \(position): \(what)")
    }

    mutating func skipWhitespace() {
        while position < bytes.count {
            switch bytes[position] {
            case 0x20, 0x0A, 0x0D, 0x09: position &+= 1
            default: return
            }
        }
    }

    /// The first byte of the next token, which stays to be read.
    mutating func peek() throws -> UInt8 {
        if position < bytes.count, bytes[position] > 0x20 { return bytes[position] }
        skipWhitespace()
        guard position < bytes.count else { throw malformed("it ends too early") }
        return bytes[position]
    }

    mutating func expect(_ byte: UInt8) throws {
        guard try peek() == byte else {
            throw malformed("expected '\(Character(Unicode.Scalar(byte)))'")
        }
        position &+= 1
    }

    /// True, and the byte is taken, if the next token starts with `byte`.
    mutating func take(_ byte: UInt8) throws -> Bool {
        guard try peek() == byte else { return false }
        position &+= 1
        return true
    }

    /// Refuses anything but whitespace after the text.
    mutating func finish() throws {
        skipWhitespace()
        guard position == bytes.count else { throw malformed("text after the end") }
    }
}

// MARK: - Containers

extension JSONReader {
    /// How far a container has been read.
    struct Container {
        var isFirst = true
    }

    mutating func beginArray() throws -> Container {
        try expect(UInt8(ascii: "["))
        return Container()
    }

    /// True if an element follows; false, and the bracket is taken, at the end.
    mutating func nextElement(_ container: inout Container) throws -> Bool {
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
    mutating func endArray(_ container: inout Container) throws {
        guard try !nextElement(&container) else { throw malformed("too many elements") }
    }

    /// Refuses an array that has no further element.
    mutating func requireElement(_ container: inout Container) throws {
        guard try nextElement(&container) else { throw malformed("too few elements") }
    }

    mutating func beginObject() throws -> Container {
        try expect(UInt8(ascii: "{"))
        return Container()
    }

    /// The next member's name, its colon taken; nil, and the brace is taken, at the end.
    mutating func nextKey(_ container: inout Container) throws -> JSONText? {
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
    mutating func skipValue(depth: Int = 0) throws {
        guard depth <= Self.maximumDepth else { throw malformed("nested more than \(Self.maximumDepth) deep") }
        switch try peek() {
        case UInt8(ascii: "{"):
            var object = try beginObject()
            while try nextKey(&object) != nil { try skipValue(depth: depth + 1) }
        case UInt8(ascii: "["):
            var array = try beginArray()
            while try nextElement(&array) { try skipValue(depth: depth + 1) }
        case UInt8(ascii: "\""): _ = try readText()
        case UInt8(ascii: "t"), UInt8(ascii: "f"): _ = try readBoolean()
        case UInt8(ascii: "n"): try readNull()
        default: _ = try scanNumber()
        }
    }
}

// MARK: - Literals

extension JSONReader {
    mutating func readBoolean() throws -> Bool {
        if try peek() == UInt8(ascii: "t") {
            try readLiteral("true")
            return true
        }
        try readLiteral("false")
        return false
    }

    mutating func readNull() throws { try readLiteral("null") }

    /// True, and it is taken, if the next value is null.
    mutating func takeNull() throws -> Bool {
        guard try peek() == UInt8(ascii: "n") else { return false }
        try readNull()
        return true
    }

    private mutating func readLiteral(_ literal: StaticString) throws {
        let count = literal.utf8CodeUnitCount
        guard bytes.count - position >= count else { throw malformed("it ends too early") }
        for index in 0..<count where bytes[position + index] != literal.utf8Start[index] {
            throw malformed("expected '\(literal)'")
        }
        position += count
    }
}
