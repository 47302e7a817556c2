/// Writes a POSIX ustar archive in memory (IEEE Std 1003.1, pax, "ustar Interchange Format"): enough for an image's layer.
package struct TarArchive: Sendable {
    private static let block = 512
    private var blocks: [UInt8] = []

    package init() {}

    /// Adds a regular file owned by root, dated at the epoch so that equal contents make equal archives. Its name has at
    /// most 100 bytes and no leading slash.
    package mutating func add(_ name: String, mode: UInt16, contents: some Collection<UInt8>) {
        precondition(name.utf8.count <= 100, "a ustar name holds 100 bytes: \(name)")
        var header = [UInt8](repeating: 0, count: Self.block)
        func put(_ text: String, at offset: Int) {
            header.replaceSubrange(offset..<offset + text.utf8.count, with: text.utf8)
        }
        put(name, at: 0)
        put(octal(UInt64(mode), digits: 7), at: 100)
        put(octal(0, digits: 7), at: 108)  // uid
        put(octal(0, digits: 7), at: 116)  // gid
        put(octal(UInt64(contents.count), digits: 11), at: 124)
        put(octal(0, digits: 11), at: 136)  // mtime
        put("        ", at: 148)  // the checksum counts itself as blanks
        put("0", at: 156)  // regular file
        put("ustar", at: 257)
        put("00", at: 263)
        put(octal(header.reduce(0) { $0 + UInt64($1) }, digits: 6), at: 148)
        header[154] = 0

        blocks += header
        blocks += contents
        blocks += [UInt8](repeating: 0, count: (Self.block - contents.count % Self.block) % Self.block)
    }

    /// The archive with its end marker, two blocks of zeros.
    package var bytes: [UInt8] { blocks + [UInt8](repeating: 0, count: 2 * Self.block) }

    private func octal(_ value: UInt64, digits: Int) -> String {
        let text = String(value, radix: 8)
        return String(repeating: "0", count: digits - text.utf8.count) + text
    }
}
