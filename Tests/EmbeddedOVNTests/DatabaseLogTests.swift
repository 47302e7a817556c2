import Foundation
import Testing

@testable import EmbeddedOVN

@Suite struct DatabaseLogTests {
    /// A record as ovsdb-server writes it.
    private static func record(_ json: String) -> [UInt8] {
        let body = Array("\(json)\n".utf8)
        var sum = SHA1()
        body.withUnsafeBytes { sum.update($0) }
        let digest = sum.digest().map { String(UInt32($0) + 256, radix: 16).dropFirst() }.joined()
        return Array("OVSDB JSON \(body.count) \(digest)\n".utf8) + body
    }

    private static let records = [
        record(#"{"name":"D","tables":{}}"#), record(#"{"_date":1,"T":{"a":{"b":1}}}"#),
        record(#"{"_date":2,"_comment":"a\nOVSDB JSON 5","T":{"a":null}}"#),
    ]
    private static let file = records.flatMap { $0 }

    /// Feeds the bytes in pieces of a size.
    private static func finding(_ bytes: [UInt8], pieces size: Int = .max) -> DatabaseLog.Finding {
        var log = DatabaseLog()
        var rest = bytes[...]
        while !rest.isEmpty {
            Array(rest.prefix(size)).withUnsafeBytes { log.feed($0) }
            rest = rest.dropFirst(size)
        }
        return log.finding()
    }

    @Test(arguments: [
        ("", "da39a3ee5e6b4b0d3255bfef95601890afd80709"), ("abc", "a9993e364706816aba3e25717850c26c9cd0d89d"),
        ("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", "84983e441c3bd26ebaae4aa1f95129e5e54670f1"),
        (
            String(repeating: "0123456701234567012345670123456701234567012345670123456701234567", count: 10),
            "dea356a2cddd90c7a7ecedc5ebb563934f460452"
        ),
    ])
    func `checksums match RFC 3174`(_ text: String, _ expected: String) {
        for size in [1, 3, 63, 64, 65, 1_000] {
            var sum = SHA1()
            var rest = Array(text.utf8)[...]
            while !rest.isEmpty {
                Array(rest.prefix(size)).withUnsafeBytes { sum.update($0) }
                rest = rest.dropFirst(size)
            }
            #expect(sum.digest().map { String(UInt32($0) + 256, radix: 16).dropFirst() }.joined() == expected)
        }
    }

    @Test func `a complete file is intact in chunks of any size`() {
        for size in [1, 2, 7, 64, 1_000] { #expect(Self.finding(Self.file, pieces: size) == .whole(records: 3)) }
    }

    @Test func `a truncated file is intact up to its last complete record`() {
        var ends = [0]
        for record in Self.records { ends.append(ends.last! + record.count) }
        for length in 0..<Self.file.count {
            let whole = ends.lastIndex { $0 <= length }!
            let found = Self.finding(Array(Self.file.prefix(length)))
            if whole == 0 {
                guard case .damaged(end: 0, records: 0, _) = found else {
                    Issue.record("\(length): \(found)")
                    continue
                }
            } else if ends.contains(length) {
                #expect(found == .whole(records: whole), "\(length)")
            } else {
                #expect(found == .unfinished(end: ends[whole], records: whole), "\(length)")
            }
        }
    }

    @Test(arguments: [0x01, 0x10, 0x80] as [UInt8])
    func `a changed byte is damage, reported with the intact records before it`(_ bits: UInt8) {
        var start = 0
        for (index, record) in Self.records.enumerated() {
            for position in start..<(start + record.count) {
                var bytes = Self.file
                bytes[position] ^= bits
                guard case .damaged(start, index, _) = Self.finding(bytes) else {
                    Issue.record("byte \(position): \(Self.finding(bytes))")
                    continue
                }
            }
            start += record.count
        }
    }

    @Test func `NUL bytes, a hole, another file's beginning and other trailing bytes are damage`() {
        let others: [[UInt8]] = [
            Self.file + [0], Self.file + Array(repeating: 0, count: 4_096), Self.file + Array("\n".utf8),
            Self.file + Array("OVSDB JSON 0 \(String(repeating: "0", count: 40))\n".utf8),
            Self.file + Array("OVSDB JSON +9 \(String(repeating: "0", count: 40))\n".utf8),
            Self.file + Array("OVSDB JSON 99999999999999999999 \(String(repeating: "0", count: 40))\n".utf8),
            Self.file + Array("OVSDB  JSON".utf8), Self.file + Array(repeating: UInt8(ascii: "9"), count: 1_000),
        ]
        for bytes in others {
            guard case .damaged(Self.file.count, 3, _) = Self.finding(bytes) else {
                Issue.record("\(bytes.dropFirst(Self.file.count).prefix(20)): \(Self.finding(bytes))")
                continue
            }
        }
        for text in ["", "{}\n", "SQLite format 3\0", String(repeating: "x", count: 1_000)] {
            guard case .damaged(0, 0, _) = Self.finding(Array(text.utf8)) else {
                Issue.record("\(text): \(Self.finding(Array(text.utf8)))")
                continue
            }
        }
        #expect(Self.finding(Array("OVSDB CLUSTER 5 \(String(repeating: "0", count: 40))\n{}".utf8)) == .clustered)
    }

    @Test func `a database that lost more than half is damaged, not unfinished`() {
        let large = Self.record(#"{"T":"\#(String(repeating: "x", count: 2 << 20))"}"#)
        guard case .damaged(Self.records[0].count, 1, let reason) = Self.finding(Self.records[0] + large.dropLast())
        else {
            Issue.record("taken for unfinished")
            return
        }
        #expect(reason.contains("more than half of it"))
        #expect(Self.finding(Self.records[0] + large) == .whole(records: 2))
    }
}
