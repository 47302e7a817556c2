import Glibc

/// What OVN's lexer makes of a match, of actions, or of a constant in them: written after the description of the language in
/// ovn-sb(5), and independently of what the product writes.
package enum OVNToken: Hashable, Sendable {
    case string
    case integer
    case ethernet
    case ipv4
    case ipv6
    /// A constant with its mask or length.
    case masked
    /// A name of a field, an action, an option …
    case name(String)
    /// `$addresses`, `@ports`, `^variable`.
    case reference(String)
    /// Everything else, as it is written.
    case symbol(String)
    /// What is none of these.
    case error(String)

    /// Whether it is a value by itself.
    package var isConstant: Bool {
        switch self {
        case .string, .integer, .ethernet, .ipv4, .ipv6, .masked: true
        case .name, .reference, .symbol, .error: false
        }
    }

    /// All of a text.
    package static func all(of text: String) -> [OVNToken] {
        var lexer = OVNLexer(rest: Array(text.utf8)[...])
        var tokens: [OVNToken] = []
        while let token = lexer.next() { tokens.append(token) }
        return tokens
    }
}

private struct OVNLexer {
    var rest: ArraySlice<UInt8>

    private static let symbols = [
        "==", "!=", "<=", ">=", "<->", "&&", "||", "..", "--", "(", ")", "{", "}", "[", "]", "=", "!", "<", ">", ",",
        ";", ":",
        "-",
    ].sorted { $0.utf8.count > $1.utf8.count }

    mutating func next() -> OVNToken? {
        while let byte = rest.first {
            if byte == 0x20 || 9...13 ~= byte {
                rest = rest.dropFirst()
            } else if rest.starts(with: "//".utf8) {
                rest = rest.drop { $0 != 10 }
            } else if rest.starts(with: "/*".utf8) {
                guard skipComment() else { return .error("an open comment") }
            } else {
                return token(byte)
            }
        }
        return nil
    }

    private mutating func skipComment() -> Bool {
        rest = rest.dropFirst(2)
        while !rest.isEmpty, rest.first != 10 {
            if rest.starts(with: "*/".utf8) {
                rest = rest.dropFirst(2)
                return true
            }
            rest = rest.dropFirst()
        }
        rest = []
        return false
    }

    private mutating func token(_ byte: UInt8) -> OVNToken {
        if byte == UInt8(ascii: "\"") { return string() }
        let digits = rest.prefix { Character(Unicode.Scalar($0)).isHexDigit && $0 < 0x80 }
        let startsAddress = !digits.isEmpty && rest.dropFirst(digits.count).first == UInt8(ascii: ":")
        if 48...57 ~= byte || startsAddress || rest.starts(with: "::".utf8) { return constant() }
        if Self.isNameStart(byte), !rest.starts(with: "..".utf8) { return .name(name()) }
        if [UInt8(ascii: "$"), UInt8(ascii: "@"), UInt8(ascii: "^")].contains(byte) {
            rest = rest.dropFirst()
            guard let next = rest.first, Self.isNameStart(next) else { return .error("a lone mark") }
            return .reference(name())
        }
        if let symbol = Self.symbols.first(where: { rest.starts(with: $0.utf8) }) {
            rest = rest.dropFirst(symbol.utf8.count)
            return .symbol(symbol)
        }
        rest = rest.dropFirst()
        return .error("byte \(byte)")
    }

    private mutating func string() -> OVNToken {
        rest = rest.dropFirst()
        var isSound = true
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "\""): return isSound ? .string : .error("a broken string")
            case UInt8(ascii: "\\"):
                guard let escape = rest.popFirst() else { return .error("an open string") }
                if escape == UInt8(ascii: "u") {
                    let digits = rest.prefix(4)
                    let code = UInt32(String(decoding: digits, as: UTF8.self), radix: 16) ?? 0
                    if digits.count < 4 || code == 0 { isSound = false }
                } else if !Array("\"\\/bfnrt".utf8).contains(escape) {
                    isSound = false
                }
            case 0..<0x20: isSound = false
            default: break
            }
        }
        return .error("an open string")
    }

    private mutating func constant() -> OVNToken {
        let value = number()
        guard rest.first == UInt8(ascii: "/") else { return value }
        rest = rest.dropFirst()
        let mask = number()
        switch (value, mask) {
        case (.error, _): return value
        case (_, .error): return mask
        case (.ipv4, .integer), (.ipv6, .integer): return .masked
        default: return value == mask ? .masked : .error("a mask of another kind")
        }
    }

    private mutating func number() -> OVNToken {
        var length = 0
        var sawDot = false
        let bytes = Array(rest)
        while length < bytes.count {
            let byte = bytes[length]
            let isLetterOrDigit = byte < 0x80 && (Character(Unicode.Scalar(byte)).isLetter || 48...57 ~= byte)
            let isDot = byte == UInt8(ascii: ".") && (length + 1 == bytes.count || bytes[length + 1] != byte)
            guard isLetterOrDigit || byte == UInt8(ascii: ":") && !sawDot || isDot else { break }
            if isDot { sawDot = true }
            length += 1
        }
        let text = String(decoding: bytes.prefix(length), as: UTF8.self)
        rest = rest.dropFirst(length)
        return Self.kind(text)
    }

    private static func kind(_ text: String) -> OVNToken {
        let octets = text.split(separator: ":", omittingEmptySubsequences: false)
        if octets.count == 6, octets.allSatisfy({ $0.utf8.count == 2 && UInt8($0, radix: 16) != nil }) {
            return .ethernet
        }
        if !text.isEmpty, text.utf8.allSatisfy({ 48...57 ~= $0 }) {
            if text.hasPrefix("0"), text != "0" { return .error("a leading zero") }
            return UInt64(text) == nil ? .error("a large number") : .integer
        }
        if text.hasPrefix("0x") || text.hasPrefix("0X") {
            let digits = text.dropFirst(2)
            return !digits.isEmpty && digits.allSatisfy(\.isHexDigit) ? .integer : .error("no hexadecimal number")
        }
        var (four, six) = (in_addr(), in6_addr())
        if inet_pton(AF_INET, text, &four) == 1 { return .ipv4 }
        if inet_pton(AF_INET6, text, &six) == 1 { return .ipv6 }
        return .error("no number")
    }

    private static func isNameStart(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "_"),
            UInt8(ascii: "."):
            true
        default: false
        }
    }

    private mutating func name() -> String {
        let name = rest.prefix { Self.isNameStart($0) || 48...57 ~= $0 }
        rest = rest.dropFirst(name.count)
        return String(decoding: name, as: UTF8.self)
    }
}
