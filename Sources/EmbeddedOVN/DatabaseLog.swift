import Glibc

/// Checks whether a standalone database file of ovsdb-server(1), described in ovsdb(5), is readable to its end.
///
/// The file is a log: a line `OVSDB JSON LENGTH SHA1`, then LENGTH bytes of JSON that end in the only other newline,
/// and so on; the schema first, then a record per transaction. ovsdb-server itself takes what precedes the first
/// unreadable record for the whole database, and truncates the rest at its next write.
///
/// It is fed the bytes in order, in chunks of any size, and keeps none but an unfinished line.
struct DatabaseLog {
    /// The result for the bytes so far.
    enum Finding: Hashable, Sendable {
        /// Complete records and nothing else.
        case whole(records: Int)
        /// Complete records up to `end`, then the beginning of one more: what a power cut during a write leaves.
        case unfinished(end: Int, records: Int)
        /// Complete records up to `end`, then corrupt bytes.
        case damaged(end: Int, records: Int, reason: String)
        /// A clustered database, which has another format.
        case clustered
    }

    private enum Place {
        /// In the line before a record.
        case line
        /// In a record, with the bytes left of it.
        case record(left: Int, digest: [UInt8])
        /// After unreadable bytes.
        case damage(String)
        case cluster
    }

    private var place = Place.line
    private var line: [UInt8] = []
    private var sum = SHA1()
    /// Where the last complete record ended, and the number of complete ones.
    private var end = 0
    private var records = 0
    private var position = 0
    /// Where the unfinished record's JSON began, and its declared length.
    private var declared = 0
    /// A newline within the record, which only its last byte may be.
    private var hasNewline = false

    /// In bytes, of a line before a record.
    private static let longestLine = 80
    private static let newline = UInt8(ascii: "\n")

    mutating func feed(_ bytes: UnsafeRawBufferPointer) {
        var index = 0
        while index < bytes.count {
            switch place {
            case .line:
                let byte = bytes[index]
                index += 1
                line.append(byte)
                if byte == Self.newline {
                    begin()
                } else if line.count > Self.longestLine {
                    place = .damage(Self.noRecord(records))
                }
            case .record(let left, let digest):
                let piece = UnsafeRawBufferPointer(rebasing: bytes[index..<min(bytes.count, index + left)])
                index += piece.count
                sum.update(piece)
                if piece.count < left {
                    hasNewline =
                        hasNewline
                        || piece.baseAddress.map { memchr($0, Int32(Self.newline), piece.count) != nil } ?? false
                    place = .record(left: left - piece.count, digest: digest)
                } else if sum.digest() == digest {
                    (place, end, records) = (.line, position + index, records + 1)
                } else {
                    place = .damage("the record there does not have the checksum that was written with it")
                }
            case .damage, .cluster: index = bytes.count
            }
        }
        position += bytes.count
    }

    /// The result, after all bytes of the file.
    func finding() -> Finding {
        switch place {
        case .cluster: return .clustered
        case .damage(let reason): return .damaged(end: end, records: records, reason: reason)
        case .line where line.isEmpty && records > 0: return .whole(records: records)
        case .line where records == 0 && position == 0: return .damaged(end: 0, records: 0, reason: "it is empty")
        case .line:
            return Self.canBegin(line)
                ? unfinished : .damaged(end: end, records: records, reason: "no record begins there")
        case .record:
            // A newline, and the file goes on or ends with it: the record is complete, its declared length is wrong.
            if hasNewline {
                return .damaged(
                    end: end, records: records,
                    reason: "the record there does not have the length that was written with it")
            }
            return unfinished
        }
    }

    /// A compacted file has one record of everything, which is never written in place: a power cut cannot truncate it.
    private var unfinished: Finding {
        if records == 0 { return .damaged(end: 0, records: 0, reason: "its schema is cut off") }
        if case .record = place, declared > 1 << 20, declared > end {
            return .damaged(
                end: end, records: records, reason: "more than half of it, one record of \(declared) bytes, is cut off")
        }
        return .unfinished(end: end, records: records)
    }

    /// Parses the line before a record.
    private mutating func begin() {
        defer { line.removeAll(keepingCapacity: true) }
        if records == 0, line.starts(with: "OVSDB CLUSTER ".utf8) {
            place = .cluster
            return
        }
        let words = line.dropLast().split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false)
        guard words.count == 4, words[0].elementsEqual("OVSDB".utf8), words[1].elementsEqual("JSON".utf8),
            let length = Int(String(decoding: words[2], as: UTF8.self)), length > 0,
            words[2].first != UInt8(ascii: "+"),
            let digest = Self.bytes(hexadecimal: words[3]), digest.count == 20
        else {
            place = .damage(Self.noRecord(records))
            return
        }
        declared = length
        hasNewline = false
        sum = SHA1()
        place = .record(left: length, digest: digest)
    }

    private static func noRecord(_ records: Int) -> String {
        records == 0 ? "it is not an ovsdb-server file" : "no record begins there"
    }

    /// Whether `text` is the beginning of a line before a record.
    private static func canBegin(_ text: some Collection<UInt8>) -> Bool {
        let start = Array("OVSDB JSON ".utf8)
        guard text.count > start.count else { return start.starts(with: text) }
        let words = text.dropFirst(start.count).split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false)
        return text.starts(with: start) && words.count <= 2
            && words[0].allSatisfy { UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }
            && (words.count == 1 || words[1].count <= 40 && words[1].allSatisfy { value(hexadecimal: $0) != nil })
    }

    private static func bytes(hexadecimal text: some Collection<UInt8>) -> [UInt8]? {
        let digits = text.compactMap(value(hexadecimal:))
        guard digits.count == text.count, digits.count % 2 == 0 else { return nil }
        return stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
    }

    private static func value(hexadecimal digit: UInt8) -> UInt8? {
        switch digit {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): digit - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
