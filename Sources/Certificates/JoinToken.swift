import Crypto
import FoundationEssentials

/// What a host is invited with: where central is, which authority it must have, and a secret.
///
/// As text it is `ovn1-` and base64url (RFC 4648 §5) of: the fingerprint (32 octets), the secret (16), the first 4 octets of the
/// SHA-256 hash of all that follows and precedes, and the address `HOST:PORT`.
package struct JoinToken: Hashable, Sendable {
    /// The API's address as URLs have it: `192.0.2.1:9696`, `[2001:db8::1]:9696`, `central.example.org:9696`.
    package let address: String
    /// Of the authority's certificate.
    package let authority: Fingerprint
    /// Known to whoever has the token; central has only its hash.
    package let secret: [UInt8]

    private static let prefix = "ovn1-"
    private static let secretSize = 16
    private static let checkSize = 4
    /// Longest text, in characters.
    package static let limit = 512

    /// A token with a new secret.
    package init(address: String, authority: Fingerprint) {
        var generator = SystemRandomNumberGenerator()
        self.init(
            address: address, authority: authority,
            secret: (0..<Self.secretSize).map { _ in UInt8.random(in: 0...255, using: &generator) })
    }

    private init(address: String, authority: Fingerprint, secret: [UInt8]) {
        (self.address, self.authority, self.secret) = (address, authority, secret)
    }

    /// Reads a token's text.
    package init(_ text: String) throws(CredentialError) {
        guard text.hasPrefix(Self.prefix), text.utf8.count <= Self.limit else {
            throw CredentialError("it is not a token of 'ovn-ipam invite', which begins with \(Self.prefix)")
        }
        let fixed = Fingerprint.size + Self.secretSize + Self.checkSize
        guard let bytes = Self.decoded(text.dropFirst(Self.prefix.count)), bytes.count > fixed else {
            throw CredentialError(
                "the token is damaged or not complete: copy the whole line that 'ovn-ipam invite' printed")
        }
        let authority = Fingerprint(Array(bytes[..<Fingerprint.size]))
        let secret = Array(bytes[Fingerprint.size..<Fingerprint.size + Self.secretSize])
        let address = String(decoding: bytes[fixed...], as: UTF8.self)
        self.init(address: address, authority: authority, secret: secret)
        guard Array(bytes[fixed - Self.checkSize..<fixed]) == check, Self.isAddress(address) else {
            throw CredentialError("the token is damaged: copy the whole line that 'ovn-ipam invite' printed")
        }
    }

    package var text: String {
        let bytes = authority.bytes + secret + check + Array(address.utf8)
        let standard = Data(bytes).base64EncodedString()
        return Self.prefix
            + String(standard.compactMap { $0 == "+" ? "-" : $0 == "/" ? "_" : $0 == "=" ? nil : $0 })
    }

    /// What central keeps of the secret, in hexadecimal. Secrets are random: a fast hash says nothing of them.
    package var secretHash: String { Self.hash(ofSecret: secretText) ?? "" }

    /// The secret as a request has it, in hexadecimal.
    package var secretText: String { hexadecimal(secret) }

    /// The same of a request's secret; nil where it cannot be one.
    package static func hash(ofSecret text: String) -> String? {
        guard text.utf8.count == 2 * secretSize,
            text.utf8.allSatisfy({ 0x30...0x39 ~= $0 || 0x61...0x66 ~= $0 })
        else { return nil }
        return hexadecimal(SHA256.hash(data: Array("ovn-containers join \(text)".utf8)))
    }

    /// Against slips of the hand, not against forgers.
    private var check: [UInt8] {
        Array(SHA256.hash(data: authority.bytes + secret + Array(address.utf8)).prefix(Self.checkSize))
    }

    /// Printable, so that it can be shown, and nothing that would end a URL's authority (RFC 3986 §3.2).
    private static func isAddress(_ text: String) -> Bool {
        !text.isEmpty
            && text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_"),
                    UInt8(ascii: ":"), UInt8(ascii: "["), UInt8(ascii: "]"):
                    true
                default: false
                }
            }
    }

    private static func decoded(_ text: Substring) -> [UInt8]? {
        guard !text.utf8.contains(where: { $0 == UInt8(ascii: "+") || $0 == UInt8(ascii: "/") }) else { return nil }
        var standard = String(text.map { $0 == "-" ? "+" : $0 == "_" ? "/" : $0 })
        standard += String(repeating: "=", count: (4 - standard.utf8.count % 4) % 4)
        return Data(base64Encoded: standard).map { Array($0) }
    }
}
