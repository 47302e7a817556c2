extension JSONReader {
    /// Where the text of a string lies between its quotes.
    public struct Text {
        /// In bytes of the whole text.
        public let range: Range<Int>
        /// Whether a backslash is in it, so that the bytes are not the text itself.
        public let hasEscapes: Bool
    }

    /// Reads a string.
    public mutating func readString() throws(JSONSyntaxError) -> String {
        try string(readText())
    }

    /// For texts that repeat (keys, names of networks): equal ones share their storage.
    public mutating func readSharedString() throws(JSONSyntaxError) -> String {
        let text = try readText()
        return text.hasEscapes ? try string(text) : try shared(text)
    }

    /// Steps over a string.
    public mutating func readText() throws(JSONSyntaxError) -> Text {
        try expect(UInt8(ascii: "\""))
        let start = position
        var hasEscapes = false
        while true {
            position = firstSpecial(from: position)
            guard position < bytes.count else { throw malformed("it ends inside a string") }
            switch bytes[position] {
            case UInt8(ascii: "\""):
                position += 1
                return Text(range: start..<position - 1, hasEscapes: hasEscapes)
            case UInt8(ascii: "\\"):
                hasEscapes = true
                guard position + 1 < bytes.count else { throw malformed("it ends inside a string") }
                position += 2
            default: throw malformed("a control character inside a string")
            }
        }
    }

    /// The first quote, backslash or control character at or after `start`, eight bytes at a time.
    private func firstSpecial(from start: Int) -> Int {
        var index = start
        let ones: UInt64 = 0x0101_0101_0101_0101
        let highs: UInt64 = 0x8080_8080_8080_8080
        while bytes.count - index >= 8 {
            let word = bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self)
            let quote = word ^ (ones &* 0x22)
            let backslash = word ^ (ones &* 0x5C)
            let found =
                ((quote &- ones) & ~quote | (backslash &- ones) & ~backslash | (word &- ones &* 0x20) & ~word) & highs
            if found != 0 { return index + found.littleEndian.trailingZeroBitCount / 8 }
            index += 8
        }
        while index < bytes.count {
            let byte = bytes[index]
            if byte == 0x22 || byte == 0x5C || byte < 0x20 { return index }
            index += 1
        }
        return index
    }

    /// The string of a text, with its storage shared if it repeats.
    public func shared(_ text: Text) throws(JSONSyntaxError) -> String {
        guard !text.hasEscapes else { return try string(text) }
        guard let strings else { return try string(text) }
        let slice = UnsafeRawBufferPointer(rebasing: bytes[text.range])
        guard let string = strings._withUnsafeGuaranteedRef({ $0.string(slice) }) else {
            throw malformed("the string before it is not UTF-8")
        }
        return string
    }

    /// The string of a text.
    public func string(_ text: Text) throws(JSONSyntaxError) -> String {
        let slice = UnsafeRawBufferPointer(rebasing: bytes[text.range])
        let string =
            text.hasEscapes ? String(validating: try unescaped(slice), as: UTF8.self) : String(validUTF8: slice)
        guard let string else { throw malformed("the string before it is not UTF-8") }
        return string
    }

    private func unescaped(_ slice: UnsafeRawBufferPointer) throws(JSONSyntaxError) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(slice.count)
        var index = 0
        while index < slice.count {
            let byte = slice[index]
            index += 1
            guard byte == UInt8(ascii: "\\") else {
                result.append(byte)
                continue
            }
            guard index < slice.count else { throw malformed("it ends inside an escape") }
            let escape = slice[index]
            index += 1
            switch escape {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): result.append(escape)
            case UInt8(ascii: "b"): result.append(0x08)
            case UInt8(ascii: "f"): result.append(0x0C)
            case UInt8(ascii: "n"): result.append(0x0A)
            case UInt8(ascii: "r"): result.append(0x0D)
            case UInt8(ascii: "t"): result.append(0x09)
            case UInt8(ascii: "u"): result.append(contentsOf: try codePoint(slice, &index).utf8)
            default: throw malformed("an unknown escape in the string before it")
            }
        }
        return result
    }

    /// The scalar of a `\u` escape, with the second half of a surrogate pair; `index` stands behind the `u`.
    private func codePoint(_ slice: UnsafeRawBufferPointer, _ index: inout Int) throws(JSONSyntaxError) -> Character {
        let unit = try hexUnit(slice, &index)
        if let scalar = Unicode.Scalar(unit) { return Character(scalar) }
        guard unit < 0xDC00, slice.count - index >= 2, slice[index] == UInt8(ascii: "\\"),
            slice[index + 1] == UInt8(ascii: "u")
        else { throw malformed("a lone surrogate in the string before it") }
        index += 2
        let low = try hexUnit(slice, &index)
        guard 0xDC00...0xDFFF ~= low,
            let scalar = Unicode.Scalar(0x10000 + (UInt32(unit - 0xD800) << 10) + UInt32(low - 0xDC00))
        else { throw malformed("a lone surrogate in the string before it") }
        return Character(scalar)
    }

    private func hexUnit(_ slice: UnsafeRawBufferPointer, _ index: inout Int) throws(JSONSyntaxError) -> UInt16 {
        guard slice.count - index >= 4 else { throw malformed("it ends inside an escape") }
        var unit: UInt16 = 0
        for byte in slice[index..<index + 4] {
            guard let digit = Character(Unicode.Scalar(byte)).hexDigitValue, byte < 0x80 else {
                throw malformed("expected four hexadecimal digits in an escape")
            }
            unit = unit << 4 | UInt16(digit)
        }
        index += 4
        return unit
    }
}

extension String {
    /// Nil if `bytes` are not UTF-8.
    init?(validUTF8 bytes: UnsafeRawBufferPointer) {
        let text = bytes.bindMemory(to: UInt8.self)
        if bytes.isASCII {
            self.init(decoding: text, as: UTF8.self)  // several times faster than `validating`
        } else {
            self.init(validating: text, as: UTF8.self)
        }
    }
}

extension UnsafeRawBufferPointer {
    fileprivate var isASCII: Bool {
        var bits: UInt64 = 0
        var index = 0
        while count - index >= 8 {
            bits |= loadUnaligned(fromByteOffset: index, as: UInt64.self)
            index += 8
        }
        while index < count {
            bits |= UInt64(self[index])
            index += 1
        }
        return bits & 0x8080_8080_8080_8080 == 0
    }
}
