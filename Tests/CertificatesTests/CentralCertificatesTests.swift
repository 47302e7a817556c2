import Deadlines
import Glibc
import NetAddress
import Testing

@testable import Certificates

@Suite struct CentralCertificatesTests {
    private let start = Timestamp(seconds: 1_800_000_000)

    private func names(_ more: String...) throws -> ServedNames {
        ServedNames(
            names: Set(["central", "localhost"] + more),
            addresses: Set(try ["127.0.0.1", "::1", "2001:db8::7"].map { try #require(IPAddress($0)) }))
    }

    private func inFolder(_ body: (String) throws -> Void) throws {
        var template = Array("/tmp/ovn-containers-central-XXXXXX".utf8CString)
        let made = template.withUnsafeMutableBufferPointer { $0.baseAddress.flatMap { mkdtemp($0) } }
        let path = String(cString: try #require(made))
        try body(path)
        for folder in ["tls", "authority", "authority-other"] { try CredentialFolder("\(path)/\(folder)").remove() }
        #expect(rmdir(path) == 0)
    }

    private func later(_ seconds: Int64) -> Timestamp { Timestamp(seconds: start.seconds + seconds) }

    @Test func `they are made once, and the same after a restart`() throws {
        try inFolder { folder in
            let first = try CentralCertificates(
                dataFolder: folder, names: try names(), lifetime: .seconds(60), at: start)
            let second = try CentralCertificates(
                dataFolder: folder, names: try names(), lifetime: .seconds(60), at: later(10))
            #expect(first.current.server == second.current.server)
            #expect(first.current.authority.certificate == second.current.authority.certificate)
            #expect(try second.folder.authorities() == [first.current.authority.certificate])
        }
    }

    @Test func `the servers' certificate is renewed after a third of its time, and once`() throws {
        try inFolder { folder in
            let certificates = try CentralCertificates(
                dataFolder: folder, names: try names(), lifetime: .seconds(60), at: start)
            let before = certificates.current.server
            #expect(try !certificates.renew(names: try names(), hosts: [], at: later(19)))
            #expect(try certificates.renew(names: try names(), hosts: [], at: later(21)))
            #expect(try !certificates.renew(names: try names(), hosts: [], at: later(22)))
            #expect(certificates.current.server != before && certificates.current.server.end == later(81))
            #expect(try certificates.folder.certificate() == certificates.current.server)
        }
    }

    @Test func `and when the machine has another name`() throws {
        try inFolder { folder in
            let certificates = try CentralCertificates(
                dataFolder: folder, names: try names(), lifetime: .seconds(60), at: start)
            #expect(try certificates.renew(names: try names("other"), hosts: [], at: later(1)))
            #expect(certificates.current.server.alternativeNames.contains("other"))
            #expect(certificates.current.server.alternativeNames.contains("2001:db8::7"))
        }
    }

    @Test func `the authority is replaced when all hosts trust the next, and forgotten when no certificate is from it`()
        throws
    {
        try inFolder { folder in
            let certificates = try CentralCertificates(
                dataFolder: folder, names: try names(), lifetime: .seconds(600), at: start)
            let first = certificates.current.authority.certificate
            let old = "\(try first.fingerprint)"
            func renew(_ hosts: [CentralCertificates.HostTrust], after seconds: Int64) throws -> Bool {
                try certificates.renew(names: try names(), hosts: hosts, at: later(seconds))
            }
            try CentralCertificates.prepareReplacement(dataFolder: folder, at: later(1))
            try CentralCertificates.prepareReplacement(dataFolder: folder, at: later(2))
            let behind = CentralCertificates.HostTrust(trusted: [old], issuer: old)
            #expect(try renew([behind], after: 3))
            #expect(certificates.current.authority.certificate == first && certificates.current.authorities.count == 2)
            let next = try certificates.current.authorities[1].fingerprint.description
            let ready = CentralCertificates.HostTrust(trusted: [old, next], issuer: old)
            #expect(try !renew([ready, behind], after: 4))
            #expect(try renew([ready, ready], after: 5))
            let second = certificates.current
            #expect(try second.authority.certificate.fingerprint.description == next)
            #expect(second.authorities == [second.authority.certificate, first])
            #expect(second.server.isSigned(by: second.authority.certificate))
            // A restart in the middle changes nothing.
            let again = try CentralCertificates(
                dataFolder: folder, names: try names(), lifetime: .seconds(600), at: later(6))
            #expect(again.current.server == second.server && again.current.authorities == second.authorities)
            let renewed = CentralCertificates.HostTrust(trusted: [old, next], issuer: next)
            #expect(try !renew([renewed, ready], after: 7))
            #expect(try renew([renewed, renewed], after: 8))
            #expect(certificates.current.authorities == [second.authority.certificate])
            #expect(certificates.current.server == second.server)
            #expect(try !renew([renewed], after: 9))
        }
    }

    @Test func `root prepares a replacement for a service with a user of its own, and again after an interruption`()
        throws
    {
        try inFolder { folder in
            _ = try CentralCertificates(dataFolder: folder, names: try names(), lifetime: .seconds(60), at: start)
            #expect(chown(folder, 65_534, 65_534) == 0)
            let other = CredentialFolder("\(folder)/authority-other")
            for _ in 0..<2 {
                try CentralCertificates.prepareReplacement(dataFolder: folder, at: later(1))
                let made = try #require(try other.certificate())
                try CentralCertificates.prepareReplacement(dataFolder: folder, at: later(2))
                #expect(try other.certificate() == made)
                var status = stat()
                #expect(stat(other.keyFile, &status) == 0 && status.st_uid == 65_534 && status.st_mode & 0o777 == 0o600)
                // As after a kill between key and certificate.
                #expect(unlink(other.certificateFile) == 0)
            }
        }
    }

    @Test func `a replica founds no authority`() throws {
        try inFolder { folder in
            #expect(throws: CredentialError.self) {
                try CentralCertificates(
                    dataFolder: folder, names: try names(), lifetime: .seconds(60), mayFound: false, at: start)
            }
        }
    }
}
