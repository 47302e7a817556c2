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

/// The authority of a deployment and the certificate of central's servers, in folders of central's data folder. Made at the first
/// start.
///
/// `authority` has who certifies now, `tls` what is served with. While the authority is being replaced `authority-other` has a second
/// one that is trusted too: the next one until every host trusts it, then the previous one until no host's certificate is from it.
package final class CentralCertificates: Sendable {
    /// What is served with.
    package struct Current: Sendable {
        /// Who certifies hosts.
        package let authority: Authority
        /// Whose certificates are trusted, that one first.
        package let authorities: [IssuedCertificate]
        package let key: SigningKey
        package let server: IssuedCertificate
    }

    /// What a host has.
    package struct HostTrust: Sendable {
        /// The fingerprints of the authorities that it is known to trust.
        let trusted: Set<String>
        /// The fingerprint of the authority that its certificate is from.
        let issuer: String

        package init(trusted: Set<String>, issuer: String) { (self.trusted, self.issuer) = (trusted, issuer) }
    }

    /// Where the servers' key, certificate and trusted authorities are.
    package let folder: CredentialFolder
    /// How long certificates are valid that are made from now on.
    package let lifetime: Duration
    private let authorityFolder: CredentialFolder
    private let otherFolder: CredentialFolder
    private let state: NIOLockedValueBox<Current>

    /// `dataFolder` exists, and is not another user's. Without `mayFound` the authority must be there: a replica's is a copy of
    /// central's.
    package init(
        dataFolder: String, names: ServedNames, lifetime: Duration, mayFound: Bool = true, at now: Timestamp
    ) throws(CredentialError) {
        self.lifetime = lifetime
        folder = CredentialFolder("\(dataFolder)/tls")
        authorityFolder = CredentialFolder("\(dataFolder)/authority")
        otherFolder = Self.otherFolder(dataFolder)
        let founded = try authorityFolder.certificate()
        guard mayFound || founded != nil else {
            throw CredentialError(
                "there is no authority in \(authorityFolder.path): copy that folder from the data folder of central's "
                    + "'ovn-ipam up', or serve without TLS (--open)")
        }
        state = NIOLockedValueBox(
            try Self.load(authorityFolder, otherFolder, folder, names: names, lifetime: lifetime, at: now))
    }

    package var current: Current { state.withLockedValue { $0 } }

    /// Makes the authority that is to replace the present one, unless there is one already. Who serves sees it by itself.
    package static func prepareReplacement(dataFolder: String, at now: Timestamp) throws(CredentialError) {
        guard try CredentialFolder("\(dataFolder)/authority").certificate() != nil else {
            throw CredentialError(
                "there is no authority in \(dataFolder)/authority to replace: 'ovn-ipam up' makes one")
        }
        let other = otherFolder(dataFolder)
        guard try other.certificate() == nil else { return }
        // What an interrupted one has left. Its key is not read: it is the service's, and this may be root.
        try other.remove()
        _ = try authority(in: other, at: now)
    }

    /// Does what is due: renews the servers' certificate where a third of its time has passed or their names are others, and goes on
    /// with the replacement of the authority as far as the hosts are, which are nil while that is not known. Returns whether anything
    /// is new.
    package func renew(names: ServedNames, hosts: [HostTrust]?, at now: Timestamp) throws(CredentialError) -> Bool {
        let old = current
        if let hosts, let other = try otherFolder.certificate() {
            let fingerprint = "\(try other.fingerprint)"
            if other.start > old.authority.certificate.start || other == old.authority.certificate {
                // It is the next one.
                if other != old.authority.certificate, old.authorities.contains(other),
                    hosts.allSatisfy({ $0.trusted.contains(fingerprint) })
                {
                    try authorityFolder.exchange(with: otherFolder)
                }
            } else if !hosts.contains(where: { $0.issuer == fingerprint }) {
                try otherFolder.remove()
            }
        }
        let new = try Self.load(authorityFolder, otherFolder, folder, names: names, lifetime: lifetime, at: now)
        state.withLockedValue { $0 = new }
        return new.server != old.server || new.authorities != old.authorities
    }

    private static func otherFolder(_ dataFolder: String) -> CredentialFolder {
        CredentialFolder("\(dataFolder)/authority-other")
    }

    /// The authority of a folder, or a new one.
    private static func authority(in folder: CredentialFolder, at now: Timestamp) throws(CredentialError) -> Authority {
        let key = try folder.key()
        guard let found = try folder.certificate() else {
            let made = try Authority(making: key, at: now)
            try folder.write(certificate: made.certificate)
            return made
        }
        do { return try Authority(certificate: found, key: key) } catch {
            throw CredentialError("\(folder.path): \(error)")
        }
    }

    /// What the folders have, completed.
    private static func load(
        _ authorityFolder: CredentialFolder, _ otherFolder: CredentialFolder, _ folder: CredentialFolder,
        names: ServedNames, lifetime: Duration, at now: Timestamp
    ) throws(CredentialError) -> Current {
        let authority = try authority(in: authorityFolder, at: now)
        guard now < authority.certificate.end else {
            throw CredentialError(
                "the authority in \(authorityFolder.path) ended on \(authority.certificate.end): no host trusts it any longer"
            )
        }
        let authorities = [authority.certificate] + [try otherFolder.certificate()].compactMap { $0 }
        if try folder.authorities() != authorities { try folder.write(authorities: authorities) }
        let key = try folder.key()
        if let found = try folder.certificate(), !isDue(found, key, authority, names, lifetime, at: now) {
            return Current(authority: authority, authorities: authorities, key: key, server: found)
        }
        let server = try authority.certifyServer(
            key, names: names.names.sorted(), addresses: names.addresses.sorted { $0.description < $1.description },
            at: now, lifetime: lifetime)
        try folder.write(certificate: server)
        return Current(authority: authority, authorities: authorities, key: key, server: server)
    }

    private static func isDue(
        _ server: IssuedCertificate, _ key: SigningKey, _ authority: Authority, _ names: ServedNames,
        _ lifetime: Duration, at now: Timestamp
    ) -> Bool {
        let left = server.end.seconds - now.seconds
        return left * 3 < lifetime.components.seconds * 2 || left > lifetime.components.seconds
            || server.publicKeyHash != key.publicKeyHash || !server.isSigned(by: authority.certificate)
            || Set(server.alternativeNames) != names.texts
    }
}
