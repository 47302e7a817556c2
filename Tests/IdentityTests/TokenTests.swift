import Deadlines
import NeutronAPI
import Testing

@testable import Identity

struct TokenTests {
    private let key: SigningKey

    init() throws { key = try #require(SigningKey(number: 7, secret: SigningKey.newSecret())) }

    private static let user = ID<IdentityUser>.random()
    private static let tokens: [SignedToken] = {
        let bare = SignedToken(
            methods: .password, issuedAt: Timestamp(seconds: 1_700_000_000),
            expiresAt: Timestamp(seconds: 1_700_003_600), generation: 3, userID: user)
        var full = bare
        (full.projectID, full.credentialID, full.firstAuditID) = (.random(), .random(), .random())
        full.methods = [.token, .applicationCredential]
        var scoped = bare
        scoped.projectID = .random()
        return [bare, scoped, full]
    }()

    private func read(_ text: String) throws(TokenFault) -> SignedToken {
        try SignedToken(text) { $0 == 7 ? key : nil }
    }

    @Test(arguments: tokens)
    func `a token is read as it was written`(_ token: SignedToken) throws {
        let text = token.signed(with: key)
        #expect(text.utf8.count <= SignedToken.maximumLength)
        #expect(try read(text) == token)
    }

    @Test(arguments: tokens)
    func `no part of a token is one`(_ token: SignedToken) throws {
        let text = token.signed(with: key)
        for length in 0..<text.utf8.count {
            #expect(throws: TokenFault.self) { try read(String(text.prefix(length))) }
            #expect(throws: TokenFault.self) { try read(String(text.suffix(length))) }
        }
        #expect(throws: TokenFault.self) { try read(text + "A") }
        #expect(throws: TokenFault.self) { try read(text + text) }
        #expect(throws: TokenFault.self) { try read(String(repeating: "A", count: 8_192)) }
    }

    @Test(arguments: tokens)
    func `a token with any bit changed is refused`(_ token: SignedToken) throws {
        let bytes = try #require(Base64URL.bytes(token.signed(with: key)))
        for place in bytes.indices {
            for bit in 0..<8 {
                var changed = bytes
                changed[place] ^= 1 << bit
                #expect(throws: TokenFault.self) { try read(Base64URL.text(changed)) }
            }
        }
    }

    @Test(arguments: tokens)
    func `a token with any character changed is refused`(_ token: SignedToken) throws {
        let text = Array(token.signed(with: key).utf8)
        for place in text.indices {
            for character in 0..<UInt8(128) where character != text[place] {
                var changed = text
                changed[place] = character
                #expect(throws: TokenFault.self) { try read(String(decoding: changed, as: UTF8.self)) }
            }
        }
    }

    @Test func `a token of another key is refused`() throws {
        let token = Self.tokens[1]
        let other = try #require(SigningKey(number: 7, secret: SigningKey.newSecret()))
        #expect(throws: TokenFault.forged) { try read(token.signed(with: other)) }
        let later = try #require(SigningKey(number: 8, secret: SigningKey.newSecret()))
        #expect(throws: TokenFault.unknownKey(8)) { try read(token.signed(with: later)) }
        #expect(SigningKey(number: 1, secret: "12") == nil)
        #expect(SigningKey(number: 1, secret: String(repeating: "+1", count: 32)) == nil)
    }

    @Test(arguments: 0..<100)
    func `base 64 is read as it was written`(_ count: Int) throws {
        let bytes = (0..<count).map { _ in UInt8.random(in: 0...255) }
        #expect(Base64URL.bytes(Base64URL.text(bytes)) == bytes)
    }

    @Test(arguments: ["A", "AB=", "AB==", "A B", "Á", "AB", "AAB", "+/+/", "AAAAA"])
    func `what is not canonical base 64 is refused`(_ text: String) {
        #expect(Base64URL.bytes(text) == nil)
    }
}
