package import NetAddress

/// Writes JSON text, value by value, in the order it is told; separators come by themselves.
///
/// A list of thousands of ports is written straight from the structs: no tree and no reflection between.
package struct JSONWriter: Sendable {
    package private(set) var bytes: [UInt8] = []
    /// Whether the next value or name is the first since the last opening bracket or name.
    private var first = true

    package init(capacity: Int = 1_024) { bytes.reserveCapacity(capacity) }

    private mutating func separate() {
        if !first { bytes.append(UInt8(ascii: ",")) }
        first = false
    }

    // MARK: Structure

    /// What was written since the last time. What comes next goes on where it ends.
    package mutating func take() -> [UInt8] {
        var taken: [UInt8] = []
        swap(&taken, &bytes)
        return taken
    }

    mutating func open(_ bracket: UInt8) {
        separate()
        bytes.append(bracket)
        first = true
    }

    mutating func close(_ bracket: UInt8) {
        bytes.append(bracket)
        first = false
    }

    package mutating func object(_ body: (inout Self) -> Void) {
        open(UInt8(ascii: "{"))
        body(&self)
        close(UInt8(ascii: "}"))
    }

    package mutating func array<Element>(_ elements: some Sequence<Element>, _ body: (inout Self, Element) -> Void) {
        open(UInt8(ascii: "["))
        for element in elements { body(&self, element) }
        close(UInt8(ascii: "]"))
    }

    /// The name of the member whose value is written next.
    package mutating func name(_ name: String) {
        separate()
        quoted(name)
        bytes.append(UInt8(ascii: ":"))
        first = true
    }

    /// A name that was encoded before, with its quotes and colon.
    mutating func encodedName(_ name: [UInt8]) {
        separate()
        bytes.append(contentsOf: name)
        first = true
    }

    // MARK: Values

    package mutating func null() {
        separate()
        bytes.append(contentsOf: [UInt8(ascii: "n"), UInt8(ascii: "u"), UInt8(ascii: "l"), UInt8(ascii: "l")])
    }

    package mutating func value(_ value: Bool) {
        separate()
        literal(value ? "true" : "false")
    }

    package mutating func value(_ value: Int) {
        separate()
        integer(value)
    }

    package mutating func value(_ value: String) {
        separate()
        quoted(value)
    }

    /// A string, or null.
    package mutating func value(_ value: String?) {
        if let value { self.value(value) } else { null() }
    }

    package mutating func value<Resource>(_ id: ID<Resource>) {
        separate()
        bytes.append(UInt8(ascii: "\""))
        id.forEachCharacter { bytes.append($0) }
        bytes.append(UInt8(ascii: "\""))
    }

    package mutating func value(_ time: Timestamp) {
        separate()
        bytes.append(UInt8(ascii: "\""))
        time.forEachCharacter { bytes.append($0) }
        bytes.append(UInt8(ascii: "\""))
    }

    package mutating func value(_ address: IPAddress) {
        separate()
        bytes.append(UInt8(ascii: "\""))
        switch address {
        case .v4(let address):
            for shift in [UInt32(24), 16, 8, 0] {
                integer(Int(address.bits >> shift & 255))
                if shift > 0 { bytes.append(UInt8(ascii: ".")) }
            }
        case .v6(let address): bytes.append(contentsOf: address.description.utf8)
        }
        bytes.append(UInt8(ascii: "\""))
    }

    package mutating func value(_ mac: MACAddress) {
        separate()
        bytes.append(UInt8(ascii: "\""))
        for shift in stride(from: UInt64(40), through: 0, by: -8) {
            bytes.append(UInt8.hexDigit(mac.bits >> (shift + 4)))
            bytes.append(UInt8.hexDigit(mac.bits >> shift))
            if shift > 0 { bytes.append(UInt8(ascii: ":")) }
        }
        bytes.append(UInt8(ascii: "\""))
    }

    /// Any value; members of objects in the order of their names.
    package mutating func value(_ json: JSON) {
        switch json {
        case .null: null()
        case .boolean(let value): self.value(value)
        case .integer(let value): self.value(Int(value))
        case .number(let value):
            separate()
            bytes.append(contentsOf: value.description.utf8)
        case .string(let value): self.value(value)
        case .array(let elements): array(elements) { $0.value($1) }
        case .object(let members): value(members)
        }
    }

    package mutating func value(_ members: [String: JSON]) {
        object { writer in
            for (name, value) in members.sorted(by: { $0.key < $1.key }) {
                writer.name(name)
                writer.value(value)
            }
        }
    }

    // MARK: Text

    private mutating func literal(_ text: StaticString) {
        for index in 0..<text.utf8CodeUnitCount { bytes.append(text.utf8Start[index]) }
    }

    private mutating func integer(_ value: Int) {
        if 0..<10 ~= value {
            bytes.append(UInt8(ascii: "0") + UInt8(value))
        } else if 10..<1_000 ~= value {
            if value >= 100 { bytes.append(UInt8(ascii: "0") + UInt8(value / 100)) }
            bytes.append(UInt8(ascii: "0") + UInt8(value / 10 % 10))
            bytes.append(UInt8(ascii: "0") + UInt8(value % 10))
        } else {
            bytes.append(contentsOf: String(value).utf8)
        }
    }

    private mutating func quoted(_ text: String) {
        bytes.append(UInt8(ascii: "\""))
        var text = text
        let isPlain = text.withUTF8 { utf8 in
            guard utf8.allSatisfy({ $0 >= 0x20 && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\") }) else {
                return false
            }
            bytes.append(contentsOf: utf8)
            return true
        }
        if !isPlain {
            for byte in text.utf8 { escaped(byte) }
        }
        bytes.append(UInt8(ascii: "\""))
    }

    private mutating func escaped(_ byte: UInt8) {
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"):
            bytes.append(UInt8(ascii: "\\"))
            bytes.append(byte)
        case 0x0a: literal("\\n")
        case 0x0d: literal("\\r")
        case 0x09: literal("\\t")
        case ..<0x20:
            literal("\\u00")
            bytes.append(UInt8.hexDigit(UInt64(byte >> 4)))
            bytes.append(UInt8.hexDigit(UInt64(byte)))
        default: bytes.append(byte)
        }
    }
}
