import Crypto
import CryptoExtras

/// What is kept of a password: scrypt (RFC 7914) of it, which takes 32 MiB and some 80 ms, with its parameters.
///
/// Text is `scrypt$15$8$1$<salt>$<hash>`: the logarithm of N, r, p.
package enum PasswordHash {
    private struct Cost: Hashable {
        var logN = 15
        var r = 8
        var p = 1

        /// Others are refused rather than computed.
        var isBearable: Bool { 1...16 ~= logN && 1...16 ~= r && 1...16 ~= p && (128 * r) << logN <= 48 << 20 }
    }

    /// In bytes of UTF-8.
    package static let maximumLength = 1_024

    /// The text for a new password.
    package static func make(_ password: String) throws -> String {
        let salt = SymmetricKey(size: .bits128).withUnsafeBytes { Array($0) }
        let cost = Cost()
        let hash = try derive(password, salt, cost)
        return "scrypt$\(cost.logN)$\(cost.r)$\(cost.p)$\(Base64URL.text(salt))$\(Base64URL.text(hash))"
    }

    /// A secret that nobody could guess: 32 random bytes as text.
    package static func newSecret() -> String {
        Base64URL.text(SymmetricKey(size: .bits256).withUnsafeBytes { Array($0) })
    }

    /// Whether a password is that of the text. Where there is none, it works as long, for nothing.
    package static func verify(_ password: String, _ text: String?) -> Bool {
        let parsed = text.flatMap { parse($0) }
        let (cost, salt, hash) = parsed ?? (Cost(), [UInt8](repeating: 0, count: 16), [])
        guard password.utf8.count <= maximumLength, let found = try? derive(password, salt, cost) else { return false }
        return parsed != nil && equal(found, hash)
    }

    /// In a time that does not depend on where they differ.
    private static func equal(_ a: [UInt8], _ b: [UInt8]) -> Bool {
        guard a.count == b.count else { return false }
        var difference: UInt8 = 0
        for place in a.indices { difference |= a[place] ^ b[place] }
        return difference == 0
    }

    private static func derive(_ password: String, _ salt: [UInt8], _ cost: Cost) throws -> [UInt8] {
        try KDF.Scrypt.deriveKey(
            from: Array(password.utf8), salt: salt, outputByteCount: 32, rounds: 1 << cost.logN, blockSize: cost.r,
            parallelism: cost.p
        ).withUnsafeBytes { Array($0) }
    }

    private static func parse(_ text: String) -> (Cost, salt: [UInt8], hash: [UInt8])? {
        let parts = text.split(separator: "$", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 6, parts[0] == "scrypt", let logN = Int(parts[1]), let r = Int(parts[2]),
            let p = Int(parts[3]), let salt = Base64URL.bytes(parts[4]), salt.count == 16,
            let hash = Base64URL.bytes(parts[5]), hash.count == 32
        else { return nil }
        let cost = Cost(logN: logN, r: r, p: p)
        return cost.isBearable ? (cost, salt, hash) : nil
    }
}

/// The rules for passwords and secrets.
package enum IdentityPassword {
    /// Why a text is no password; nil where it is: 1…1,024 bytes without a null character.
    package static func fault(_ text: String) -> String? {
        guard 1...PasswordHash.maximumLength ~= text.utf8.count else {
            return "must have 1 to \(PasswordHash.maximumLength) bytes"
        }
        return text.utf8.contains(0) ? "must not have a null character" : nil
    }
}
