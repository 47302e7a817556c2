import Glibc

/// A file that holds a password.
package enum SecretFile {
    /// Why a file is not read.
    package struct Refusal: Error, Hashable, Sendable, CustomStringConvertible {
        /// With the file's path.
        package let description: String
    }

    /// In bytes.
    package static let limit = 1 << 20

    /// Reads a file that only its owner, root or this user, can write, and that is not world-readable. The open file
    /// is checked. Its group may read it, as is customary for services.
    package static func read(_ path: String) throws(Refusal) -> [UInt8] {
        let (descriptor, status) = try open(path)
        defer { close(descriptor) }
        if let fault = fault(status) { throw Refusal(description: fault.sentence(path)) }
        return try content(descriptor, path)
    }

    /// Reads any file, and returns why a secret in it would be exposed.
    package static func readOpenly(_ path: String) throws(Refusal) -> (bytes: [UInt8], fault: Fault?) {
        let (descriptor, status) = try open(path)
        defer { close(descriptor) }
        return (try content(descriptor, path), fault(status))
    }

    private static func open(_ path: String) throws(Refusal) -> (descriptor: CInt, status: stat) {
        let descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw Refusal(description: "cannot read \(path): \(String(cString: strerror(errno)))")
        }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else {
            let reason = String(cString: strerror(errno))
            close(descriptor)
            throw Refusal(description: "cannot look at \(path): \(reason)")
        }
        return (descriptor, status)
    }

    private static func content(_ descriptor: CInt, _ path: String) throws(Refusal) -> [UInt8] {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = Glibc.read(descriptor, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else {
                throw Refusal(description: "cannot read \(path): \(String(cString: strerror(errno)))")
            }
            if count == 0 { return bytes }
            bytes += buffer.prefix(count)
            guard bytes.count <= limit else { throw Refusal(description: "\(path) is longer than \(limit) bytes") }
        }
    }

    /// Why a secret in a file is exposed.
    package struct Fault: Hashable, Sendable {
        let reason: String
        /// Whether it is the mode, and not the owner.
        package let isMode: Bool

        /// The problem and its remedy.
        package func sentence(_ path: String) -> String {
            let remedy = isMode ? "chmod g-w,o= \(path)" : "chown it to root or to the user of this program"
            return "\(path) holds a secret and \(reason): \(remedy)"
        }
    }

    private static func fault(_ status: stat) -> Fault? {
        fault(mode: status.st_mode, owner: status.st_uid, user: geteuid())
    }

    static func fault(mode: mode_t, owner: uid_t, user: uid_t) -> Fault? {
        let octal = String(mode & 0o7777, radix: 8)
        let shown = String(repeating: "0", count: max(0, 4 - octal.count)) + octal
        if mode & 0o007 != 0 { return Fault(reason: "is open to every user (mode \(shown))", isMode: true) }
        if mode & 0o020 != 0 { return Fault(reason: "can be written by its group (mode \(shown))", isMode: true) }
        guard owner == 0 || owner == user else {
            return Fault(reason: "belongs to user \(owner), who can change it", isMode: false)
        }
        return nil
    }
}
