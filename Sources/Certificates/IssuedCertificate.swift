import Crypto
package import Deadlines
import FoundationEssentials
import NetAddress
import SwiftASN1
import X509

/// A certificate (RFC 5280), read from PEM or DER.
package struct IssuedCertificate: Hashable, Sendable {
    let certificate: Certificate

    init(_ certificate: Certificate) { self.certificate = certificate }

    /// The first one of a PEM text.
    package init(pem: String) throws(CredentialError) {
        guard let first = try Self.all(pem: pem).first else { throw CredentialError("there is no certificate in it") }
        self = first
    }

    package init(der: [UInt8]) throws(CredentialError) {
        do { certificate = try Certificate(derEncoded: der) } catch {
            throw CredentialError("it is not a certificate: \(error)")
        }
    }

    /// Those of a PEM text, such as a bundle of authorities.
    package static func all(pem: String) throws(CredentialError) -> [IssuedCertificate] {
        do {
            return try PEMDocument.parseMultiple(pemString: pem).map { Self(try Certificate(pemDocument: $0)) }
        } catch { throw CredentialError("it is not a text of certificates in PEM: \(error)") }
    }

    package var pem: String {
        get throws(CredentialError) {
            do { return try certificate.serializeAsPEM().pemString + "\n" } catch {
                throw CredentialError("it cannot be written: \(error)")
            }
        }
    }

    /// The common name of its subject; nil where there is none.
    package var name: CertificateName? {
        let texts = certificate.subject.flatMap { relative in
            relative.filter { $0.type == .RDNAttributeType.commonName }.map { String(describing: $0.value) }
        }
        return texts.count == 1 ? CertificateName(texts[0]) : nil
    }

    package var start: Timestamp { Timestamp(seconds: Int64(certificate.notValidBefore.timeIntervalSince1970)) }
    package var end: Timestamp { Timestamp(seconds: Int64(certificate.notValidAfter.timeIntervalSince1970)) }

    /// The hash of its public key, as ``SigningKey/publicKeyHash``.
    package var publicKeyHash: String { certificate.publicKey.hash }

    /// The SHA-256 hash of the whole certificate.
    package var fingerprint: Fingerprint {
        get throws(CredentialError) {
            var serializer = DER.Serializer()
            do { try serializer.serialize(certificate) } catch {
                throw CredentialError("it cannot be written: \(error)")
            }
            return Fingerprint(Array(SHA256.hash(data: serializer.serializedBytes)))
        }
    }

    /// The names and addresses of its server (subjectAltName), as texts.
    package var alternativeNames: [String] {
        // One whose names cannot be read is found under none, and so is replaced.
        guard let all = try? certificate.extensions.subjectAlternativeNames else { return [] }
        return all.compactMap { name in
            switch name {
            case .dnsName(let text): text
            case .ipAddress(let octets):
                octets.bytes.count == 4 || octets.bytes.count == 16
                    ? IPAddress(
                        octets.bytes.count == 4 ? .v4 : .v6, bits: octets.bytes.reduce(0) { $0 << 8 | UInt128($1) }
                    ).description : nil
            default: nil
            }
        }
    }

    /// Whether the authority signed it.
    package func isSigned(by authority: IssuedCertificate) -> Bool {
        authority.certificate.publicKey.isValidSignature(certificate.signature, for: certificate)
    }
}

/// The SHA-256 hash of a certificate.
package struct Fingerprint: Hashable, Sendable, CustomStringConvertible {
    package static let size = 32
    package let bytes: [UInt8]

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    package var description: String { hexadecimal(bytes) }
}
