internal import ArgumentParser

/// The lines of one bench run: what was measured, beside what, and whether it meets its limit.
struct Report {
    private(set) var missed = 0

    mutating func section(_ title: String) { print("\n\(title)") }

    /// One measured value without a limit.
    func note(_ what: String, _ value: String) { print("  \(pad(what)) \(value)") }

    /// One measured value with the limit it has to keep.
    mutating func judge(_ what: String, _ value: String, limit: String, met: Bool) {
        print("  \(pad(what)) \(value)  [\(limit)] \(met ? "met" : "MISSED")")
        if !met { missed += 1 }
    }

    /// Says how it went; exits with 1 where a limit was missed.
    func conclude() throws {
        print(missed == 0 ? "\nall limits met" : "\n\(missed) limits missed")
        if missed > 0 { throw ExitCode(1) }
    }

    private func pad(_ text: String) -> String {
        text.count < 52 ? text + String(repeating: " ", count: 52 - text.count) : text
    }
}

/// Times in seconds, with the quantiles that a report shows.
struct Samples {
    private var sorted: [Double]

    init(_ values: [Double]) { sorted = values.sorted() }

    func quantile(_ q: Double) -> Double {
        sorted.isEmpty ? .nan : sorted[min(sorted.count - 1, Int(Double(sorted.count) * q))]
    }
    var median: Double { quantile(0.5) }
}

func milliseconds(_ seconds: Double) -> String { decimal(seconds * 1e3, 3) + " ms" }

/// A number with so many digits after the point.
func decimal(_ value: Double, _ digits: Int) -> String {
    guard value.isFinite else { return "–" }
    var scale = 1.0
    for _ in 0..<digits { scale *= 10 }
    let whole = Int64((value * scale).rounded())
    guard digits > 0 else { return "\(whole)" }
    let text = String(whole.magnitude)
    let padded = String(repeating: "0", count: max(0, digits + 1 - text.count)) + text
    return (whole < 0 ? "-" : "") + padded.dropLast(digits) + "." + padded.suffix(digits)
}
