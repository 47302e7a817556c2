package import Certificates
package import Deadlines
import HostNetwork
package import HostSetup
package import Logging

/// Keeps a host's certificate young and the authorities that it trusts those that central says.
package struct CertificateRenewal: Sendable {
    /// Why a certificate is replaced.
    package enum Reason: String, Sendable {
        case age, authorities, request
    }

    package let central: CentralPoint
    package let folder: CredentialFolder
    /// What the host runs, asked for when it is told.
    let versions: @Sendable () async -> [String: String]
    let logger: Logger

    package init(
        _ central: CentralPoint, folder: CredentialFolder, logger: Logger,
        versions: @escaping @Sendable () async -> [String: String] = { [:] }
    ) {
        (self.central, self.folder, self.versions, self.logger) = (central, folder, versions, logger)
    }

    /// All who change the folder hold this lock.
    package static let lockName = "certificate"

    /// For how long a certificate was made. It begins earlier than it was made, for clocks that are behind.
    package static func lifetime(_ certificate: IssuedCertificate) -> Duration {
        .seconds(max(1, certificate.end.seconds - certificate.start.seconds - Authority.clockTolerance))
    }

    /// Whether a third of a certificate's life is over.
    package static func isDue(_ certificate: IssuedCertificate, at now: Timestamp) -> Bool {
        .seconds(certificate.end.seconds - now.seconds) * 3 <= lifetime(certificate) * 2
    }

    /// How often it is looked at: a minute, or what is a moment in the life of a short one.
    package static func interval(_ certificate: IssuedCertificate) -> Duration {
        min(.seconds(60), max(.seconds(1), lifetime(certificate) / 20))
    }

    /// Renews the certificate where it is due, or always; returns why, nil where it stays.
    package func renew(
        always: Bool = false, now: Timestamp = .now, within limit: Duration
    ) async throws(HostError) -> (certificate: IssuedCertificate, reason: Reason?) {
        let deadline = ContinuousClock.now + limit
        let (certificate, known) = try held()
        let reason: Reason
        if always {
            reason = .request
        } else if Self.isDue(certificate, at: now) {
            reason = .age
        } else if try await isBehind(certificate, known, within: limit) {
            reason = .authorities
        } else {
            return (certificate, nil)
        }
        guard let name = certificate.name else {
            throw HostError(.refused, "\(folder.certificateFile) has no name; join again, 'ovn-integrate join TOKEN'")
        }
        // Held over the question too: a host that leaves meanwhile gets no certificate that nobody removes.
        let lock: NameLock
        do { lock = try await NameLock.hold(Self.lockName, within: max(.milliseconds(1), deadline - .now)) } catch {
            throw HostError(.refused, "\(error)")
        }
        defer { withExtendedLifetime(lock) {} }
        guard !folder.isEmpty else { throw HostError(.refused, "this host has left") }
        let versions = await versions()
        var trusted = known
        while true {
            let issue = try await ask(for: name, trusting: trusted, versions: versions, until: deadline)
            try issue.keep(in: folder, name: name)
            // Central waits for each host to say that it has a new authority before that certifies.
            guard Set(issue.authorities) != Set(trusted), ContinuousClock.now < deadline else {
                return (issue.certificate, reason)
            }
            trusted = issue.authorities
        }
    }

    private func ask(
        for name: CertificateName, trusting authorities: [IssuedCertificate], versions: [String: String],
        until deadline: ContinuousClock.Instant
    ) async throws(HostError) -> CentralHosts.Issue {
        do throws(MembershipError) {
            let request: String
            do { request = try folder.key().request(for: name) } catch {
                throw MembershipError(.untrusted, error.description)
            }
            return try await CentralHosts.with(central, as: folder, logger: logger) { hosts throws(MembershipError) in
                try await hosts.renew(
                    request, trusting: authorities, versions: versions, within: max(.milliseconds(1), deadline - .now))
            }
        } catch { throw HostError(error) }
    }

    private func held() throws(HostError) -> (IssuedCertificate, [IssuedCertificate]) {
        do throws(CredentialError) {
            guard let certificate = try folder.certificate() else {
                throw CredentialError(
                    "this host has no certificate in \(folder.path): join again, 'ovn-integrate join TOKEN'")
            }
            return (certificate, try folder.authorities())
        } catch { throw HostError(.refused, error.description) }
    }

    /// Whether central trusts others than this host does, or certifies with another than the one that certified this host.
    private func isBehind(
        _ certificate: IssuedCertificate, _ known: [IssuedCertificate], within limit: Duration
    ) async throws(HostError) -> Bool {
        do throws(MembershipError) {
            let all = try await CentralHosts.with(central, as: folder, logger: logger) {
                hosts throws(MembershipError) in
                try await hosts.authorities(within: limit)
            }
            return Set(all) != Set(known) || !(all.first.map { certificate.isSigned(by: $0) } ?? true)
        } catch { throw HostError(error) }
    }
}
