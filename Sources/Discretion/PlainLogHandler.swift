package import Logging

/// The log of all programs: one line per event on stderr, even if names, options, headers or errors from outside are in
/// it.
///
/// A value that has blanks, quotes or an equals sign is quoted, so that it cannot forge another value.
package struct PlainLogHandler: LogHandler {
    private var inner: any LogHandler

    /// - Parameter inner: writes the line.
    package init(_ inner: any LogHandler) { self.inner = inner }

    package static func standardError(label: String) -> PlainLogHandler {
        PlainLogHandler(StreamLogHandler.standardError(label: label))
    }

    package var logLevel: Logger.Level {
        get { inner.logLevel }
        set { inner.logLevel = newValue }
    }

    package var metadataProvider: Logger.MetadataProvider? {
        get { inner.metadataProvider }
        set { inner.metadataProvider = newValue }
    }

    /// As given; escaped when it is written.
    package var metadata: Logger.Metadata = [:]

    package subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    package func log(event: LogEvent) {
        var plain = event
        plain.message = "\(event.message.description.plain())"
        var values = metadata
        values.merge(event.metadata ?? [:]) { $1 }
        if let error = event.error {
            values["error"] = "\(error)"
            plain.error = nil
        }
        plain.metadata = values.isEmpty ? nil : Self.plain(values)
        inner.log(event: plain)
    }

    private static func plain(_ metadata: Logger.Metadata) -> Logger.Metadata {
        Dictionary(
            metadata.map { ($0.key.plain(limit: keyLimit), .string(plain($0.value))) },
            uniquingKeysWith: { first, _ in first })
    }

    /// A value as one word, or quoted.
    private static func plain(_ value: Logger.MetadataValue) -> String {
        let text = value.description.plain()
        let needsQuotes =
            text.isEmpty
            || text.utf8.contains { [UInt8(ascii: " "), UInt8(ascii: "\""), UInt8(ascii: "=")].contains($0) }
        guard needsQuotes else { return text }
        return "\"" + text.map { $0 == "\"" ? "\\\"" : String($0) }.joined() + "\""
    }

    private static let keyLimit = 100
}
