import Glibc
package import Netlink

/// Small files read and written whole.
package enum TextFile {
    package static func read(_ path: String) throws(NetlinkError) -> String {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw NetlinkError(errno: errno, "open \(path)") }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65536)
        while true {
            let count = Glibc.read(descriptor, &buffer, buffer.count)
            if count == 0 { return String(decoding: bytes, as: UTF8.self) }
            if count > 0 {
                bytes += buffer.prefix(count)
            } else if errno != EINTR {
                throw NetlinkError(errno: errno, "read \(path)")
            }
        }
    }

    /// Nil where there is none, or none that may be read: what is looked for is then not there for us.
    package static func find(_ path: String) -> String? { try? read(path) }

    /// Writes over a file that is there, as those under `/proc` are.
    package static func overwrite(_ path: String, _ text: String) throws(NetlinkError) {
        let descriptor = open(path, O_WRONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw NetlinkError(errno: errno, "open \(path)") }
        defer { close(descriptor) }
        try write(text, to: descriptor, path)
    }

    /// Puts a file in place, whole or not at all.
    package static func replace(_ path: String, _ text: String) throws(NetlinkError) {
        let draft = path + ".new"
        let descriptor = open(draft, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw NetlinkError(errno: errno, "create \(draft)") }
        defer { close(descriptor) }
        try write(text, to: descriptor, draft)
        guard fsync(descriptor) == 0, rename(draft, path) == 0 else {
            throw NetlinkError(errno: errno, "put \(path) in place")
        }
    }

    /// Removes a file. Answers whether it was there.
    package static func remove(_ path: String) throws(NetlinkError) -> Bool {
        if unlink(path) == 0 { return true }
        guard errno == ENOENT || errno == ENOTDIR else { throw NetlinkError(errno: errno, "remove \(path)") }
        return false
    }

    /// The names in a folder, sorted; none where there is no such folder.
    package static func names(in folder: String) throws(NetlinkError) -> [String] {
        guard let stream = opendir(folder) else {
            if errno == ENOENT || errno == ENOTDIR { return [] }
            throw NetlinkError(errno: errno, "open \(folder)")
        }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if !name.hasPrefix(".") { names.append(name) }
        }
        return names.sorted()
    }

    /// What a symbolic link says.
    package static func target(of path: String) -> String? {
        var buffer = [CChar](repeating: 0, count: Int(PATH_MAX) + 1)
        let length = readlink(path, &buffer, Int(PATH_MAX))
        return length > 0 ? String(decoding: buffer.prefix(length).map { UInt8(bitPattern: $0) }, as: UTF8.self) : nil
    }

    private static func write(_ text: String, to descriptor: CInt, _ path: String) throws(NetlinkError) {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count > 0 {
                rest = rest.dropFirst(count)
            } else if errno != EINTR {
                throw NetlinkError(errno: errno, "write \(path)")
            }
        }
    }
}
