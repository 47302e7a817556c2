extension Duration {
    /// A limit as a message tells it: `within 2.5 s`. Where a deadline had passed already, nothing was left of it.
    var asLimit: String {
        self <= .zero ? "in the time that was left" : "within \(inSeconds)"
    }

    /// Rounded to milliseconds: `0.25 s`.
    private var inSeconds: String {
        let (seconds, attoseconds) = components
        let milliseconds = max(1, seconds * 1_000 + attoseconds / 1_000_000_000_000_000)
        return milliseconds % 1_000 == 0 ? "\(milliseconds / 1_000) s" : "\(Double(milliseconds) / 1_000) s"
    }
}
