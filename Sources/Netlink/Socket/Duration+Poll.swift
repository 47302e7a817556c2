extension Duration {
    /// Milliseconds for poll(2), rounded up, an hour at most.
    package var pollTimeout: CInt {
        let (seconds, attoseconds) = components
        return CInt(min(max(seconds, 0), 3600) * 1000 + attoseconds / 1_000_000_000_000_000 + 1)
    }
}
