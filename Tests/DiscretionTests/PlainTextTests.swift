import Logging
import NIOConcurrencyHelpers
import Testing

@testable import Discretion

/// Untrusted text in our log lines.
struct PlainTextTests {
    @Test(arguments: [
        ("web", "web"), ("", ""), ("naïve 日本 🙂", "naïve 日本 🙂"), ("a\\b", "a\\b"),
        (
            "a\n2026-11-29T20:00:00+0000 info ovn-ipam: all is well",
            "a\\n2026-11-29T20:00:00+0000 info ovn-ipam: all is well"
        ),
        ("a\r\nb\tc", "a\\r\\nb\\tc"), ("\u{1b}[2Jgone", "\\u{1b}[2Jgone"), ("\u{9b}31m", "\\u{9b}31m"),
        ("nul\u{0}", "nul\\u{0}"), ("\u{7f}", "\\u{7f}"), ("a\u{2028}b\u{2029}", "a\\u{2028}b\\u{2029}"),
        ("evil\u{202e}txt.exe", "evil\\u{202e}txt.exe"), ("\u{2066}x\u{2069}", "\\u{2066}x\\u{2069}"),
        ("e\u{301}\u{1b}", "e\u{301}\\u{1b}"),
    ])
    func `a text stays on one line without control sequences`(text: String, shown: String) {
        #expect(text.plain() == shown)
        #expect(text[...].plain() == shown)
    }

    @Test func `a long text is cut and followed by its length`() {
        let long = String(repeating: "a", count: 8_000_000)
        #expect(long.plain(limit: 10) == "aaaaaaaaaa… (8000000 bytes)")
        #expect(String(repeating: "\n", count: 100).plain(limit: 10) == #"\n\n\n\n\n… (100 bytes)"#)
        #expect(long.plain().utf8.count < 4100)
    }

    @Test(arguments: [
        (
            "Error: 268 error:100000f7:SSL routines:OPENSSL_internal:WRONG_VERSION_NUMBER at /w/.build/ssl/tls_record.cc:242",
            "Error: 268 error:100000f7:SSL routines:OPENSSL_internal:WRONG_VERSION_NUMBER"
        ),
        ("[Error: 1 X at /w/a.cc:1, Error: 2 Y at /w/b.cc.inc:22]", "[Error: 1 X, Error: 2 Y]"),
        ("fatal at /w/Sources/A.swift:1:2 again", "fatal again"),
        ("cannot listen at /run/x.sock: in use", "cannot listen at /run/x.sock: in use"),
        ("keystone at /v3:5000 at /", "keystone at /v3:5000 at /"), ("at /a.c:1", "at /a.c:1"),
        ("see at /etc/a.c", "see at /etc/a.c"),
    ])
    func `a library's source location is removed from errors`(text: String, shown: String) {
        #expect(text.withoutSourcePlaces == shown && text.plain() == shown)
    }

    @Test func `control characters and line separators are escaped`() {
        for value in (0 as UInt32)...0x2_0000 {
            guard let scalar = Unicode.Scalar(value) else { continue }
            let kind = scalar.properties.generalCategory
            guard [.control, .lineSeparator, .paragraphSeparator].contains(kind) || scalar.properties.isBidiControl
            else { continue }
            #expect(String(scalar).plain().unicodeScalars.allSatisfy { 0x20...0x7e ~= $0.value }, "\(value)")
        }
    }

    /// Records what it logs.
    struct Record: LogHandler {
        let lines: NIOLockedValueBox<[String]>
        var logLevel = Logger.Level.trace
        var metadata: Logger.Metadata = [:]
        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            let values = (event.metadata ?? [:]).sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
            lines.withLockedValue { $0.append((values + ["\(event.message)"]).joined(separator: " ")) }
        }
    }

    @Test func `neither a log line nor a value can be forged by its contents`() {
        let lines = NIOLockedValueBox<[String]>([])
        var logger = Logger(label: "test") { _ in PlainLogHandler(Record(lines: lines)) }
        logger[metadataKey: "kept"] = "x\ny"
        logger.info(
            "called\nnot",
            metadata: [
                "name": "a\nlevel=error", "plain": "web", "cause": "say \"no\"", "list": ["a\n", "b"],
                "deep": ["k\u{1b}": "v\n"], "empty": "", "key\n": "v", "number": "\(7)",
            ])
        struct Odd: Error, CustomStringConvertible { let description = "bad\nfield=1" }
        logger.error("failed", error: Odd())
        let expected =
            #"cause="say \"no\"" deep=DEEP empty="" key\n=v kept=x\ny list=LIST name="a\nlevel=error" number=7 plain=web called\nnot"#
        let all = lines.withLockedValue { $0 }
        #expect(all.count == 2)
        for line in all { #expect(line.unicodeScalars.allSatisfy { $0.value >= 0x20 }, "\(line)") }
        for part in expected.split(separator: " ") where !part.contains("DEEP") && !part.contains("LIST") {
            #expect(all[0].contains(part), "\(part) is not in \(all[0])")
        }
        #expect(all[1] == #"error="bad\nfield=1" kept=x\ny failed"#)
    }
}
