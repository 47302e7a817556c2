import Deadlines
import Discretion
import Glibc
import NetAddress
import Testing
import X509

@testable import Certificates

@Suite struct CertificateTests {
    private let now = Timestamp(seconds: 1_800_000_000)

    private func authority() throws -> Authority { try Authority(making: SigningKey(), at: now) }

    @Test func `an authority certifies a host's key under the name that it chooses, for clients alone`() throws {
        let (authority, key) = (try authority(), SigningKey())
        let (asked, given) = (try #require(CertificateName("somebody-else")), try #require(CertificateName("host1")))
        let request = try HostRequest(pem: try key.request(for: asked))
        #expect(request.publicKeyHash == key.publicKeyHash)
        let issued = try authority.certifyHost(request, name: given, at: now, lifetime: .seconds(60))
        #expect(issued.name == given)
        #expect(issued.publicKeyHash == key.publicKeyHash)
        #expect(issued.isSigned(by: authority.certificate))
        #expect(
            issued.start == Timestamp(seconds: now.seconds - 300) && issued.end == Timestamp(seconds: now.seconds + 60))
        #expect(try IssuedCertificate(pem: try issued.pem) == issued)
        let usage = try #require(try issued.certificate.extensions.extendedKeyUsage)
        #expect(Array(usage) == [.clientAuth])
        #expect(!issued.isSigned(by: try self.authority().certificate))
    }

    @Test func `a server's certificate has its names and addresses, for servers alone`() throws {
        let authority = try authority()
        let addresses = try ["192.0.2.1", "2001:db8::1"].map { try #require(IPAddress($0)) }
        let issued = try authority.certifyServer(
            SigningKey(), names: ["central.example.org"], addresses: addresses, at: now, lifetime: .seconds(60))
        let usage = try #require(try issued.certificate.extensions.extendedKeyUsage)
        #expect(Array(usage) == [.serverAuth])
        let names = try #require(try issued.certificate.extensions.subjectAlternativeNames)
        #expect(names.count == 3)
    }

    @Test func `an authority is its certificate and its key together`() throws {
        let key = SigningKey()
        let made = try Authority(making: key, at: now)
        _ = try Authority(certificate: made.certificate, key: try SigningKey(pem: key.pem))
        #expect(throws: CredentialError.self) { () throws in
            try Authority(certificate: made.certificate, key: SigningKey())
        }
    }

    @Test func `what is no signing request is refused, at every length and with every byte changed`() throws {
        let text = try SigningKey().request(for: try #require(CertificateName("host1")))
        let bytes = Array(text.utf8)
        for count in 0..<bytes.count - 1 {
            #expect(throws: CredentialError.self) {
                try HostRequest(pem: String(decoding: bytes[..<count], as: UTF8.self))
            }
        }
        // Inside of the base64 text every change is one of the request, which its signature covers.
        let body = try #require(text.firstIndex(of: "\n")).utf16Offset(in: text) + 1
        for place in body..<bytes.count - 40 where bytes[place] != UInt8(ascii: "\n") {
            var changed = bytes
            changed[place] = bytes[place] == UInt8(ascii: "A") ? UInt8(ascii: "B") : UInt8(ascii: "A")
            #expect(throws: CredentialError.self) { () throws in
                try HostRequest(pem: String(decoding: changed, as: UTF8.self))
            }
        }
        #expect(throws: CredentialError.self) {
            try HostRequest(pem: String(repeating: "x", count: 5_000))
        }
    }

    @Test func `names are 1 to 64 printable characters`() {
        for text in ["", "a b", "a\nb", "ä", String(repeating: "x", count: 65)] {
            #expect(CertificateName(text) == nil)
        }
        #expect(CertificateName(String(repeating: "x", count: 64)) != nil)
    }
}

@Suite struct JoinTokenTests {
    private func token(_ address: String = "192.0.2.1:9696") throws -> JoinToken {
        JoinToken(
            address: address,
            authority: try Authority(making: SigningKey(), at: Timestamp(seconds: 1_800_000_000)).certificate
                .fingerprint)
    }

    @Test(arguments: ["192.0.2.1:9696", "[2001:db8::1]:9696", "central.example.org:1"])
    func `a token is read as it was written`(address: String) throws {
        let token = try token(address)
        #expect(try JoinToken(token.text) == token)
        #expect(token.text.hasPrefix("ovn1-") && !token.text.contains { "+/= ".contains($0) })
        #expect(JoinToken.hash(ofSecret: token.secretText) == token.secretHash)
        #expect(token.secretHash.count == 64 && !token.secretHash.contains(token.secretText))
    }

    @Test func `a token that is cut off or altered is refused`() throws {
        let text = try token().text
        for count in 0..<text.count {
            #expect(throws: CredentialError.self) { try JoinToken(String(text.prefix(count))) }
        }
        var changes = 0
        for place in text.indices.dropLast() {
            for letter in ["A", "b", "-", "+", " ", "\n"] where String(text[place]) != letter {
                let changed = text[..<place] + letter + text[text.index(after: place)...]
                #expect(throws: CredentialError.self) { try JoinToken(String(changed)) }
                changes += 1
            }
        }
        #expect(changes > 400)
        #expect(throws: CredentialError.self) { try JoinToken(text + String(repeating: "A", count: 500)) }
    }

    @Test(arguments: ["", "a/b:1", "a@b:1", "a b", "a#b", "a\nb"])
    func `addresses that would change a URL are refused`(address: String) throws {
        #expect(throws: CredentialError.self) { try JoinToken(try token(address).text) }
    }

    @Test(arguments: ["", "abc", String(repeating: "G", count: 32), String(repeating: "A", count: 32)])
    func `secrets that cannot be one have no hash`(text: String) { #expect(JoinToken.hash(ofSecret: text) == nil) }
}

@Suite struct CredentialFolderTests {
    private func inFolder(_ body: (CredentialFolder) throws -> Void) throws {
        var template = Array("/tmp/ovn-containers-credentials-XXXXXX".utf8CString)
        let made = template.withUnsafeMutableBufferPointer { $0.baseAddress.flatMap { mkdtemp($0) } }
        let path = String(cString: try #require(made))
        let folder = CredentialFolder("\(path)/tls")
        try body(folder)
        try folder.remove()
        #expect(rmdir(path) == 0)
    }

    @Test func `the key is made once, readable by its owner alone, and stays`() throws {
        try inFolder { folder in
            let key = try folder.key()
            #expect(try folder.key().pem == key.pem)
            var status = stat()
            #expect(stat(folder.keyFile, &status) == 0 && status.st_mode & 0o777 == 0o600)
            chmod(folder.keyFile, 0o644)
            #expect(throws: CredentialError.self) { try folder.key() }
        }
    }

    @Test func `certificates are replaced as a whole, and what a kill left behind is in nobody's way`() throws {
        try inFolder { folder in
            #expect(try folder.certificate() == nil && folder.authorities().isEmpty)
            let now = Timestamp(seconds: 1_800_000_000)
            let all = try (0..<2).map { _ in try Authority(making: SigningKey(), at: now) }
            for one in all {
                _ = try folder.key()
                #expect(creat("\(folder.certificateFile).new", 0o600) >= 0)
                try folder.write(certificate: one.certificate)
                #expect(try folder.certificate() == one.certificate)
            }
            try folder.write(authorities: all.map(\.certificate))
            #expect(try folder.authorities() == all.map(\.certificate))
        }
    }

    @Test func `removing is repeatable`() throws {
        try inFolder { folder in
            _ = try folder.key()
            try folder.remove()
            try folder.remove()
        }
    }
}
