import NetAddress

/// Why a text is not JSON, and where.
package struct JSONSyntaxError: Error, Hashable, Sendable, CustomStringConvertible {
    /// Lower case, without a full stop.
    package let reason: String
    /// The number of bytes before the place.
    package let offset: Int
    /// Whether it may well be JSON, and is more than is read.
    package var isLimit = false

    package var description: String { "\(reason) at byte \(offset)" }
}

extension JSON {
    /// Arrays and objects may be this deep in each other.
    package static let maximumDepth = 64

    /// Reads one JSON text (RFC 8259), strictly: valid UTF-8, nothing after the value, no lone surrogates. At most `limit`
    /// values may be in it, each element and each member's being one: a value takes up to fifty times the memory of its
    /// text.
    package init(
        parsing bytes: UnsafeRawBufferPointer, values limit: Int = .max
    ) throws(JSONSyntaxError) {
        var parser = JSONParser(bytes, values: limit)
        self = try parser.document()
    }

    package init(parsing text: some Sequence<UInt8>) throws(JSONSyntaxError) {
        let bytes = Array(text)
        let result: Result<JSON, JSONSyntaxError> = bytes.withUnsafeBytes { buffer in
            do throws(JSONSyntaxError) { return .success(try JSON(parsing: buffer)) } catch { return .failure(error) }
        }
        self = try result.get()
    }
}

/// A recursive descent over bytes that are taken one by one; each take checks that there is one.
private struct JSONParser {
    private let bytes: UnsafeRawBufferPointer
    private var position = 0
    private var depth = 0
    private let limit: Int
    private var count = 0

    init(_ bytes: UnsafeRawBufferPointer, values limit: Int) { (self.bytes, self.limit) = (bytes, limit) }

    mutating func document() throws(JSONSyntaxError) -> JSON {
        let value = try value()
        skipSpace()
        guard position == bytes.count else { throw error("more text after the value") }
        return value
    }

    private var next: UInt8? { position < bytes.count ? bytes[position] : nil }

    private func error(_ reason: String) -> JSONSyntaxError { JSONSyntaxError(reason: reason, offset: position) }

    private func excess(_ reason: String) -> JSONSyntaxError {
        JSONSyntaxError(reason: reason, offset: position, isLimit: true)
    }

    private mutating func skipSpace() {
        while let byte = next, byte == 0x20 || byte == 0x0a || byte == 0x0d || byte == 0x09 { position += 1 }
    }

    private mutating func take() throws(JSONSyntaxError) -> UInt8 {
        guard let byte = next else { throw error("unexpected end") }
        position += 1
        return byte
    }

    private mutating func take(_ literal: StaticString, _ value: JSON) throws(JSONSyntaxError) -> JSON {
        for index in 0..<literal.utf8CodeUnitCount {
            guard try take() == literal.utf8Start[index] else {
                position -= 1
                throw error("unexpected character")
            }
        }
        return value
    }

    private mutating func value() throws(JSONSyntaxError) -> JSON {
        skipSpace()
        guard let byte = next else { throw error("unexpected end") }
        count += 1
        guard count <= limit else { throw excess("more than \(limit) values") }
        switch byte {
        case UInt8(ascii: "{"): return try nested { parser throws(JSONSyntaxError) in try parser.object() }
        case UInt8(ascii: "["): return try nested { parser throws(JSONSyntaxError) in try parser.array() }
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try take("true", .boolean(true))
        case UInt8(ascii: "f"): return try take("false", .boolean(false))
        case UInt8(ascii: "n"): return try take("null", .null)
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try number()
        default: throw error("unexpected character")
        }
    }

    private mutating func nested(
        _ body: (inout JSONParser) throws(JSONSyntaxError) -> JSON
    ) throws(JSONSyntaxError) -> JSON {
        guard depth < JSON.maximumDepth else { throw excess("deeper than \(JSON.maximumDepth) levels") }
        depth += 1
        defer { depth -= 1 }
        position += 1
        return try body(&self)
    }

    private mutating func array() throws(JSONSyntaxError) -> JSON {
        var elements: [JSON] = []
        skipSpace()
        if next == UInt8(ascii: "]") {
            position += 1
            return .array(elements)
        }
        while true {
            elements.append(try value())
            skipSpace()
            switch try take() {
            case UInt8(ascii: ","): continue
            case UInt8(ascii: "]"): return .array(elements)
            default:
                position -= 1
                throw error("expected ',' or ']'")
            }
        }
    }

    private mutating func object() throws(JSONSyntaxError) -> JSON {
        var members: [String: JSON] = [:]
        skipSpace()
        if next == UInt8(ascii: "}") {
            position += 1
            return .object(members)
        }
        while true {
            skipSpace()
            guard next == UInt8(ascii: "\"") else { throw error(next == nil ? "unexpected end" : "expected a name") }
            let name = try string()
            skipSpace()
            guard try take() == UInt8(ascii: ":") else {
                position -= 1
                throw error("expected ':'")
            }
            members[name] = try value()
            skipSpace()
            switch try take() {
            case UInt8(ascii: ","): continue
            case UInt8(ascii: "}"): return .object(members)
            default:
                position -= 1
                throw error("expected ',' or '}'")
            }
        }
    }

