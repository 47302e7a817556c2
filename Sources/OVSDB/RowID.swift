/// A row's `_uuid`: 128 bits, kept as two integers so that a copy or a comparison allocates nothing.
public struct RowID: Hashable, Comparable, Sendable {
    /// The first eight octets, the first one highest.
    public let high: UInt64
    /// The last eight octets.
    public let low: UInt64

    /// Any 128 bits; the version is not checked.
    public init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// The all-zero id, which is the default of a column of type `uuid`.
    public static let zero = RowID(high: 0, low: 0)

    /// A fresh version 4 UUID (RFC 9562 §5.4).
    public static func random() -> RowID {
        var generator = SystemRandomNumberGenerator()
        return RowID(
            high: generator.next() & 0xFFFF_FFFF_FFFF_0FFF | 0x4000,
            low: generator.next() & 0x3FFF_FFFF_FFFF_FFFF | 0x8000_0000_0000_0000)
    }

    /// In the order of their text.
    public static func < (a: RowID, b: RowID) -> Bool {
        a.high != b.high ? a.high < b.high : a.low < b.low
    }
}

extension RowID: LosslessStringConvertible {
    /// Nil unless `text` is `8-4-4-4-12` hexadecimal digits.
    public init?(_ text: String) {
        var text = text
        guard let id = text.withUTF8({ RowID(text: UnsafeRawBufferPointer($0)) }) else { return nil }
        self = id
    }

    /// Nil unless `text` is `8-4-4-4-12` hexadecimal digits.
    init?(text: UnsafeRawBufferPointer) {
        guard text.count == 36 else { return nil }
        var halves: (UInt64, UInt64) = (0, 0)
        var digits = 0
        for (index, byte) in text.enumerated() {
            switch index {
            case 8, 13, 18, 23:
                guard byte == UInt8(ascii: "-") else { return nil }
            default:
                let value: UInt8
                switch byte {
                case 0x30...0x39: value = byte &- 0x30
                case 0x61...0x66: value = byte &- 0x57
                case 0x41...0x46: value = byte &- 0x37
                default: return nil
                }
                if digits < 16 {
                    halves.0 = halves.0 << 4 | UInt64(value)
                } else {
                    halves.1 = halves.1 << 4 | UInt64(value)
                }
                digits += 1
            }
        }
        self.init(high: halves.0, low: halves.1)
    }

    /// Lower case, `8-4-4-4-12`.
    public var description: String {
        String(unsafeUninitializedCapacity: 36) { write(into: $0) }
    }

    /// Writes the 36 characters of `description`; answers their number.
    func write(into text: UnsafeMutableBufferPointer<UInt8>) -> Int {
        precondition(text.count >= 36)
        var position = 0
        var shift = 60
        var half = high
        for digitIndex in 0..<32 {
            if digitIndex == 8 || digitIndex == 12 || digitIndex == 16 || digitIndex == 20 {
                text[position] = UInt8(ascii: "-")
                position += 1
            }
            if digitIndex == 16 {
                half = low
                shift = 60
            }
            let digit = UInt8(truncatingIfNeeded: half >> UInt64(shift)) & 15
            text[position] = digit < 10 ? 0x30 &+ digit : 0x57 &+ digit
            position += 1
            shift -= 4
        }
        return position
    }
}
