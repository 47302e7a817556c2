package import Certificates
package import Deadlines

/// A host's certificate, as it is found.
package struct CertificateState: Hashable, Sendable {
    /// Nil where there is none, or none that can be read.
    package var certificate: IssuedCertificate?
    package var authorities: [IssuedCertificate] = []
    /// Why it is not known.
    package var problem: String?

    package init(certificate: IssuedCertificate?, authorities: [IssuedCertificate] = [], problem: String? = nil) {
        (self.certificate, self.authorities, self.problem) = (certificate, authorities, problem)
    }

    package static func look(_ folder: CredentialFolder) -> CertificateState {
        do {
            return CertificateState(certificate: try folder.certificate(), authorities: try folder.authorities())
        } catch { return CertificateState(certificate: nil, problem: error.description) }
    }

    private static let again = "'ovn-integrate join TOKEN' with a token of 'ovn-ipam invite' gets another"

    /// Why the host cannot use it, and what to do; nil where it can.
    package func fault(systemID: String, at now: Timestamp) -> String? {
        if let problem { return "\(problem); \(Self.again)" }
        guard let certificate else { return "there is none; \(Self.again)" }
        if now.seconds >= certificate.end.seconds {
            return "it ended at \(certificate.end), and this machine's clock says \(now): where that is right, "
                + Self.again
        }
        if now.seconds < certificate.start.seconds {
            return "it begins at \(certificate.start), and this machine's clock says \(now): set it right"
        }
        if certificate.name?.text != systemID {
            return "it is for the system id \(certificate.name?.text ?? "of nobody"), and this host's is \(systemID): "
                + "set it back, 'ovs-vsctl set Open_vSwitch . external_ids:system-id=…', or join again"
        }
        guard authorities.contains(where: { certificate.isSigned(by: $0) }) else {
            return "none of the trusted authorities has signed it; \(Self.again)"
        }
        return nil
    }

    /// What its owner should know while it still works: it should have been renewed by now.
    package func warning(at now: Timestamp) -> String? {
        guard let certificate else { return nil }
        let left = Duration.seconds(certificate.end.seconds - now.seconds)
        guard left > .zero, left * 2 <= CertificateRenewal.lifetime(certificate) else { return nil }
        return "this host's certificate ends at \(certificate.end) and was not renewed in time: "
            + "ovn-docker-plugin does that, see its log; 'ovn-integrate renew' does it now"
    }

    /// Short names of the authorities: the beginning of their fingerprints.
    package var authorityNames: [String] {
        authorities.compactMap { authority in
            guard case .success(let print) = Result(catching: { try authority.fingerprint }) else { return nil }
            return String("\(print)".prefix(16))
        }.sorted()
    }
}
