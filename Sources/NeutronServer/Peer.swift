package import Certificates

/// Who is at the other end of the connection that a request came by.
package enum Peer {
    /// The certificate that it has shown and that an authority of ours has signed; nil without one.
    @TaskLocal package static var certificate: IssuedCertificate?
}
