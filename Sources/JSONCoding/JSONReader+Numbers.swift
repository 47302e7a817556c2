extension JSONReader {
    /// An integer that fits 64 bits; `1e3` and `5.0` count, as they do for ovsdb-server.
    public mutating func readInteger() throws(JSONSyntaxError) -> Int64 {
        let (range, isInteger) = try scanNumber()
        if isInteger {
            guard let value = Int64(digits: UnsafeRawBufferPointer(rebasing: bytes[range])) else {
                throw malformed("the integer before it does not fit 64 bits")
            }
            return value
        }
        guard let exact = Int64(exactly: try real(range)) else { throw malformed("expected an integer before it") }
        return exact
    }

    /// A finite number.
    public mutating func readReal() throws(JSONSyntaxError) -> Double {
        try real(scanNumber().range)
    }

    /// A number as it is kept in a tree: an integer that fits 64 bits, or a real.
    mutating func readNumber() throws(JSONSyntaxError) -> JSON {
        let (range, isInteger) = try scanNumber()
        if isInteger, let value = Int64(digits: UnsafeRawBufferPointer(rebasing: bytes[range])) {
            return .integer(value)
        }
        return .number(try real(range))
    }

    private func real(_ range: Range<Int>) throws(JSONSyntaxError) -> Double {
        guard let value = Double(String(decoding: bytes[range], as: UTF8.self)), value.isFinite else {
            throw malformed("the number before it is out of range")
        }
        return value
    }

    /// Steps over a number; `isInteger` if it has neither fraction nor exponent.
    public mutating func scanNumber() throws(JSONSyntaxError) -> (range: Range<Int>, isInteger: Bool) {
        _ = try peek()
        let start = position
        var isInteger = true
        if bytes[position] == UInt8(ascii: "-") { position += 1 }
        if position < bytes.count, bytes[position] == UInt8(ascii: "0") {
            position += 1
        } else {
            try scanDigits()
        }
        if position < bytes.count, bytes[position] == UInt8(ascii: ".") {
            isInteger = false
            position += 1
            try scanDigits()
        }
        if position < bytes.count, bytes[position] | 0x20 == UInt8(ascii: "e") {
            isInteger = false
            position += 1
            if position < bytes.count, bytes[position] == UInt8(ascii: "+") || bytes[position] == UInt8(ascii: "-") {
                position += 1
            }
            try scanDigits()
        }
        return (start..<position, isInteger)
    }

    private mutating func scanDigits() throws(JSONSyntaxError) {
        let start = position
        while position < bytes.count, bytes[position] &- 0x30 <= 9 { position &+= 1 }
        guard position > start else { throw malformed("expected a digit") }
    }
}

extension Int64 {
    /// Nil if the digits, which have been checked to be digits, overflow.
    fileprivate init?(digits: UnsafeRawBufferPointer) {
        let isNegative = digits[0] == UInt8(ascii: "-")
        var value: Int64 = 0
        for byte in digits.dropFirst(isNegative ? 1 : 0) {
            let (product, overflowed) = value.multipliedReportingOverflow(by: 10)
            let digit = Int64(byte &- 0x30)
            let (sum, overflowedToo) =
                isNegative ? product.subtractingReportingOverflow(digit) : product.addingReportingOverflow(digit)
            if overflowed || overflowedToo { return nil }
            value = sum
        }
        self = value
    }
}
