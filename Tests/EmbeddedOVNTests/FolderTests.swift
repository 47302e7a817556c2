import Foundation
import Glibc
import Testing

@testable import EmbeddedOVN

/// Links and folders that other users of the machine may have planted.
@Suite struct FolderTests {
    private static func withFolder(_ body: (String) throws -> Void) throws {
        let folder = "/tmp/ovn-containers-folders-\(UUID().uuidString.prefix(8))"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try body(folder)
    }

    private static func refusal(_ words: String, _ body: () throws -> Void) {
        let error = #expect(throws: EmbeddedOVNError.self) { try body() }
        #expect(error?.message.contains(words) == true, "\(error?.message ?? "")")
    }

    @Test func `a data folder is locked by one process at a time`() throws {
        try Self.withFolder { folder in
            try Folders(data: folder, run: "\(folder)/run").create()
            let lock = try FolderLock(folder)
            Self.refusal("\(folder) is in use by process \(getpid())") { _ = try FolderLock(folder) }
            withExtendedLifetime(lock) {}
        }
    }

    @Test func `a lock that is a link or not a regular file is refused`() throws {
        try Self.withFolder { folder in
            let (victim, lock) = ("\(folder)/victim", "\(folder)/ovn-ipam.lock")
            try "precious".write(toFile: victim, atomically: true, encoding: .utf8)
            #expect(symlink(victim, lock) == 0)
            Self.refusal("\(lock) is a symbolic link, which is not followed") { _ = try FolderLock(folder) }
            #expect(unlink(lock) == 0 && symlink("\(folder)/absent", lock) == 0)
            Self.refusal("\(lock) is a symbolic link, which is not followed") { _ = try FolderLock(folder) }
            #expect(unlink(lock) == 0 && mkfifo(lock, 0o600) == 0)
            Self.refusal("\(lock) is not a regular file") { _ = try FolderLock(folder) }
            #expect(try String(contentsOfFile: victim, encoding: .utf8) == "precious")
            #expect(!FileManager.default.fileExists(atPath: "\(folder)/absent"))
        }
    }

    @Test func `links in place of our files are refused; files and sockets are not`() throws {
        try Self.withFolder { folder in
            try OwnFile.refuseLink("\(folder)/absent")
            try "".write(toFile: "\(folder)/file", atomically: false, encoding: .utf8)
            try OwnFile.refuseLink("\(folder)/file")
            #expect(symlink("\(folder)/file", "\(folder)/link") == 0)
            Self.refusal("\(folder)/link is a symbolic link") { try OwnFile.refuseLink("\(folder)/link") }
            #expect(OwnFile.text("\(folder)/link") == nil)
            #expect(OwnFile.text("\(folder)/file") == "")
        }
    }

    @Test func `a folder that others can write in, or that leads through theirs, is refused`() throws {
        try Self.withFolder { folder in
            let data = "\(folder)/a/data"
            let folders = Folders(data: data, run: "\(folder)/a/run")
            try folders.create()
            #expect(chmod(data, 0o777) == 0)
            Self.refusal("others can write in \(data)") { try folders.create() }
            // Sticky folders are for what is in them, not for our files.
            #expect(chmod(data, 0o1777) == 0)
            Self.refusal("others can write in \(data)") { try folders.create() }
            #expect(chmod(data, 0o770) == 0 && chown(data, 0, 12_345) == 0)
            Self.refusal("others can write in \(data)") { try folders.create() }
            #expect(chmod(data, 0o750) == 0)
            try folders.create()

            #expect(chmod("\(folder)/a", 0o757) == 0)
            Self.refusal("others can write in \(folder)/a, and so change what \(data) is") { try folders.create() }
            #expect(chmod("\(folder)/a", 0o755) == 0 && chown("\(folder)/a", 12_345, 0) == 0)
            Self.refusal("\(folder)/a belongs to user 12345") { try folders.create() }
            #expect(chown("\(folder)/a", 0, 0) == 0)

            let link = "\(folder)/link"
            #expect(symlink("\(folder)/a", link) == 0)
            try Folders(data: "\(link)/data", run: "\(link)/run").create()
            #expect(lchown(link, 12_345, 0) == 0)
            Self.refusal("\(link) belongs to user 12345") {
                try Folders(data: "\(link)/data", run: "\(link)/run").create()
            }
        }
    }
}
