import Foundation
import Glibc
import Testing

@testable import Discretion

/// Secrets in files and child environments.
struct SecretFileTests {
    @Test(
        arguments: [
            (0o600, 0, nil), (0o400, 0, nil), (0o640, 0, nil), (0o600, 1000, nil), (0o4600, 0, nil),
            (0o644, 0, "is open to every user (mode 0644)"), (0o604, 0, "is open to every user (mode 0604)"),
            (0o602, 0, "is open to every user (mode 0602)"), (0o666, 1000, "is open to every user (mode 0666)"),
            (0o660, 0, "can be written by its group (mode 0660)"),
            (0o600, 1001, "belongs to user 1001, who can change it"),
        ] as [(mode_t, uid_t, String?)])
    func `a secret file must be private to root or the running user`(mode: mode_t, owner: uid_t, fault: String?) {
        #expect(SecretFile.fault(mode: S_IFREG | mode, owner: owner, user: 1000)?.reason == fault)
    }

    @Test func `a refusal names the mode and the command that fixes it, and nothing of the content`() throws {
        let path = FileManager.default.temporaryDirectory.appending(path: "secret-\(UUID().uuidString)").path
        defer { unlink(path) }
        try "hunter2\n".write(toFile: path, atomically: false, encoding: .utf8)
        chmod(path, 0o644)
        let refusal = try #require(throws: SecretFile.Refusal.self) { try SecretFile.read(path) }
        #expect(
            refusal.description == "\(path) holds a secret and is open to every user (mode 0644): chmod g-w,o= \(path)")
        let open = try SecretFile.readOpenly(path)
        #expect(open.bytes == Array("hunter2\n".utf8))
        #expect(
            open.fault?.sentence(path)
                == "\(path) holds a secret and is open to every user (mode 0644): chmod g-w,o= \(path)")
        chmod(path, 0o600)
        #expect(try SecretFile.read(path) == Array("hunter2\n".utf8))
        #expect(try SecretFile.readOpenly(path).fault == nil)
        // By a link it is the file that counts.
        let link = path + ".link"
        defer { unlink(link) }
        #expect(symlink(path, link) == 0)
        #expect(try SecretFile.read(link).count == 8)
        chmod(path, 0o606)
        #expect(throws: SecretFile.Refusal.self) { try SecretFile.read(link) }
        #expect(throws: SecretFile.Refusal.self) { try SecretFile.read(path + ".none") }
    }

    @Test func `an endless file is not read forever`() {
        #expect(throws: SecretFile.Refusal.self) { try SecretFile.readOpenly("/dev/zero") }
    }

    @Test func `a child gets what it needs and no secret`() {
        let own = [
            "PATH=/bin", "OS_PASSWORD=a", "OVN_IPAM_AUTH_PASSWORD=b", "OS_TOKEN=c", "OVN_RUNDIR=/run/ovn",
            "LC_ALL=C.UTF-8", "AWS_SECRET_ACCESS_KEY=d", "NOTIFY_SOCKET=/run/x", "LISTEN_FDS=1", "=odd", "none", "TZ=",
        ]
        #expect(
            ChildEnvironment.items(of: own, adding: ["OVN_RUNDIR": "/run/mine", "OVN_DBDIR": "/d"])
                == ["LC_ALL=C.UTF-8", "OVN_DBDIR=/d", "OVN_RUNDIR=/run/mine", "PATH=/bin", "TZ="])
        #expect(ChildEnvironment.items(of: []) == [])
        #expect(Set(ChildEnvironment.items()).isSubset(of: ChildEnvironment.all()))
    }
}
