extension DNSName: LosslessStringConvertible {
    /// `db.example`, without a last dot but for the root, `.`. What would be read differently is written `\.`, `\\`, or
    /// `\DDD`: blanks, control characters and whatever is not ASCII.
    package var description: String {
        guard !isRoot else { return "." }
        var text: [UInt8] = []
        text.reserveCapacity(wire.count)
        var position = 0
        while wire[position] != 0 {
            let end = position + 1 + Int(wire[position])
            if position > 0 { text.append(UInt8(ascii: ".")) }
            for byte in wire[(position + 1)..<end] {
                switch byte {
                case UInt8(ascii: "."), UInt8(ascii: "\\"): text += [UInt8(ascii: "\\"), byte]
                case 0x21...0x7e: text.append(byte)
                default: text += [UInt8(ascii: "\\"), byte / 100 + 48, byte / 10 % 10 + 48, byte % 10 + 48]
                }
            }
            position = end
        }
        return String(decoding: text, as: UTF8.self)
    }
}

/// Reads the text of a name byte by byte.
struct TextReader {
    /// The labels so far, the last one still without its length.
    private var wire: [UInt8] = [0]
    /// Where the length of the label being read goes.
    private var label = 0
    private var escape = Escape.none

    private enum Escape {
        case none
        case begun
        /// The value of so many decimal digits.
        case decimal(Int, digits: Int)
    }

    /// False where the text is no name; nothing may follow then.
    mutating func take(_ byte: UInt8) -> Bool {
        let digit = 48...57 ~= byte ? Int(byte) - 48 : nil
        switch escape {
        case .none where byte == UInt8(ascii: "\\"): escape = .begun
        case .none where byte == UInt8(ascii: "."): return endLabel()
        case .none: return append(byte)
        case .begun:
            guard let digit else {
                escape = .none
                return append(byte)
            }
            escape = .decimal(digit, digits: 1)
        case .decimal(let value, let digits):
            guard let digit else { return false }
            guard digits == 2 else {
                escape = .decimal(10 * value + digit, digits: digits + 1)
                return true
            }
            guard let byte = UInt8(exactly: 10 * value + digit) else { return false }
            escape = .none
            return append(byte)
        }
        return true
    }

    /// The name on the wire, nil where the text cannot end here.
    mutating func finish() -> [UInt8]? {
        guard case .none = escape else { return nil }
        // A text that ended with a dot has begun an empty label, which is the root's zero.
        if wire.count == label + 1 { return label > 0 ? wire : nil }
        return endLabel() ? wire : nil
    }

    private mutating func append(_ byte: UInt8) -> Bool {
        // The root's zero is still to come.
        guard wire.count - label <= DNSName.maximumLabelLength, wire.count < DNSName.maximumLength - 1 else {
            return false
        }
        wire.append(byte)
        return true
    }

    private mutating func endLabel() -> Bool {
        let length = wire.count - label - 1
        guard length > 0 else { return false }
        wire[label] = UInt8(length)
        label = wire.count
        wire.append(0)
        return true
    }
}
