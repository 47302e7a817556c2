import NetAddress

/// The parameters of a URL's query, in order and repeated as they came (`name=a&name=b`).
package struct QueryString: Hashable, Sendable {
    package private(set) var items: [(name: String, value: String)]

    /// Reads `a=1&b=2`: `%XX` and `+` are decoded, an item without `=` has the empty value. What is not valid UTF-8 afterwards
    /// is repaired with U+FFFD, which then fits nothing.
    package init(_ text: some StringProtocol) {
        items = text.utf8.split(separator: UInt8(ascii: "&")).map { item in
            let separator = item.firstIndex(of: UInt8(ascii: "=")) ?? item.endIndex
            let value = separator == item.endIndex ? item[separator...] : item[item.index(after: separator)...]
            return (Self.decoded(item[..<separator]), Self.decoded(value))
        }
    }

    package init(_ items: [(name: String, value: String)]) { self.items = items }

    /// The values of one parameter, in order.
    package subscript(_ name: String) -> [String] { items.filter { $0.name == name }.map(\.value) }

    package func last(_ name: String) -> String? { items.last { $0.name == name }?.value }

    package static func == (a: Self, b: Self) -> Bool {
        a.items.elementsEqual(b.items) { $0.name == $1.name && $0.value == $1.value }
    }

    package func hash(into hasher: inout Hasher) {
        for item in items {
            hasher.combine(item.name)
            hasher.combine(item.value)
        }
    }

    /// The text, encoded as forms are: spaces as `+`.
    package var encoded: String {
        items.map { "\(Self.encoded($0.name))=\(Self.encoded($0.value))" }.joined(separator: "&")
    }

    package static func decoded(_ text: some Collection<UInt8>, plusIsSpace: Bool = true) -> String {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.count)
        var rest = text[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "+"), plusIsSpace {
                bytes.append(UInt8(ascii: " "))
            } else if byte == UInt8(ascii: "%"), let high = rest.first?.hexDigitValue,
                let low = rest.dropFirst().first?.hexDigitValue
            {
                bytes.append(high << 4 | low)
                rest = rest.dropFirst(2)
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func encoded(_ text: String) -> String {
        var bytes: [UInt8] = []
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."),
                UInt8(ascii: "~"):
                bytes.append(byte)
            case UInt8(ascii: " "): bytes.append(UInt8(ascii: "+"))
            default:
                bytes.append(UInt8(ascii: "%"))
                for nibble in [byte >> 4, byte & 15] {
                    bytes.append(nibble < 10 ? UInt8(ascii: "0") + nibble : UInt8(ascii: "A") + nibble - 10)
                }
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
