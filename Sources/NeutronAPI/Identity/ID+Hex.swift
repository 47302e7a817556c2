import JSONCoding
import NetAddress

// Identity's identifiers are shown as Keystone shows them: 32 hexadecimal digits without hyphens.
extension ID {
    /// 32 characters, lower case.
    package var hex: String {
        String(unsafeUninitializedCapacity: 32) { buffer in
            for place in 0..<16 {
                buffer[place] = UInt8.hexDigit(high >> (60 - 4 * UInt64(place)))
                buffer[16 + place] = UInt8.hexDigit(low >> (60 - 4 * UInt64(place)))
            }
            return 32
        }
    }

    /// Nil unless `text` is 32 hexadecimal digits; those of a UUID may be in its groups.
    package init?(hex text: String) {
        let digits = text.utf8
        guard digits.count == 32 else {
            self.init(text)
            return
        }
        var words: (high: UInt64, low: UInt64) = (0, 0)
        for (place, byte) in digits.enumerated() {
            guard let digit = byte.hexDigitValue else { return nil }
            if place < 16 {
                words.high = words.high << 4 | UInt64(digit)
            } else {
                words.low = words.low << 4 | UInt64(digit)
            }
        }
        self.init(high: words.high, low: words.low)
    }
}

extension Kind {
    /// The identifier of something of the identity service.
    static func hex<Other>(_ type: Other.Type = Other.self) -> Self where Value == ID<Other> {
        Self(
            refusing: { json throws(Refusal) in
                guard case .string(let text) = json, let id = ID<Other>(hex: text) else {
                    throw Refusal("'\(json.shown)' is not an identifier")
                }
                return id
            },
            json: { .string($0.hex) }, parse: { ID<Other>(hex: $0) }, write: \.hex)
    }
}
