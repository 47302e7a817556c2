/// SHA-1 (RFC 3174), ovsdb-server's checksum of each record of a file. It detects corruption, not forgery.
struct SHA1: Sendable {
    private var state: (UInt32, UInt32, UInt32, UInt32, UInt32) = (
        0x6745_2301, 0xefcd_ab89, 0x98ba_dcfe, 0x1032_5476, 0xc3d2_e1f0
    )
    private var length: UInt64 = 0
    /// An incomplete block of 64 bytes.
    private var rest: [UInt8] = []

    init() { rest.reserveCapacity(64) }

    mutating func update(_ bytes: UnsafeRawBufferPointer) {
        length += UInt64(bytes.count)
        var position = 0
        if !rest.isEmpty {
            position = min(64 - rest.count, bytes.count)
            rest.append(contentsOf: bytes[..<position])
            guard rest.count == 64 else { return }
            let block = rest
            rest.removeAll(keepingCapacity: true)
            block.withUnsafeBytes { process($0) }
        }
        let whole = position + (bytes.count - position) / 64 * 64
        process(UnsafeRawBufferPointer(rebasing: bytes[position..<whole]))
        rest.append(contentsOf: bytes[whole...])
    }

    /// The 20-byte digest of everything so far.
    func digest() -> [UInt8] {
        var last = self
        var padding = rest + [0x80]
        while padding.count % 64 != 56 { padding.append(0) }
        for shift in stride(from: 56, through: 0, by: -8) {
            padding.append(UInt8(truncatingIfNeeded: (length << 3) >> shift))
        }
        padding.withUnsafeBytes { last.process($0) }
        let words = [last.state.0, last.state.1, last.state.2, last.state.3, last.state.4]
        return words.flatMap { word in [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: word >> $0) } }
    }

    /// Takes whole blocks.
    private mutating func process(_ bytes: UnsafeRawBufferPointer) {
        withUnsafeTemporaryAllocation(of: UInt32.self, capacity: 80) { words in
            for block in stride(from: 0, to: bytes.count, by: 64) {
                for index in 0..<16 {
                    words[index] = UInt32(
                        bigEndian: bytes.loadUnaligned(fromByteOffset: block + index * 4, as: UInt32.self))
                }
                for index in 16..<80 {
                    let word = words[index - 3] ^ words[index - 8] ^ words[index - 14] ^ words[index - 16]
                    words[index] = word << 1 | word >> 31
                }
                mix(words)
            }
        }
    }

    private mutating func mix(_ words: UnsafeMutableBufferPointer<UInt32>) {
        var (a, b, c, d, e) = state
        for index in 0..<80 {
            let (function, constant): (UInt32, UInt32) =
                switch index {
                case 0..<20: (b & c | ~b & d, 0x5a82_7999)
                case 20..<40: (b ^ c ^ d, 0x6ed9_eba1)
                case 40..<60: (b & c | b & d | c & d, 0x8f1b_bcdc)
                default: (b ^ c ^ d, 0xca62_c1d6)
                }
            let next = (a << 5 | a >> 27) &+ function &+ e &+ constant &+ words[index]
            (a, b, c, d, e) = (next, a, b << 30 | b >> 2, c, d)
        }
        state = (state.0 &+ a, state.1 &+ b, state.2 &+ c, state.3 &+ d, state.4 &+ e)
    }
}
