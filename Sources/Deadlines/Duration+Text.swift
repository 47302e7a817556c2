extension Duration {
    /// Clamped to the range of `Int64`.
    package var nanoseconds: Int64 {
        let (seconds, attoseconds) = components
        let (product, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        return overflow ? .max : product.addingReportingOverflow(attoseconds / 1_000_000_000).partialValue
    }

    /// For messages: `30 s`, `2.9 s`, and below one second in milliseconds, `0.25 s`.
    package var inSeconds: String {
        let components = max(self, .zero).components
        let milliseconds = components.seconds * 1_000 + components.attoseconds / 1_000_000_000_000_000
        if milliseconds < 1_000, milliseconds % 100 != 0 { return "\(Double(milliseconds) / 1_000) s" }
        let tenths = milliseconds / 100
        return tenths % 10 == 0 ? "\(tenths / 10) s" : "\(tenths / 10).\(tenths % 10) s"
    }

    /// A limit in a message: `within 2.5 s`, or that none was left where the deadline had passed already.
    package var asLimit: String {
        self <= .zero ? "in the time that was left" : "within \(max(self, .milliseconds(1)).inSeconds)"
    }
}

extension Duration {
    /// A whole number of seconds, minutes, hours or days: `90s`, `5m`, `12h`, `7d`. Nil for anything else, and beyond 100 years.
    package init?(_ text: some StringProtocol) {
        let units: [Character: Int64] = ["s": 1, "m": 60, "h": 3_600, "d": 86_400]
        guard let unit = text.last.flatMap({ units[$0] }), let count = Int64(text.dropLast()), count >= 0,
            count <= 100 * 365 * 86_400 / unit, text.first != "+"
        else { return nil }
        self = .seconds(count * unit)
    }
}
