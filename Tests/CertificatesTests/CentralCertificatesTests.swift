import Deadlines
import Glibc
import NetAddress
import Testing

@testable import Certificates

@Suite("central's certificates")
struct CentralCertificatesTests {
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
        for folder in ["tls", "authority"] { try CredentialFolder("\(path)/\(folder)").remove() }
        #expect(rmdir(path) == 0)
    }

    private func later(_ seconds: Int64) -> Timestamp { Timestamp(seconds: start.seconds + seconds) }

    @Test("they are made once, and the same after a restart")
    func restart() throws {
        try inFolder { folder in
            let first = try CentralCertificates(dataFolder: folder, names: try names(), lifetime: .seconds(60), at: start)
            let second = try CentralCertificates(dataFolder: folder, names: try names(), lifetime: .seconds(60), at: later(10))
            #expect(first.current.server == second.current.server)
            #expect(first.current.authority.certificate == second.current.authority.certificate)
            #expect(try second.folder.authorities() == [first.current.authority.certificate])
        }
    }

    @Test("the servers' certificate is renewed after a third of its time, and once")
    func renewal() throws {
        try inFolder { folder in
            let certificates = try CentralCertificates(dataFolder: folder, names: try names(), lifetime: .seconds(60), at: start)
            let before = certificates.current.server
            #expect(try !certificates.renew(names: try names(), at: later(19)))
            #expect(try certificates.renew(names: try names(), at: later(21)))
            #expect(try !certificates.renew(names: try names(), at: later(22)))
            #expect(certificates.current.server != before && certificates.current.server.end == later(81))
            #expect(try certificates.folder.certificate() == certificates.current.server)
        }
    }

    @Test("and when the machine has another name")
    func otherName() throws {
        try inFolder { folder in
            let certificates = try CentralCertificates(dataFolder: folder, names: try names(), lifetime: .seconds(60), at: start)
            #expect(try certificates.renew(names: try names("other"), at: later(1)))
            #expect(certificates.current.server.alternativeNames.contains("other"))
            #expect(certificates.current.server.alternativeNames.contains("2001:db8::7"))
        }
    }

    @Test("a replica founds no authority")
    func replica() throws {
        try inFolder { folder in
            #expect(throws: CredentialError.self) {
                try CentralCertificates(dataFolder: folder, names: try names(), lifetime: .seconds(60), mayFound: false, at: start)
            }
        }
    }
}
