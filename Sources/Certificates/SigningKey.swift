import Crypto
import SwiftASN1
import X509

/// A private key: EC P-256 (FIPS 186-5), which OVN's TLS takes too.
package struct SigningKey: Sendable {
    let key: P256.Signing.PrivateKey

    /// A new one.
    package init() { key = P256.Signing.PrivateKey() }

    /// Reads PEM: PKCS #8 (RFC 5958) or SEC 1.
    package init(pem: String) throws(CredentialError) {
        do { key = try P256.Signing.PrivateKey(pemRepresentation: pem) } catch {
            throw CredentialError("there is no private key of the curve P-256")
        }
    }

    /// PKCS #8 in PEM. Secret.
    package var pem: String { key.pemRepresentation + "\n" }

    /// The SHA-256 hash of the public key's octets (subjectPublicKey, RFC 5280 §4.1.2.7), in hexadecimal.
    package var publicKeyHash: String { Certificate.PublicKey(key.publicKey).hash }

    /// A signing request (PKCS #10, RFC 2986) for the name, in PEM. The authority may certify less than it asks for.
    package func request(for name: CertificateName) throws(CredentialError) -> String {
        do {
            let request = try CertificateSigningRequest(
                version: .v1, subject: name.distinguished, privateKey: .init(key), attributes: .init(),
                signatureAlgorithm: .ecdsaWithSHA256)
            return try request.serializeAsPEM().pemString + "\n"
        } catch { throw CredentialError("no signing request can be made for \(name.text): \(error)") }
    }
}

/// What a certificate is for: its common name (CN).
package struct CertificateName: Hashable, Sendable {
    package let text: String

    /// 1 to 64 (ub-common-name, RFC 5280) printable characters of ASCII; nil for anything else.
    package init?(_ text: String) {
        guard 1...64 ~= text.utf8.count, text.utf8.allSatisfy({ 0x21...0x7e ~= $0 }) else { return nil }
        self.text = text
    }

    var distinguished: DistinguishedName {
        get throws { try DistinguishedName { CommonName(text) } }
    }
}

extension Certificate.PublicKey {
    /// As ``SigningKey/publicKeyHash``.
    var hash: String { hexadecimal(SHA256.hash(data: Array(subjectPublicKeyInfoBytes))) }
}

/// Two lower-case digits a byte.
func hexadecimal(_ bytes: some Sequence<UInt8>) -> String {
    let digits = Array("0123456789abcdef".utf8)
    return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
}
