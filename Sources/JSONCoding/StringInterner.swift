/// Lets equal strings that come from the wire share one storage: the keys of `external_ids`, the name of a network at each of its ports.
///
/// A fixed number of places, each holding the string seen last: never grows, forgets what does not repeat.
public final class StringInterner {
    /// Empty until the first string is kept.
    private var places: [String] = []
    private static let bits = 12
    /// Longer strings hardly repeat; up to 15 bytes a Swift string needs no storage at all.
    private static let lengths = 16...128

    /// Allocates nothing until a string of 16 to 128 bytes is read.
    public init() {}

    /// Nil if `bytes` are not UTF-8.
    func string(_ bytes: UnsafeRawBufferPointer) -> String? {
        guard Self.lengths ~= bytes.count else { return String(validUTF8: bytes) }
        if places.isEmpty { places = Array(repeating: "", count: 1 << Self.bits) }
        let place = Self.place(of: bytes)
        if Self.isEqual(places[place], bytes) { return places[place] }
        guard let string = String(validUTF8: bytes) else { return nil }
        places[place] = string
        return string
    }

    private static func isEqual(_ string: String, _ bytes: UnsafeRawBufferPointer) -> Bool {
        string.utf8.withContiguousStorageIfAvailable { text in
            guard text.count == bytes.count else { return false }
            let text = UnsafeRawBufferPointer(text)
            var index = 0
            while bytes.count - index >= 8 {
                if text.loadUnaligned(fromByteOffset: index, as: UInt64.self)
                    != bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self)
                {
                    return false
                }
                index += 8
            }
            while index < bytes.count {
                if text[index] != bytes[index] { return false }
                index += 1
            }
            return true
        } ?? false
    }

    /// Mixes the length, both ends and the middle: enough to tell ids and keys apart, and constant work.
    private static func place(of bytes: UnsafeRawBufferPointer) -> Int {
        let first = bytes.loadUnaligned(as: UInt64.self)
        let last = bytes.loadUnaligned(fromByteOffset: bytes.count - 8, as: UInt64.self)
        let middle = bytes.loadUnaligned(fromByteOffset: bytes.count / 2 - 4, as: UInt64.self)
        var hash = first &* 0x9E37_79B9_7F4A_7C15 ^ UInt64(bytes.count)
        hash = (hash ^ hash >> 32 ^ last) &* 0xD6E8_FEB8_6659_FD93
        hash = (hash ^ hash >> 32 ^ middle) &* 0xD6E8_FEB8_6659_FD93
        return Int(hash >> UInt64(64 - bits))
    }
}
