import Glibc

/// The folders of the embedded databases.
struct Folders: Hashable, Sendable {
    /// The databases; they outlive everything else.
    let data: String
    /// Sockets and PID files.
    let run: String

    /// Creates both, readable by their owner and group; throws where another user can write in them.
    func create() throws(EmbeddedOVNError) {
        for folder in [data, run] {
            for path in Self.prefixes(folder) {
                guard mkdir(path, 0o750) == 0 || errno == EEXIST else {
                    throw EmbeddedOVNError("cannot create folder \(path)", errno)
                }
            }
            guard access(folder, W_OK | X_OK) == 0 else { throw EmbeddedOVNError("cannot write in \(folder)", errno) }
            try Self.check(folder)
        }
    }

    /// Throws unless only root and we can change the contents of `folder` and of its parents.
    ///
    /// The daemons follow links: a user who can plant one there decides what they overwrite.
    static func check(_ folder: String) throws(EmbeddedOVNError) {
        guard let real = realpath(folder, nil) else { throw EmbeddedOVNError("cannot look at \(folder)", errno) }
        defer { free(real) }
        let paths = prefixes(folder) + prefixes(String(cString: real))
        for (index, path) in paths.enumerated() {
            var status = stat()
            guard lstat(path, &status) == 0 else { throw EmbeddedOVNError("cannot look at \(path)", errno) }
            guard status.st_uid == 0 || status.st_uid == geteuid() else {
                throw EmbeddedOVNError(
                    "\(path) belongs to user \(status.st_uid), who could change what \(folder) is: chown it to root, or "
                        + "name another folder")
            }
            if status.st_mode & S_IFMT == S_IFLNK { continue }
            let strangersWrite = status.st_mode & S_IWOTH != 0
            let membersWrite = status.st_mode & S_IWGRP != 0 && status.st_gid != 0 && status.st_gid != getegid()
            // In a sticky folder such as /tmp users cannot rename or remove the files of others.
            let isSafe = status.st_mode & S_ISVTX != 0 && index != paths.count - 1
            guard !strangersWrite && !membersWrite || isSafe else {
                throw EmbeddedOVNError(
                    "others can write in \(path), and so change what \(folder) is: chmod go-w it, or name another folder"
                )
            }
        }
    }

    /// `/a/b`: `/a`, `/a/b`. The root folder is root's.
    private static func prefixes(_ folder: String) -> [String] {
        var (path, prefixes) = ("", [String]())
        for part in folder.split(separator: "/") {
            path += folder.hasPrefix("/") || !path.isEmpty ? "/\(part)" : String(part)
            prefixes.append(path)
        }
        return prefixes
    }
}

/// An exclusive lock on a data folder; released when the process ends.
final class FolderLock: Sendable {
    private let file: OwnFile

    /// Throws at once where another process has the lock, naming it.
    init(_ folder: String) throws(EmbeddedOVNError) {
        let path = "\(folder)/ovn-ipam.lock"
        let file = try OwnFile(path, O_RDWR | O_CREAT)
        guard flock(file.descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let owner = OwnFile.text(path) ?? ""
            let who = Int(owner.filter { !$0.isWhitespace }).map { "process \($0)" } ?? "another process"
            throw EmbeddedOVNError(
                "\(folder) is in use by \(who): stop that ovn-ipam, or give this one a --data-folder of its own")
        }
        // Only for that message: on a full disk the PID may be missing.
        let number = Array("\(getpid())\n".utf8)
        if pwrite(file.descriptor, number, number.count, 0) == number.count {
            _ = ftruncate(file.descriptor, off_t(number.count))
        }
        self.file = file
    }
}
