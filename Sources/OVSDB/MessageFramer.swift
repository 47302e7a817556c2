import JSONCoding

/// Finds where one JSON-RPC message ends and the next begins in a stream of bytes; OVSDB has no length prefix (RFC 7047 §4).
///
/// Looks at each byte once, however the stream is cut. What it passes on is an object whose brackets balance; whether it is JSON is for
/// the parser to say.
struct MessageFramer {
    private let limit: Int
    private var depth = 0
    private var isInString = false
    private var isEscaped = false
    /// The beginning of a message whose end has not come yet.
    private var pending = MessageBuffer()

    init(limit: Int) { self.limit = limit }

    /// Whether the stream stands between two messages.
    var isIdle: Bool { depth == 0 }

    /// Calls `body` with each message that ends in `chunk`.
    mutating func receive(_ chunk: UnsafeRawBufferPointer, _ body: (UnsafeRawBufferPointer) throws -> Void) throws {
        var start = 0
        while start < chunk.count {
            if depth == 0 {
                switch chunk[start] {
                case 0x20, 0x0A, 0x0D, 0x09:
                    start += 1
                    continue
                case UInt8(ascii: "{"): break
                default: throw OVSDBError(.malformed, "a message does not start with '{'")
                }
            }
            let end = try scan(chunk, from: start)
            let size = pending.count + (end ?? chunk.count) - start
            guard size <= limit else {
                throw OVSDBError(.malformed, "a message is longer than the limit of \(limit) bytes")
            }
            let part = UnsafeRawBufferPointer(rebasing: chunk[start..<(end ?? chunk.count)])
            guard let end else {
                append(part)
                return
            }
            start = end
            if pending.count == 0 {
                try body(part)
            } else {
                append(part)
                let message = pending
                pending = MessageBuffer()
                try body(message.bytes)
            }
        }
    }

    private mutating func append(_ part: UnsafeRawBufferPointer) {
        if !isKnownUniquelyReferenced(&pending) { pending = MessageBuffer(copying: pending) }
        pending.append(part)
    }

    /// The position after the message's last bracket; nil if that is not in `chunk`.
    private mutating func scan(_ chunk: UnsafeRawBufferPointer, from start: Int) throws -> Int? {
        var index = start
        while index < chunk.count {
            if isInString {
                if isEscaped {
                    isEscaped = false
                    index += 1
                    continue
                }
                index = Self.endOfText(chunk, from: index)
                guard index < chunk.count else { return nil }
                if chunk[index] == UInt8(ascii: "\\") { isEscaped = true } else { isInString = false }
                index += 1
                continue
            }
            switch chunk[index] {
            case UInt8(ascii: "\""): isInString = true
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                depth += 1
                guard depth <= JSONReader.maximumDepth else {
                    throw OVSDBError(.malformed, "a message is nested more than \(JSONReader.maximumDepth) deep")
                }
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                depth -= 1
                if depth == 0 { return index + 1 }
            default: break
            }
            index += 1
        }
        return nil
    }

    /// The first quote or backslash at or after `start`, eight bytes at a time.
    private static func endOfText(_ chunk: UnsafeRawBufferPointer, from start: Int) -> Int {
        var index = start
        let ones: UInt64 = 0x0101_0101_0101_0101
        while chunk.count - index >= 8 {
            let word = chunk.loadUnaligned(fromByteOffset: index, as: UInt64.self)
            let quote = word ^ (ones &* 0x22)
            let backslash = word ^ (ones &* 0x5C)
            let found = ((quote &- ones) & ~quote | (backslash &- ones) & ~backslash) & (ones &* 0x80)
            if found != 0 { return index + found.littleEndian.trailingZeroBitCount / 8 }
            index += 8
        }
        while index < chunk.count, chunk[index] != 0x22, chunk[index] != 0x5C { index += 1 }
        return index
    }
}
