import Glibc

extension StringProtocol {
    /// The text made safe for a log, a terminal or an error message: one line of limited length, without control
    /// sequences.
    ///
    /// Control characters, line and paragraph separators and bidirectional controls are escaped as in Swift source,
    /// `\n` or `\u{1b}`. The result has at most `limit` characters: a longer text keeps its beginning and is followed
    /// by its length.
    package func plain(limit: Int = PlainText.limit) -> String {
        let text = withoutSourcePlaces
        if text.utf8.count <= limit, text.utf8.allSatisfy({ 0x20...0x7e ~= $0 }) { return text }
        var shown = ""
        var length = 0
        for scalar in text.unicodeScalars {
            let piece = PlainText.shown(scalar)
            length += piece.count
            guard length <= limit else { return "\(shown)… (\(utf8.count) bytes)" }
            shown += piece
        }
        return shown
    }

    /// The text without ` at /usr/src/…/tls_record.cc:242`, a library's source location, which helps no reader of the
    /// error and discloses the builder's folders.
    package var withoutSourcePlaces: String {
        let mark = " at /"
        var text = String(self)
        guard text.withUTF8({ PlainText.isMarked(UnsafeRawBufferPointer($0)) }) else { return text }
        var rest = text[...]
        var kept = ""
        while let start = rest.firstRange(of: mark) {
            kept += rest[..<start.lowerBound]
            let place = rest[start.lowerBound...].dropFirst(4).prefix {
                !$0.isWhitespace && $0 != "," && $0 != ")" && $0 != "]"
            }
            if !PlainText.isSourcePlace(place) { kept += rest[start.lowerBound..<place.endIndex] }
            rest = rest[place.endIndex...]
        }
        return kept + rest
    }
}

/// How unprintable characters are escaped.
package enum PlainText {
    /// In characters: longer than any message of ours, and short enough for a log.
    package static let limit = 4000

    /// Whether ` at /` is in there. From slash to slash by the C library: every line of the log is searched, however long it is.
    static func isMarked(_ text: UnsafeRawBufferPointer) -> Bool {
        var rest = text
        while let start = rest.baseAddress, let slash = memchr(start, 0x2f, rest.count) {
            let index = start.distance(to: UnsafeRawPointer(slash))
            if rest[..<index].suffix(4).elementsEqual(" at ".utf8) { return true }
            rest = UnsafeRawBufferPointer(rebasing: rest[(index + 1)...])
        }
        return false
    }

    /// Whether `text` is like `/folder/file.cc:242`.
    static func isSourcePlace(_ text: Substring) -> Bool {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count >= 2, parts.dropFirst().allSatisfy({ !$0.isEmpty && $0.allSatisfy(\.isNumber) }) else {
            return false
        }
        return sources.contains { parts[0].hasSuffix($0) }
    }

    private static let sources = [".c", ".cc", ".cpp", ".h", ".inc", ".swift"]

    static func shown(_ scalar: Unicode.Scalar) -> String {
        switch scalar.value {
        case 0x0a: "\\n"
        case 0x0d: "\\r"
        case 0x09: "\\t"
        case 0..<0x20, 0x7f..<0xa0: escaped(scalar)
        // Line and paragraph separators, bidirectional marks and overrides, invisible tags.
        case 0x2028, 0x2029, 0x061c, 0x200e, 0x200f, 0x202a...0x202e, 0x2066...0x2069, 0xe0000...0xe007f:
            escaped(scalar)
        default: String(scalar)
        }
    }

    private static func escaped(_ scalar: Unicode.Scalar) -> String { "\\u{\(String(scalar.value, radix: 16))}" }
}
