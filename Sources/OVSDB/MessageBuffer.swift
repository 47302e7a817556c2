private import func Glibc.free
private import func Glibc.realloc

/// Bytes that grow. Unlike an array it grows where it is (`realloc`), which for a copy of a large database saves as much memory again and
/// the time to move it.
final class MessageBuffer {
    private var storage: UnsafeMutableRawPointer?
    private var capacity = 0
    private(set) var count = 0

    deinit { free(storage) }

    /// Valid as long as the buffer lives and is not changed.
    var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: storage, count: count) }

    init() {}

    /// A copy with its own storage.
    init(copying other: MessageBuffer) { append(other.bytes) }

    func append(_ part: UnsafeRawBufferPointer) {
        guard let source = part.baseAddress, part.count > 0 else { return }
        if capacity - count < part.count {
            capacity = max(count + part.count, capacity * 2, 4096)
            guard let grown = realloc(storage, capacity) else {
                preconditionFailure("out of memory for a message of \(capacity) bytes")
            }
            storage = grown
        }
        storage?.advanced(by: count).copyMemory(from: source, byteCount: part.count)
        count += part.count
    }
}
