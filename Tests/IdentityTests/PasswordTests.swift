import Testing

@testable import Identity

struct PasswordTests {
    @Test func `a password fits its own hash alone`() throws {
        let hash = try PasswordHash.make("grün und blau")
        #expect(try PasswordHash.make("grün und blau") != hash)
        #expect(PasswordHash.verify("grün und blau", hash))
        for wrong in ["", "grün", "grün und blau ", "Grün und blau", String(repeating: "x", count: 2_000)] {
            #expect(!PasswordHash.verify(wrong, hash))
        }
    }

    @Test func `no password fits what is not a hash`() throws {
        let hash = try PasswordHash.make("secret")
        #expect(!PasswordHash.verify("secret", nil))
        #expect(!PasswordHash.verify("secret", ""))
        for length in 0..<hash.count { #expect(!PasswordHash.verify("secret", String(hash.prefix(length)))) }
        // Parameters that would take all memory, or no work at all.
        for cost in ["40$8$1", "0$8$1", "15$4096$1", "16$16$1", "15$8$0", "15$8$1000000", "-1$8$1"] {
            #expect(!PasswordHash.verify("secret", hash.replacing("15$8$1", with: cost)))
        }
    }

    @Test func `passwords are bounded`() {
        #expect(IdentityPassword.fault("") != nil)
        #expect(IdentityPassword.fault("a\0b") != nil)
        #expect(IdentityPassword.fault(String(repeating: "x", count: 1_025)) != nil)
        #expect(IdentityPassword.fault(String(repeating: "x", count: 1_024)) == nil)
    }
}
