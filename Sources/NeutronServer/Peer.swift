package import Certificates

/// Who is at the other end of the connection that a request came by.
package struct Peer: Sendable {
    /// What the certificate says that it has shown and that an authority of ours has signed; nil without one.
    let shown: ShownCertificate?
    /// Whether it speaks HTTP without TLS where others speak HTTPS.
    let isPlainText: Bool

    package init(certificate: IssuedCertificate? = nil, isPlainText: Bool = false) {
        shown = certificate.map(ShownCertificate.init)
        self.isPlainText = isPlainText
    }

    /// Of the request that is being served.
    @TaskLocal package static var current = Peer()
}

/// A certificate as each request needs it: read once for a connection, since the library takes its time.
struct ShownCertificate: Sendable {
    let name: CertificateName?
    let publicKeyHash: String

    init(_ certificate: IssuedCertificate) { (name, publicKeyHash) = (certificate.name, certificate.publicKeyHash) }
}
