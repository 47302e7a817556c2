import Crypto
package import Deadlines
import FoundationEssentials
package import NetAddress
import SwiftASN1
import X509

/// The certificate authority of one deployment: it certifies the central machine's servers and the hosts.
///
/// A server's certificate is for servers alone and a host's for clients alone (extended key usage, RFC 5280 §4.2.1.12), so
/// that a host cannot pass for central.
package struct Authority: Sendable {
    package let certificate: IssuedCertificate
    private let key: SigningKey

    /// Ten years.
    package static let lifetime = Duration.seconds(10 * 365 * 86_400)
    /// How far the clock of a machine may be behind, in seconds.
    package static let clockTolerance: Int64 = 300

    /// One that exists.
    package init(certificate: IssuedCertificate, key: SigningKey) throws(CredentialError) {
        guard certificate.publicKeyHash == key.publicKeyHash else {
            throw CredentialError("the authority's certificate and its key do not belong together")
        }
        (self.certificate, self.key) = (certificate, key)
    }

    /// A new one with this key. Each has a name of its own, since what it signs is told apart by that.
    package init(making key: SigningKey, at now: Timestamp, lifetime: Duration = Self.lifetime) throws(CredentialError)
    {
        guard let name = CertificateName("ovn-containers-\(key.publicKeyHash.prefix(16))")
        else { throw CredentialError("the authority has no name") }
        self.key = key
        do {
            let distinguished = try name.distinguished
            certificate = IssuedCertificate(
                try Certificate(
                    version: .v3, serialNumber: .init(), publicKey: .init(key.key.publicKey),
                    notValidBefore: Self.date(now.seconds - Self.clockTolerance),
                    notValidAfter: Self.date(now.seconds + lifetime.components.seconds),
                    issuer: distinguished, subject: distinguished, signatureAlgorithm: .ecdsaWithSHA256,
                    extensions: try Certificate.Extensions {
                        Critical(BasicConstraints.isCertificateAuthority(maxPathLength: 0))
                        Critical(KeyUsage(keyCertSign: true, cRLSign: true))
                        SubjectKeyIdentifier(hash: .init(key.key.publicKey))
                    }, issuerPrivateKey: .init(key.key)))
        } catch { throw CredentialError("the authority's certificate cannot be made: \(error)") }
    }

    /// A certificate for central's servers, found under these names and addresses.
    package func certifyServer(
        _ key: SigningKey, names: [String], addresses: [IPAddress], at now: Timestamp, lifetime: Duration
    ) throws(CredentialError) -> IssuedCertificate {
        guard let name = CertificateName("ovn-central") else { throw CredentialError("central has no name") }
        var all = names.map { GeneralName.dnsName($0) }
        all += addresses.map { GeneralName.ipAddress(ASN1OctetString(contentBytes: ArraySlice($0.octets))) }
        return try issue(
            .init(key.key.publicKey), name, .serverAuth, SubjectAlternativeNames(all), at: now, lifetime: lifetime)
    }

    /// A certificate for a host that asks for it by a signing request in PEM: its common name is `name`, whatever the request says.
    /// Throws where the request is not signed with the key that it has.
    package func certifyHost(
        _ request: HostRequest, name: CertificateName, at now: Timestamp, lifetime: Duration
    ) throws(CredentialError) -> IssuedCertificate {
        try issue(request.key, name, .clientAuth, nil, at: now, lifetime: lifetime)
    }

    private func issue(
        _ publicKey: Certificate.PublicKey, _ name: CertificateName, _ usage: ExtendedKeyUsage.Usage,
        _ alternatives: SubjectAlternativeNames?, at now: Timestamp, lifetime: Duration
    ) throws(CredentialError) -> IssuedCertificate {
        do {
            let own = SubjectKeyIdentifier(hash: .init(key.key.publicKey))
            return IssuedCertificate(
                try Certificate(
                    version: .v3, serialNumber: .init(), publicKey: publicKey,
                    notValidBefore: Self.date(now.seconds - Self.clockTolerance),
                    notValidAfter: Self.date(now.seconds + lifetime.components.seconds),
                    issuer: certificate.certificate.subject, subject: try name.distinguished,
                    signatureAlgorithm: .ecdsaWithSHA256,
                    extensions: try Certificate.Extensions {
                        Critical(BasicConstraints.notCertificateAuthority)
                        Critical(KeyUsage(digitalSignature: true))
                        try ExtendedKeyUsage([usage])
                        SubjectKeyIdentifier(hash: publicKey)
                        AuthorityKeyIdentifier(keyIdentifier: own.keyIdentifier)
                        if let alternatives { alternatives }
                    }, issuerPrivateKey: .init(key.key)))
        } catch { throw CredentialError("no certificate can be made for \(name.text): \(error)") }
    }

    private static func date(_ seconds: Int64) -> Date { Date(timeIntervalSince1970: Double(seconds)) }
}

/// A signing request of a host, whose signature proves that it has the key.
package struct HostRequest: Sendable {
    let key: Certificate.PublicKey

    /// In bytes; a longer one is refused.
    package static let limit = 4_096

    /// Reads PEM.
    package init(pem: String) throws(CredentialError) {
        guard pem.utf8.count <= Self.limit else {
            throw CredentialError("the signing request is longer than \(Self.limit) bytes")
        }
        let request: CertificateSigningRequest
        do { request = try CertificateSigningRequest(pemEncoded: pem) } catch {
            throw CredentialError("the signing request is not PKCS #10 in PEM")
        }
        // OVN's TLS would take others, whose strength we did not choose.
        guard P256.Signing.PublicKey(request.publicKey) != nil else {
            throw CredentialError("the key of the signing request is not one of the curve P-256")
        }
        guard request.publicKey.isValidSignature(request.signature, for: request) else {
            throw CredentialError("the signing request is not signed with its own key")
        }
        key = request.publicKey
    }

    /// As ``SigningKey/publicKeyHash``.
    package var publicKeyHash: String { key.hash }
}