    // MARK: Strings

    private mutating func string() throws(JSONSyntaxError) -> String {
        position += 1
        let start = position
        // Most strings have no escapes: find the end, then validate all bytes at once.
        while let byte = next {
            if byte == UInt8(ascii: "\"") {
                let text = try utf8(bytes[start..<position])
                position += 1
                return text
            }
            if byte == UInt8(ascii: "\\") { return try escapedString(from: start) }
            guard byte >= 0x20 else { throw error("control character in a string") }
            position += 1
        }
        throw error("unexpected end")
    }

    private mutating func escapedString(from start: Int) throws(JSONSyntaxError) -> String {
        var text = Array(bytes[start..<position])
        while true {
            let byte = try take()
            switch byte {
            case UInt8(ascii: "\""): return try utf8(text)
            case UInt8(ascii: "\\"): try escape(into: &text)
            case ..<0x20:
                position -= 1
                throw error("control character in a string")
            default: text.append(byte)
            }
        }
    }

    private mutating func escape(into text: inout [UInt8]) throws(JSONSyntaxError) {
        switch try take() {
        case UInt8(ascii: "\""): text.append(UInt8(ascii: "\""))
        case UInt8(ascii: "\\"): text.append(UInt8(ascii: "\\"))
        case UInt8(ascii: "/"): text.append(UInt8(ascii: "/"))
        case UInt8(ascii: "b"): text.append(0x08)
        case UInt8(ascii: "f"): text.append(0x0c)
        case UInt8(ascii: "n"): text.append(0x0a)
        case UInt8(ascii: "r"): text.append(0x0d)
        case UInt8(ascii: "t"): text.append(0x09)
        case UInt8(ascii: "u"):
            var code = UInt32(try codeUnit())
            if 0xd800...0xdbff ~= code {
                guard try take() == UInt8(ascii: "\\"), try take() == UInt8(ascii: "u") else {
                    throw error("lone surrogate")
                }
                let low = UInt32(try codeUnit())
                guard 0xdc00...0xdfff ~= low else { throw error("lone surrogate") }
                code = 0x10000 + (code - 0xd800) << 10 + (low - 0xdc00)
            }
            guard let scalar = Unicode.Scalar(code) else { throw error("lone surrogate") }
            text += UTF8.encode(scalar).map { Array($0) } ?? []
        default:
            position -= 1
            throw error("unknown escape")
        }
    }

    private mutating func codeUnit() throws(JSONSyntaxError) -> UInt16 {
        var code: UInt16 = 0
        for _ in 0..<4 {
            guard let digit = try take().hexDigitValue else {
                position -= 1
                throw error("expected a hexadecimal digit")
            }
            code = code << 4 | UInt16(digit)
        }
        return code
    }

    private func utf8(_ bytes: some Collection<UInt8>) throws(JSONSyntaxError) -> String {
        guard let text = String(validating: bytes, as: UTF8.self) else { throw error("invalid UTF-8 in a string") }
        return text
    }

    // MARK: Numbers

    private mutating func number() throws(JSONSyntaxError) -> JSON {
        let start = position
        let negative = next == UInt8(ascii: "-")
        if negative { position += 1 }
        var magnitude: UInt64? = 0
        if next == UInt8(ascii: "0") {
            position += 1
        } else {
            try digits { digit in
                let (product, high) = (magnitude ?? 0).multipliedReportingOverflow(by: 10)
                let (sum, carry) = product.addingReportingOverflow(UInt64(digit))
                magnitude = magnitude == nil || high || carry ? nil : sum
            }
        }
        var isInteger = true
        if next == UInt8(ascii: ".") {
            isInteger = false
            position += 1
            try digits { _ in }
        }
        if next == UInt8(ascii: "e") || next == UInt8(ascii: "E") {
            isInteger = false
            position += 1
            if next == UInt8(ascii: "+") || next == UInt8(ascii: "-") { position += 1 }
            try digits { _ in }
        }
        if isInteger, let magnitude {
            if let value = Int64(exactly: magnitude) { return .integer(negative ? -value : value) }
            if negative, magnitude == Int64.min.magnitude { return .integer(.min) }
        }
        guard let value = Double(String(decoding: bytes[start..<position], as: UTF8.self)), value.isFinite else {
            throw error("number out of range")
        }
        return .number(value)
    }

    private mutating func digits(_ body: (UInt8) -> Void) throws(JSONSyntaxError) {
        guard let first = next else { throw error("unexpected end") }
        guard 48...57 ~= first else { throw error("expected a digit") }
        while let byte = next, 48...57 ~= byte {
            body(byte - 48)
            position += 1
        }
    }
}
