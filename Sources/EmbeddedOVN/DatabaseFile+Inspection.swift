import Glibc
import Logging

extension DatabaseFile {
    /// Nil where the file is readable to its end, after an unfinished last record was saved beside it and cut off; else
    /// what is wrong with it. Throws where the file cannot be read.
    func damage(logger: Logger) throws(EmbeddedOVNError) -> EmbeddedOVNError? {
        let file = try OwnFile(path, O_RDWR)
        let lock = try LockFile(of: path)
        defer { withExtendedLifetime(lock) {} }
        var log = DatabaseLog()
        var size = 0
        try file.read { piece throws(EmbeddedOVNError) in
            log.feed(piece)
            size += piece.count
        }
        switch log.finding() {
        case .whole: return nil
        case .unfinished(let end, _):
            let kept = OwnFile.freeName(path, "unfinished")
            try file.copy(from: end, to: kept)
            guard ftruncate(file.descriptor, off_t(end)) == 0, fsync(file.descriptor) == 0 else {
                throw EmbeddedOVNError("cannot write \(path)", errno)
            }
            logger.warning(
                "the unfinished last record of a database is cut off",
                metadata: ["file": "\(path)", "bytes": "\(size - end)", "kept": "\(kept)"])
            return nil
        case .damaged(let end, let records, let reason):
            return EmbeddedOVNError(
                "\(path) is damaged: \(records) records up to byte \(end) of \(size) are intact, then \(reason). "
                    + "It was left as it is: \(remedy(end: end, records: records))")
        case .clustered:
            throw EmbeddedOVNError(
                "\(path) is a clustered database, which `up` does not run: start it with OVN's own scripts and use "
                    + "`ovn-ipam serve`, or convert it with ovsdb-tool cluster-to-standalone")
        }
    }

    /// Whether a record of the file, which must be intact, has written a row of the table, even if it was deleted
    /// later.
    func hasRow(of table: String) throws(EmbeddedOVNError) -> Bool {
        let file = try OwnFile(path, O_RDONLY)
        // As ovsdb-server writes it; within a string the quotes would be escaped.
        let words = Array("\"\(table)\":{".utf8)
        var isFound = false
        // The end of the previous chunk.
        var end: [UInt8] = []
        try file.read(from: try endOfSchema(of: file)) { piece in
            guard !isFound else { return }
            let seam = end + piece.prefix(words.count - 1)
            isFound = Self.contains(words, in: piece) || seam.withUnsafeBytes { Self.contains(words, in: $0) }
            end = Array((end + piece.suffix(words.count - 1)).suffix(words.count - 1))
        }
        return isFound
    }

    /// Where the first record ends, which names every table.
    private func endOfSchema(of file: borrowing OwnFile) throws(EmbeddedOVNError) -> Int {
        var head = [UInt8](repeating: 0, count: 80)
        let count = pread(file.descriptor, &head, head.count, 0)
        guard count > 0 else { throw EmbeddedOVNError("cannot read \(path)", errno) }
        let line = head.prefix { $0 != UInt8(ascii: "\n") }
        let words = line.split(separator: UInt8(ascii: " "))
        guard words.count == 4, let length = Int(String(decoding: words[2], as: UTF8.self)) else {
            throw EmbeddedOVNError("\(path) is not an ovsdb-server file")
        }
        return line.count + 1 + length
    }

    private static func contains(_ words: [UInt8], in bytes: UnsafeRawBufferPointer) -> Bool {
        guard var place = bytes.baseAddress else { return false }
        let end = place + bytes.count
        while let found = memchr(place, Int32(words[0]), end - place) {
            guard end - UnsafeRawPointer(found) >= words.count else { return false }
            if memcmp(found, words, words.count) == 0 { return true }
            place = UnsafeRawPointer(found) + 1
        }
        return false
    }

    private func remedy(end: Int, records: Int) -> String {
        records == 0
            ? "restore it from a copy, or move it away to begin with an empty one"
            : "restore it from a copy; or, to lose what was written after that byte, "
                + "`cp -p \(path) \(path).damaged && truncate -s \(end) \(path)`"
    }
}

/// The lock that a running ovsdb-server holds on its file; to be released before one is started.
struct LockFile: ~Copyable {
    private let file: OwnFile

    /// Throws at once where another process has it.
    init(of database: String) throws(EmbeddedOVNError) {
        let name = database.split(separator: "/").last ?? ""
        let path = "\(database.dropLast(name.count)).\(name).~lock~"
        let file = try OwnFile(path, O_RDWR | O_CREAT, mode: 0o600)
        if let obstacle = Self.take(file.descriptor, path, of: database) { throw obstacle }
        self.file = file
    }

    private static func take(_ descriptor: Int32, _ path: String, of database: String) -> EmbeddedOVNError? {
        var lock = flock()
        lock.l_type = Int16(F_WRLCK)
        if fcntl(descriptor, F_SETLK, &lock) == 0 { return nil }
        guard errno == EACCES || errno == EAGAIN else { return EmbeddedOVNError("cannot lock \(path)", errno) }
        let isKnown = fcntl(descriptor, F_GETLK, &lock) == 0 && lock.l_pid > 0
        return EmbeddedOVNError(
            "\(database) is in use by \(isKnown ? "process \(lock.l_pid)" : "another process"): stop it "
                + "(systemctl stop ovn-central), or name another --data-folder")
    }
}
