/// Writes JSON text, value by value, in the order it is told; separators come by themselves, save in what is given literally.
///
/// A list of thousands of ports is written straight from the structs: no tree and no reflection between.
public struct JSONWriter: Sendable {
    /// What was written.
    public var bytes: [UInt8] = []
    /// Whether no comma is due: nothing was written since the last opening bracket, name, or literal text.
    public var isFirst = true

    /// An empty text, with room for so many bytes.
    public init(capacity: Int = 1_024) { bytes.reserveCapacity(capacity) }

    /// Writes the comma that is due before the next value.
    @inlinable public mutating func separate() {
        if !isFirst { bytes.append(UInt8(ascii: ",")) }
        isFirst = false
    }

    // MARK: Structure

    /// What was written since the last time. What comes next goes on where it ends.
    public mutating func take() -> [UInt8] {
        var taken: [UInt8] = []
        swap(&taken, &bytes)
        return taken
    }

    /// Writes an opening bracket.
    @inlinable public mutating func open(_ bracket: UInt8) {
        separate()
        bytes.append(bracket)
        isFirst = true
    }

    /// Writes a closing bracket.
    @inlinable public mutating func close(_ bracket: UInt8) {
        bytes.append(bracket)
        isFirst = false
    }

    /// Writes an object, whose members `body` writes.
    @inlinable public mutating func object(_ body: (inout Self) -> Void) {
        open(UInt8(ascii: "{"))
        body(&self)
        close(UInt8(ascii: "}"))
    }

    /// Writes an array, whose elements `body` writes.
    @inlinable public mutating func array<Element>(
        _ elements: some Sequence<Element>, _ body: (inout Self, Element) -> Void
    ) {
        open(UInt8(ascii: "["))
        for element in elements { body(&self, element) }
        close(UInt8(ascii: "]"))
    }

    /// The name of the member whose value is written next.
    @inlinable public mutating func name(_ name: String) {
        separate()
        string(name)
        bytes.append(UInt8(ascii: ":"))
        isFirst = true
    }

    /// A name that was encoded before, with its quotes and colon.
    @inlinable public mutating func encodedName(_ name: [UInt8]) {
        separate()
        bytes.append(contentsOf: name)
        isFirst = true
    }

    // MARK: Values

    /// Writes `null`.
    public mutating func null() {
        separate()
        literal("null")
    }

    /// Writes a boolean.
    @inlinable public mutating func value(_ value: Bool) {
        separate()
        boolean(value)
    }

    /// Writes an integer.
    @inlinable public mutating func value(_ value: Int) {
        separate()
        integer(Int64(value))
    }

    /// Writes a string.
    @inlinable public mutating func value(_ value: String) {
        separate()
        string(value)
    }

    /// A string, or null.
    @inlinable public mutating func value(_ value: String?) {
        if let value { self.value(value) } else { null() }
    }

    /// A string of characters that need no escapes.
    @inlinable public mutating func quoted(_ write: (inout [UInt8]) -> Void) {
        separate()
        bytes.append(0x22)
        write(&bytes)
        bytes.append(0x22)
    }

    /// Any value; members of objects in the order of their names.
    public mutating func value(_ json: JSON) {
        switch json {
        case .null: null()
        case .boolean(let value): self.value(value)
        case .integer(let value): self.value(Int(value))
        case .number(let value):
            separate()
            real(value)
        case .string(let value): self.value(value)
        case .array(let elements): array(elements) { $0.value($1) }
        case .object(let members): value(members)
        }
    }

    /// Writes an object, members in the order of their names.
    public mutating func value(_ members: [String: JSON]) {
        object { writer in
            for (name, value) in members.sorted(by: { $0.key < $1.key }) {
                writer.name(name)
                writer.value(value)
            }
        }
    }

    // MARK: Text, where the caller places brackets and commas

    /// JSON given literally. What comes next stands right behind it.
    public mutating func raw(_ json: StaticString) {
        literal(json)
        isFirst = true
    }

    private mutating func literal(_ json: StaticString) {
        bytes.append(contentsOf: UnsafeBufferPointer(start: json.utf8Start, count: json.utf8CodeUnitCount))
    }

    /// What another writer has written.
    public mutating func append(_ other: JSONWriter) { bytes.append(contentsOf: other.bytes) }

    /// Writes a boolean, without a separator.
    public mutating func boolean(_ value: Bool) {
        if value { literal("true") } else { literal("false") }
    }

    /// Writes an integer, without a separator.
    @inlinable public mutating func integer(_ value: Int64) {
        if 0..<10 ~= value {
            bytes.append(0x30 &+ UInt8(truncatingIfNeeded: value))
        } else if 10..<1_000 ~= value {
            if value >= 100 { bytes.append(0x30 &+ UInt8(truncatingIfNeeded: value / 100)) }
            bytes.append(0x30 &+ UInt8(truncatingIfNeeded: value / 10 % 10))
            bytes.append(0x30 &+ UInt8(truncatingIfNeeded: value % 10))
        } else {
            bytes.append(contentsOf: String(value).utf8)
        }
    }

    /// JSON knows no infinity: what is not finite is written as null, which every server refuses for a column of type real.
    public mutating func real(_ value: Double) {
        if value.isFinite { bytes.append(contentsOf: value.description.utf8) } else { literal("null") }
    }

    /// Writes a string, without a separator.
    public mutating func string(_ text: String) {
        bytes.append(0x22)
        let isWritten: Void? = text.utf8.withContiguousStorageIfAvailable { escape($0) }
        if isWritten == nil { Array(text.utf8).withUnsafeBufferPointer { escape($0) } }
        bytes.append(0x22)
    }

    private mutating func escape(_ text: UnsafeBufferPointer<UInt8>) {
        var start = 0
        for (index, byte) in text.enumerated() where byte < 0x20 || byte == 0x22 || byte == 0x5C {
            bytes.append(contentsOf: text[start..<index])
            start = index + 1
            switch byte {
            case 0x22: literal("\\\"")
            case 0x5C: literal("\\\\")
            case 0x0A: literal("\\n")
            case 0x0D: literal("\\r")
            case 0x09: literal("\\t")
            default:
                literal(byte < 0x10 ? "\\u000" : "\\u001")
                let digit = byte & 15
                bytes.append(digit < 10 ? 0x30 &+ digit : 0x57 &+ digit)
            }
        }
        bytes.append(contentsOf: text[start...])
    }
}
