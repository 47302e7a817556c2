package import Certificates

/// Who is at the other end of the connection that a request came by.
package struct Peer: Sendable {
    /// The certificate that it has shown and that an authority of ours has signed; nil without one.
    package var certificate: IssuedCertificate?
    /// Whether it speaks HTTP without TLS where others speak HTTPS.
    package var isPlainText = false

    /// Of the request that is being served.
    @TaskLocal package static var current = Peer()

    package static var certificate: IssuedCertificate? { current.certificate }
}
