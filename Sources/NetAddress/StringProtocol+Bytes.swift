extension StringProtocol {
    /// Calls `body` with the text's bytes, which are copied only where they do not lie in one piece.
    func withUTF8Bytes<Result>(_ body: (UnsafeBufferPointer<UInt8>) -> Result?) -> Result? {
        utf8.withContiguousStorageIfAvailable(body) ?? Array(utf8).withUnsafeBufferPointer(body)
    }
}
