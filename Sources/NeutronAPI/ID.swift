import NetAddress

/// The identifier of a resource: a UUID (RFC 9562), distinct for each kind of resource.
///
/// Two 64-bit words instead of text: an identifier is read once at the edge, compared and hashed often, and written again
/// at the edge.
package struct ID<Resource>: Hashable, Sendable {
    /// The first and the last eight octets, in the order of the text.
    package let high: UInt64
    package let low: UInt64

    package init(high: UInt64, low: UInt64) {
        (self.high, self.low) = (high, low)
    }

    /// A new random identifier (version 4).
    package static func random() -> Self {
        var generator = SystemRandomNumberGenerator()
        return Self(
            high: generator.next() & 0xffff_ffff_ffff_0fff | 0x4000,
            low: generator.next() & 0x3fff_ffff_ffff_ffff | 0x8000_0000_0000_0000)
    }

    /// Nil unless `text` is 32 hexadecimal digits in groups of 8-4-4-4-12; upper case is accepted.
    package init?(_ text: some StringProtocol) {
        let parsed =
            text.utf8.withContiguousStorageIfAvailable { Self(utf8: $0) }
            ?? Array(text.utf8).withUnsafeBufferPointer { Self(utf8: $0) }
        guard let parsed else { return nil }
        self = parsed
    }

    /// The same from the text's bytes.
    package init?(utf8 text: UnsafeBufferPointer<UInt8>) {
        guard let words = uuidWords(text) else { return nil }
        self.init(high: words.high, low: words.low)
    }

    /// Calls `body` with the 36 characters of the lower case text.
    func forEachCharacter(_ body: (UInt8) -> Void) {
        for position in 0..<16 {
            if position == 8 || position == 12 { body(UInt8(ascii: "-")) }
            body(UInt8.hexDigit(high >> (60 - 4 * UInt64(position))))
        }
        body(UInt8(ascii: "-"))
        for position in 0..<16 {
            if position == 4 { body(UInt8(ascii: "-")) }
            body(UInt8.hexDigit(low >> (60 - 4 * UInt64(position))))
        }
    }
}

extension ID: Comparable {
    package static func < (a: Self, b: Self) -> Bool { (a.high, a.low) < (b.high, b.low) }
}

extension ID: LosslessStringConvertible {
    /// 36 characters, lower case.
    package var description: String {
        String(unsafeUninitializedCapacity: 36) { buffer in
            var count = 0
            forEachCharacter {
                buffer[count] = $0
                count += 1
            }
            return count
        }
    }
}

/// The two halves of a UUID's text; not a member of `ID`, so that one function serves all kinds of resources.
private func uuidWords(_ text: UnsafeBufferPointer<UInt8>) -> (high: UInt64, low: UInt64)? {
    guard text.count == 36 else { return nil }
    var words: (high: UInt64, low: UInt64) = (0, 0)
    for (position, byte) in text.enumerated() {
        switch position {
        case 8, 13, 18, 23:
            guard byte == UInt8(ascii: "-") else { return nil }
        default:
            guard let digit = byte.hexDigitValue else { return nil }
            if position < 18 {
                words.high = words.high << 4 | UInt64(digit)
            } else {
                words.low = words.low << 4 | UInt64(digit)
            }
        }
    }
    return words
}
