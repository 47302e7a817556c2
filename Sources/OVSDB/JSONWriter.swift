/// Appends JSON to a buffer; the caller puts brackets and commas where they belong.
public struct JSONWriter {
    /// What was written so far, UTF-8.
    public private(set) var bytes: [UInt8] = []

    init(reserving capacity: Int = 512) { bytes.reserveCapacity(capacity) }

    /// JSON given literally.
    mutating func raw(_ json: StaticString) {
        bytes.append(contentsOf: UnsafeBufferPointer(start: json.utf8Start, count: json.utf8CodeUnitCount))
    }

    mutating func append(_ other: JSONWriter) { bytes.append(contentsOf: other.bytes) }

    mutating func integer(_ value: Int64) {
        if 0..<10 ~= value {
            bytes.append(0x30 &+ UInt8(truncatingIfNeeded: value))
        } else {
            bytes.append(contentsOf: String(value).utf8)
        }
    }

    /// JSON knows no infinity: what is not finite is written as null, which every server refuses for a column of type real.
    mutating func real(_ value: Double) {
        if value.isFinite { bytes.append(contentsOf: value.description.utf8) } else { raw("null") }
    }

    mutating func boolean(_ value: Bool) {
        if value { raw("true") } else { raw("false") }
    }

    /// `["uuid","…"]`
    mutating func uuid(_ id: RowID) {
        raw("[\"uuid\",")
        idText(id)
        raw("]")
    }

    /// The id as a JSON string.
    mutating func idText(_ id: RowID) {
        bytes.append(0x22)
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 36) { text in
            _ = id.write(into: text)
            bytes.append(contentsOf: text)
        }
        bytes.append(0x22)
    }

    mutating func string(_ text: String) {
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
            case 0x22: raw("\\\"")
            case 0x5C: raw("\\\\")
            case 0x0A: raw("\\n")
            case 0x0D: raw("\\r")
            case 0x09: raw("\\t")
            default:
                raw(byte < 0x10 ? "\\u000" : "\\u001")
                let digit = byte & 15
                bytes.append(digit < 10 ? 0x30 &+ digit : 0x57 &+ digit)
            }
        }
        bytes.append(contentsOf: text[start...])
    }
}
