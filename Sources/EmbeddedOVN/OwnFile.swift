import Glibc

/// A file of ours, opened without following links that another user may have planted.
struct OwnFile: ~Copyable {
    let path: String
    let descriptor: Int32

    /// Opens `path`, created with `mode` where `flags` say so; throws where it is not a regular file.
    init(_ path: String, _ flags: Int32, mode: mode_t = 0o640) throws(EmbeddedOVNError) {
        // Must not block, should it be a pipe.
        let descriptor = open(path, flags | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK, mode)
        guard descriptor >= 0 else {
            throw errno == ELOOP
                ? Self.refusal(path, "a symbolic link") : EmbeddedOVNError("cannot open \(path)", errno)
        }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            close(descriptor)
            throw Self.refusal(path, "not a regular file")
        }
        (self.path, self.descriptor) = (path, descriptor)
    }

    deinit { close(descriptor) }

    private static func refusal(_ path: String, _ what: String) -> EmbeddedOVNError {
        EmbeddedOVNError("\(path) is \(what), which is not followed: remove it, or name another --data-folder")
    }

    /// Throws where `path` is a link or anything else that a program would follow or block on. Succeeds if there is
    /// none.
    static func refuseLink(_ path: String) throws(EmbeddedOVNError) {
        var status = stat()
        guard lstat(path, &status) == 0 else {
            guard errno == ENOENT else { throw EmbeddedOVNError("cannot look at \(path)", errno) }
            return
        }
        switch status.st_mode & S_IFMT {
        case S_IFREG, S_IFSOCK: return
        case S_IFLNK: throw refusal(path, "a symbolic link")
        default: throw refusal(path, "not a regular file")
        }
    }

    /// An unused name like `path`, with the word and the time in it.
    static func freeName(_ path: String, _ word: String) -> String {
        var (now, parts) = (time(nil), tm())
        gmtime_r(&now, &parts)
        var buffer = [CChar](repeating: 0, count: 32)
        let count = strftime(&buffer, buffer.count, "%Y%m%dT%H%M%SZ", &parts)
        let stamp = String(decoding: buffer.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self)
        var (name, number) = ("\(path).\(word)-\(stamp)", 1)
        while access(name, F_OK) == 0 {
            number += 1
            name = "\(path).\(word)-\(stamp)-\(number)"
        }
        return name
    }

    /// The bytes from `start` on, in chunks.
    func read(from start: Int = 0, _ body: (UnsafeRawBufferPointer) throws(EmbeddedOVNError) -> Void)
        throws(EmbeddedOVNError)
    {
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 16)
        defer { buffer.deallocate() }
        var position = start
        while true {
            let count = pread(descriptor, buffer.baseAddress, buffer.count, off_t(position))
            if count == 0 { return }
            guard count > 0 else {
                if errno == EINTR { continue }
                throw EmbeddedOVNError("cannot read \(path)", errno)
            }
            try body(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
            position += count
        }
    }

    /// Copies the bytes from `start` on to a new file, synced to disk.
    func copy(from start: Int = 0, to name: String) throws(EmbeddedOVNError) {
        let copy = try OwnFile(name, O_WRONLY | O_CREAT | O_EXCL)
        do throws(EmbeddedOVNError) {
            try read(from: start) { piece throws(EmbeddedOVNError) in
                var rest = piece[...]
                while !rest.isEmpty {
                    let count = UnsafeRawBufferPointer(rebasing: rest).withMemoryRebound(to: UInt8.self) {
                        write(copy.descriptor, $0.baseAddress, $0.count)
                    }
                    guard count > 0 || errno == EINTR else { throw EmbeddedOVNError("cannot write \(name)", errno) }
                    rest = rest.dropFirst(max(0, count))
                }
            }
            guard fsync(copy.descriptor) == 0 else { throw EmbeddedOVNError("cannot write \(name)", errno) }
        } catch {
            unlink(name)
            throw error
        }
    }

    /// The text of a small file; nil where it cannot be read.
    static func text(_ path: String) -> String? {
        // Unreadable counts as absent.
        guard let file = try? OwnFile(path, O_RDONLY) else { return nil }
        var buffer = [UInt8](repeating: 0, count: 4_096)
        let count = pread(file.descriptor, &buffer, buffer.count, 0)
        return count < 0 ? nil : String(decoding: buffer.prefix(count), as: UTF8.self)
    }
}
