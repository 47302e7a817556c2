import Glibc
import NIOSSL

/// Which servers an HTTPS connection trusts.
package struct Trust: Hashable, Sendable {
    private enum Kind: Hashable {
        case system, unverified
        case authorities([NIOSSLCertificate])
    }

    private let kind: Kind

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

    var tls: TLSConfiguration {
        var tls = TLSConfiguration.makeClientConfiguration()
        switch kind {
        case .system: break
        case .unverified: tls.certificateVerification = .none
        case .authorities(let certificates): tls.trustRoots = .certificates(certificates)
        }
        return tls
    }
}
