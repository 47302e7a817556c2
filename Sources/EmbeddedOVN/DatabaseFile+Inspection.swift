import Glibc
import Logging

extension DatabaseFile {
    /// Nil where the file reads to its end, what a power cut has left of a last record having been kept beside it and taken off; else
    /// what is wrong with it. Throws where it cannot be read, or not by us.
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
                "the last record of a database was never finished, and is taken off",
                metadata: ["file": "\(path)", "bytes": "\(size - end)", "kept": "\(kept)"])
            return nil
        case .damaged(let end, let records, let reason):
            return EmbeddedOVNError(
                "\(path) is damaged: \(records) records up to byte \(end) of \(size) are whole, then \(reason). "
                    + "It was left as it is: \(remedy(end: end, records: records))")
        case .clustered:
            throw EmbeddedOVNError(
                "\(path) is of a cluster, which `up` does not run: start it with OVN's own scripts and use "
                    + "`ovn-ipam serve`, or make it a standalone one with ovsdb-tool cluster-to-standalone")
        }
    }

    private func remedy(end: Int, records: Int) -> String {
        records == 0
            ? "restore it from a copy, or move it away to begin with an empty one"
            : "restore it from a copy; or, to lose what was written after that byte, "
                + "`cp -p \(path) \(path).damaged && truncate -s \(end) \(path)`"
    }
}

/// The lock that a running ovsdb-server has on its file, as Open vSwitch has it; to be let go before one is started.
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
