package import Deadlines
import Glibc
import NIOConcurrencyHelpers
package import NetAddress

/// Under which names and addresses the servers of central are found.
package struct ServedNames: Hashable, Sendable {
    package var names: Set<String>
    package var addresses: Set<IPAddress>

    package init(names: Set<String>, addresses: Set<IPAddress>) { (self.names, self.addresses) = (names, addresses) }

    /// As ``IssuedCertificate/alternativeNames`` has them.
    var texts: Set<String> { names.union(addresses.map(\.description)) }
}

/// The authority of a deployment and the certificate of central's servers, in two folders of central's data folder:
/// `authority` and `tls`. Made at the first start.
package final class CentralCertificates: Sendable {
    /// What is served with.
    package struct Current: Sendable {
        /// Who certifies hosts.
        package let authority: Authority
        /// Whose certificates are trusted.
        package let authorities: [IssuedCertificate]
        package let key: SigningKey
        package let server: IssuedCertificate
    }

    /// Where the servers' key, certificate and trusted authorities are.
    package let folder: CredentialFolder
    /// How long certificates are valid that are made from now on.
    package let lifetime: Duration
    private let authorityFolder: CredentialFolder
    private let state: NIOLockedValueBox<Current>

    /// `dataFolder` exists, and is not another user's. Without `mayFound` the authority must be there: a replica's is a copy of
    /// central's.
    package init(
        dataFolder: String, names: ServedNames, lifetime: Duration, mayFound: Bool = true, at now: Timestamp
    ) throws(CredentialError) {
        self.lifetime = lifetime
        folder = CredentialFolder("\(dataFolder)/tls")
        authorityFolder = CredentialFolder("\(dataFolder)/authority")
        let existing = try authorityFolder.certificate()
        guard mayFound || existing != nil else {
            throw CredentialError(
                "there is no authority in \(authorityFolder.path): copy that folder from the data folder of central's "
                    + "'ovn-ipam up', or serve without TLS (--open)")
        }
        let key = try authorityFolder.key()
        let authority: Authority
        if let found = existing {
            do { authority = try Authority(certificate: found, key: key) } catch {
                throw CredentialError("\(authorityFolder.path): \(error)")
            }
            guard now < found.end else {
                throw CredentialError(
                    "the authority in \(authorityFolder.path) ended on \(found.end): hosts trust it no longer")
            }
        } else {
            authority = try Authority(making: key, at: now)
            try authorityFolder.write(certificate: authority.certificate)
        }
        let authorities = [authority.certificate]
        if try folder.authorities() != authorities { try folder.write(authorities: authorities) }
        let own = try folder.key()
        let server: IssuedCertificate
        if let found = try folder.certificate(), !Self.isDue(found, own, authority, names, lifetime, at: now) {
            server = found
        } else {
            server = try Self.issue(own, authority, names, lifetime, to: folder, at: now)
        }
        state = NIOLockedValueBox(Current(authority: authority, authorities: authorities, key: own, server: server))
    }

    package var current: Current { state.withLockedValue { $0 } }

    /// Renews the servers' certificate where a third of its time has passed, or their names are others; returns whether it did.
    package func renew(names: ServedNames, at now: Timestamp) throws(CredentialError) -> Bool {
        let old = current
        guard Self.isDue(old.server, old.key, old.authority, names, lifetime, at: now) else { return false }
        let server = try Self.issue(old.key, old.authority, names, lifetime, to: folder, at: now)
        let new = Current(authority: old.authority, authorities: old.authorities, key: old.key, server: server)
        state.withLockedValue { $0 = new }
        return true
    }

    private static func isDue(
        _ server: IssuedCertificate, _ key: SigningKey, _ authority: Authority, _ names: ServedNames,
        _ lifetime: Duration, at now: Timestamp
    ) -> Bool {
        let left = server.end.seconds - now.seconds
        return left * 3 < lifetime.components.seconds * 2 || left > lifetime.components.seconds
            || server.publicKeyHash != key.publicKeyHash || !server.isSigned(by: authority.certificate)
            || server.alternativeNames != names.texts
    }

    private static func issue(
        _ key: SigningKey, _ authority: Authority, _ names: ServedNames, _ lifetime: Duration,
        to folder: CredentialFolder, at now: Timestamp
    ) throws(CredentialError) -> IssuedCertificate {
        let issued = try authority.certifyServer(
            key, names: names.names.sorted(), addresses: names.addresses.sorted { $0.description < $1.description },
            at: now, lifetime: lifetime)
        try folder.write(certificate: issued)
        return issued
    }
}
