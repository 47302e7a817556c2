/// Bytes in, whole lines out.
package struct LineBuffer: Sendable {
    private var bytes: [UInt8] = []
    private var start = 0

    package init() {}

    /// Bytes of the unfinished line.
    package var count: Int { bytes.count - start }

    package mutating func append(_ chunk: some Sequence<UInt8>) {
        bytes.removeFirst(start)
        start = 0
        bytes.append(contentsOf: chunk)
    }

    /// The next line without its end, `nil` until it is whole.
    package mutating func next() -> [UInt8]? {
        guard let end = bytes[start...].firstIndex(of: UInt8(ascii: "\n")) else { return nil }
        defer { start = end + 1 }
        var line = bytes[start..<end]
        if line.last == UInt8(ascii: "\r") { line.removeLast() }
        return Array(line)
    }
}
