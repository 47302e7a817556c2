package import Certificates
import Glibc
import NIOSSL

/// Which servers an HTTPS connection trusts, and what it shows of this machine.
package struct Trust: Hashable, Sendable {
    enum Kind: Hashable {
        case system, unverified
        case authorities([NIOSSLCertificate])
        /// Whatever name the server's certificate has.
        case deployment([NIOSSLCertificate])
        case host(CredentialFolder)
    }

    let kind: Kind

    /// Servers whose certificate is signed by an authority that this machine trusts.
    package static let system = Trust(kind: .system)
    /// Any server, unverified: passwords may go to an impostor.
    package static let unverified = Trust(kind: .unverified)

    /// Servers whose certificate is signed by an authority in a PEM file.
    /// - Throws: `misconfigured` when there is none in it.
    package static func authorities(in file: String) throws(TransportError) -> Trust {
        guard access(file, R_OK) == 0 else {
            throw TransportError(.misconfigured, "cannot read \(file): \(String(cString: strerror(errno)))")
        }
        let certificates: [NIOSSLCertificate]
        do { certificates = try NIOSSLCertificate.fromPEMFile(file) } catch {
            throw TransportError(.misconfigured, "there is no certificate in \(file)")
        }
        return Trust(kind: .authorities(certificates))
    }

    /// Servers of the deployments that have these authorities, under any name: only central gets certificates for servers from them.
    package static func deployment(_ authorities: [IssuedCertificate]) throws(TransportError) -> Trust {
        do {
            let certificates = try authorities.flatMap { try NIOSSLCertificate.fromPEMBytes(Array(try $0.pem.utf8)) }
            return Trust(kind: .deployment(certificates))
        } catch { throw TransportError(.misconfigured, "an authority's certificate cannot be used: \(error)") }
    }

    /// The same by the authorities in the folder of a host, whose certificate is shown to servers. The files are read again when
    /// they change, so that what lives long uses the renewed ones.
    package static func host(_ folder: CredentialFolder) -> Trust { Trust(kind: .host(folder)) }

    /// Of a host it comes with each request.
    var tls: TLSConfiguration {
        var tls = TLSConfiguration.makeClientConfiguration()
        switch kind {
        case .system, .host: break
        case .unverified: tls.certificateVerification = .none
        case .authorities(let certificates): tls.trustRoots = .certificates(certificates)
        case .deployment(let certificates):
            tls.trustRoots = .certificates(certificates)
            tls.certificateVerification = .noHostnameVerification
        }
        return tls
    }
}
