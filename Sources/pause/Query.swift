/// A query of one question (RFC 1035 §4.1), as its length: the bytes stay where they are.
struct Query {
    static let headerLength = 12
    /// A name has at most 255 bytes; the rest is for records behind the question.
    static let maximumLength = 512

    /// Up to the end of the question.
    let length: Int

    /// What a reply says (`RCODE`).
    enum Code: UInt8 {
        case noError = 0
        case serverFailure = 2
        case noSuchName = 3
    }

    /// Nil unless it is a standard query of one question, all of whose bytes are there.
    init?(_ bytes: UnsafeBufferPointer<UInt8>) {
        guard bytes.count >= Self.headerLength, bytes[2] & 0xf8 == 0, bytes[4] == 0, bytes[5] == 1 else { return nil }
        var place = Self.headerLength
        while place < bytes.count, bytes[place] != 0 {
            // No pointers: there is nothing before the first name.
            guard bytes[place] < 64 else { return nil }
            place += Int(bytes[place]) + 1
        }
        // The last label, type and class.
        guard place + 5 <= bytes.count, place - Self.headerLength < 255 else { return nil }
        length = place + 5
    }

    /// Makes the query a reply without records. Returns the reply's length.
    func refusal(_ code: Code, in bytes: UnsafeMutablePointer<UInt8>) -> Int {
        bytes[2] = bytes[2] & 0x01 | 0x80
        bytes[3] = 0x80 | code.rawValue
        for place in 6..<Self.headerLength { bytes[place] = 0 }
        return length
    }
}

extension UnsafeMutablePointer<UInt8> {
    /// A question only: what is counted behind it is gone.
    func clearAdditional() {
        for place in 6..<Query.headerLength { self[place] = 0 }
    }

    /// Turns a query into one with another number and type, or back. Returns its type before.
    func exchangeProbe(_ query: Query, type: (UInt8, UInt8)) -> (UInt8, UInt8) {
        self[0] ^= 0x55
        self[1] ^= 0x55
        let place = query.length - 4
        let old = (self[place], self[place + 1])
        (self[place], self[place + 1]) = type
        return old
    }
}
