import FoundationEssentials
import Glibc

/// Where the embedded databases keep things.
struct Folders: Hashable, Sendable {
    /// The databases; they outlive everything else.
    let data: String
    /// Sockets, and the process numbers of our children.
    let run: String

    /// Makes both, readable by their owner and group.
    func create() throws(EmbeddedOVNError) {
        for folder in [data, run] {
            var path = ""
            for part in folder.split(separator: "/") {
                path += folder.hasPrefix("/") || !path.isEmpty ? "/\(part)" : String(part)
                guard mkdir(path, 0o750) == 0 || errno == EEXIST else {
                    throw EmbeddedOVNError("cannot make the folder \(path): \(String(cString: strerror(errno)))")
                }
            }
            guard access(folder, W_OK | X_OK) == 0 else {
                throw EmbeddedOVNError("cannot write in \(folder): \(String(cString: strerror(errno)))")
            }
        }
    }
}

/// The right to use a data folder, which one process has at a time; it ends with the process, however that ends.
final class FolderLock: Sendable {
    private let descriptor: Int32

    /// Throws at once, naming the process that has the folder.
    init(_ folder: String) throws(EmbeddedOVNError) {
        let path = "\(folder)/ovn-ipam.lock"
        descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o640)
        guard descriptor >= 0 else {
            throw EmbeddedOVNError("cannot open \(path): \(String(cString: strerror(errno)))")
        }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            // Only for the message: the folder is taken, whether or not we can read by whom.
            let owner = (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
            close(descriptor)
            let who = Int(owner.filter { !$0.isWhitespace }).map { "process \($0)" } ?? "another process"
            throw EmbeddedOVNError(
                "\(folder) is in use by \(who): stop that ovn-ipam, or give this one a --data-folder of its own")
        }
        let number = Array("\(getpid())\n".utf8)
        guard ftruncate(descriptor, 0) == 0, pwrite(descriptor, number, number.count, 0) == number.count else {
            throw EmbeddedOVNError("cannot write \(path): \(String(cString: strerror(errno)))")
        }
    }

    deinit { close(descriptor) }
}
