package import Certificates
package import Deadlines
import HTTPTransport
package import HostSetup
package import Logging

/// How a machine gets its certificate with a token.
///
/// Nothing is said to a central before its authority is known to be the one that the token names: first its authorities are asked
/// for, of anybody; then, trusting that one alone, the secret is sent.
package struct Enrolment: Sendable {
    package let token: JoinToken
    package let central: CentralPoint
    package let folder: CredentialFolder
    let logger: Logger
    /// Called when a step is done; what it throws ends it there. For tests.
    let afterStep: @Sendable (JoinStep) throws -> Void

    package init(
        _ token: JoinToken, folder: CredentialFolder, logger: Logger,
        afterStep: @escaping @Sendable (JoinStep) throws -> Void = { _ in }
    ) throws(HostError) {
        guard let central = CentralPoint(invitedTo: token.address) else {
            throw HostError(
                .usage, "the token names no central point: \"\(token.address)\" is not an address and a port")
        }
        (self.token, self.central, self.folder) = (token, central, folder)
        (self.logger, self.afterStep) = (logger, afterStep)
    }

    /// Whether this host has joined that central before, as far as its files say.
    package var isKnown: Bool {
        get throws(HostError) {
            do throws(CredentialError) {
                for authority in try folder.authorities() where try authority.fingerprint == token.authority {
                    return true
                }
                return false
            } catch { throw HostError(.refused, error.description) }
        }
    }

    /// What central knows of this host by its certificate; nil where it is to join, because it never has, was removed, or because
    /// its certificate is not accepted any more.
    package func member(within limit: Duration) async throws(HostError) -> CentralHosts.Member? {
        guard try isKnown, try certificate() != nil else { return nil }
        do {
            return try await CentralHosts.with(central, as: folder, logger: logger) {
                hosts throws(MembershipError) in
                try await hosts.itself(within: limit)
            }
        } catch {
            guard error.kind != .unreachable else { throw HostError(error) }
            logger.debug("not a member", metadata: ["cause": "\(error)"])
            return nil
        }
    }

    /// Gets a certificate and puts it and the authorities into the folder. `prepare` is called when central is known to be the right
    /// one, before anything is asked of it.
    package func enrol(
        as name: CertificateName, hostName: String, tunnelAddress: String, versions: [String: String],
        until deadline: Deadline, prepare: () async throws -> Void = {}
    ) async throws -> CentralHosts.Issue {
        let request: String
        do { request = try folder.key().request(for: name) } catch { throw HostError(.refused, error.description) }
        try afterStep(.key)
        let authority = try await findAuthority(within: deadline.remaining)
        try await prepare()
        try afterStep(.authority)
        let application = CentralHosts.Application(
            secret: token.secretText, request: request, systemID: name.text, hostName: hostName,
            tunnelAddress: tunnelAddress, versions: versions)
        let issue: CentralHosts.Issue
        do throws(MembershipError) {
            let trust: Trust
            do throws(TransportError) { trust = try .deployment([authority]) } catch {
                throw MembershipError(.untrusted, error.reason)
            }
            issue = try await CentralHosts.with(central, trust, logger: logger) { hosts throws(MembershipError) in
                try await hosts.join(application, within: deadline.remaining)
            }
        } catch { throw HostError(error) }
        try afterStep(.answer)
        try issue.keep(in: folder, name: name)
        try afterStep(.certificate)
        return issue
    }

    /// The authority that the token names.
    private func findAuthority(within limit: Duration) async throws(HostError) -> IssuedCertificate {
        let all: [IssuedCertificate]
        do {
            all = try await CentralHosts.with(central, .unverified, logger: logger) { hosts throws(MembershipError) in
                try await hosts.authorities(within: limit)
            }
        } catch { throw HostError(error) }
        for authority in all {
            if case .success(let print) = Result(catching: { try authority.fingerprint }), print == token.authority {
                return authority
            }
        }
        throw HostError(
            .refused,
            "the central at \(central.api) is not the one that invited this host: its authority is another. "
                + "Either the token is of another central, or somebody has come between; the secret was not sent, "
                + "nothing changed")
    }

    private func certificate() throws(HostError) -> IssuedCertificate? {
        do { return try folder.certificate() } catch { throw HostError(.refused, error.description) }
    }
}

extension CentralHosts.Issue {
    /// Writes both. The authorities first: what the certificate is of is trusted by then.
    /// - Throws: where the certificate is not of the folder's key and of this name.
    func keep(in folder: CredentialFolder, name: CertificateName) throws(HostError) {
        do throws(CredentialError) {
            let key = try folder.key()
            guard certificate.publicKeyHash == key.publicKeyHash, certificate.name == name else {
                throw CredentialError(
                    "central's certificate is for \(certificate.name?.text ?? "nobody"), and not for this host's key "
                        + "and system id \(name.text)")
            }
            try folder.write(authorities: authorities)
            try folder.write(certificate: certificate)
        } catch { throw HostError(.refused, error.description) }
    }
}
