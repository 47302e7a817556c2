package import Certificates

/// The other end of the connection by which a request came.
package enum Peer {
    /// Its certificate, which the TLS layer has verified against the authorities; nil where it has shown none.
    @TaskLocal package static var certificate: IssuedCertificate?
}
