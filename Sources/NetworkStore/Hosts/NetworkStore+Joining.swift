package import Deadlines
package import NetAddress
package import NeutronAPI
import OVNModel
import OVSDB

/// What a host that joins says of itself.
package struct JoiningHost: Hashable, Sendable {
    package var systemID: String
    package var hostName: String
    package var tunnelAddress: IPAddress
    /// The hash of the key whose certificate it wants.
    package var keyHash: String
    package var versions: [String: String]

    package init(
        systemID: String, hostName: String, tunnelAddress: IPAddress, keyHash: String,
        versions: [String: String] = [:]
    ) {
        self.systemID = systemID
        self.hostName = hostName
        self.tunnelAddress = tunnelAddress
        self.keyHash = keyHash
        self.versions = versions
    }

    /// `h1 (system id 7f…)`
    var shown: String { hostName == systemID ? hostName : "\(hostName) (system id \(systemID))" }
}

/// What is kept of a certificate that a host is given.
package struct GivenCertificate: Hashable, Sendable {
    package let end: Timestamp
    /// The fingerprint of the authority that it is from.
    package let issuer: String

    package init(end: Timestamp, issuer: String) { (self.end, self.issuer) = (end, issuer) }
}

/// Whose certificate it is that a request comes with.
package struct CertifiedHost: Hashable, Sendable {
    package let systemID: String
    package let hostName: String
    /// The project that it acts for.
    package let projectID: String
}

extension Snapshot {
    /// Reads no more of the host's record than this: each of its requests asks.
    fileprivate func certifiedHost(systemID: String, keyHash: String) -> CertifiedHost? {
        guard let keys = JoinedHost.row(ID(ofName: systemID), in: self)?.externalIDs,
            keys[JoinedHost.systemIDKey] == systemID, keys[JoinedHost.keyHashKey] == keyHash,
            keys[JoinedHost.leavingKey] != "true"
        else { return nil }
        return CertifiedHost(
            systemID: systemID, hostName: keys[JoinedHost.hostNameKey] ?? "", projectID: keys[Layout.projectID])
    }
}

extension NetworkStore {
    /// How long an invitation that has ended is kept, so that who comes late is told why it is refused. In seconds.
    private static let memory: Int64 = 7 * 86_400

    /// Keeps an invitation by the hash of its secret, and forgets those that ended long ago. `host` is the only one that may
    /// use it, by host name or system id; empty for any.
    package func invite(
        secretHash hash: String, host: String, project: String, uses: Int, end: Timestamp
    ) async throws -> Invitation {
        guard let id = ID<Invitation>(secretHash: hash) else {
            throw NeutronError.badRequest("'\(hash.shortened)' is not a hash in hexadecimal")
        }
        return try await change { draft in
            let snapshot = try draft.snapshot()
            if draft.isRepetition, let made = Invitation.find(id, in: snapshot) { return made }
            let time = draft.time
            for old in snapshot.invitations where old.end.seconds < time.seconds - Self.memory {
                try Invitation.delete(old.id, ifRevision: nil, in: &draft)
            }
            var made = Invitation(id: id, standard: draft.created(project, "", revision: Invitation.firstRevision))
            (made.secretHash, made.host, made.end) = (hash, host, end)
            (made.uses, made.usesLeft) = (uses, uses)
            return try Invitation.insert(made, in: &draft)
        }
    }

    /// The invitation of a secret.
    package func invitation(secretHash hash: String) async throws -> Invitation {
        guard let id = ID<Invitation>(secretHash: hash) else { throw NeutronError.tokenUnknown }
        let found: Invitation = try await find({ Invitation.find(id, in: $0) }, else: .tokenUnknown)
        guard found.secretHash == hash else { throw NeutronError.tokenUnknown }
        return found
    }

    /// Lets a host in by the secret with this hash. A host that was let in by it before may repeat that, whatever has become
    /// of the invitation, as long as it has the same key.
    /// `trusted` has the fingerprints of the authorities that it is told to trust.
    package func admit(
        _ host: JoiningHost, secretHash hash: String, certificate: GivenCertificate, trusted: [String]
    ) async throws -> JoinedHost {
        guard let id = ID<Invitation>(secretHash: hash) else { throw NeutronError.tokenUnknown }
        return try await change { draft in
            let snapshot = try draft.snapshot()
            guard let row = Invitation.row(id, in: snapshot), let invitation = Invitation(id, row, in: snapshot),
                invitation.secretHash == hash
            else { throw NeutronError.tokenUnknown }
            try draft.claimHosts()
            let known = snapshot.joinedHost(systemID: host.systemID).flatMap {
                $0.keyHash == host.keyHash && !$0.isLeaving ? $0 : nil
            }
            let user = Invitation.User(systemID: host.systemID, keyHash: host.keyHash)
            let isRepetition = known != nil && invitation.users.contains(user)
            if !isRepetition { try invitation.check(host, at: draft.time) }
            try snapshot.refuseOther(host)
            let time = draft.time
            func write(to joined: inout JoinedHost) {
                (joined.systemID, joined.hostName, joined.keyHash) = (host.systemID, host.hostName, host.keyHash)
                (joined.tunnelAddress, joined.versions) = (host.tunnelAddress, host.versions)
                (joined.certificateEnd, joined.issuer) = (certificate.end, certificate.issuer)
                (joined.renewedAt, joined.trusted) = (time, trusted)
                joined.standard.projectID = invitation.standard.projectID
            }
            let joined: JoinedHost
            if let known {
                joined = try JoinedHost.change(known.id, in: &draft) { write(to: &$0) }
            } else {
                var made = JoinedHost(
                    id: ID(ofName: host.systemID),
                    standard: draft.created(invitation.standard.projectID, "", revision: JoinedHost.firstRevision))
                write(to: &made)
                joined = try JoinedHost.insert(made, in: &draft)
            }
            if !isRepetition {
                _ = try Invitation.change(id, in: &draft) {
                    $0.usesLeft -= 1
                    $0.users.removeAll { $0.systemID == user.systemID }
                    $0.users.append(user)
                }
            }
            return joined
        }
    }

    /// Notes that a host was given another certificate.
    package func renew(
        systemID: String, keyHash: String, certificate: GivenCertificate, trusted: [String],
        versions: [String: String]? = nil
    ) async throws -> JoinedHost {
        try await change { draft in
            guard let known = try draft.snapshot().joinedHost(systemID: systemID), known.keyHash == keyHash,
                !known.isLeaving
            else { throw NeutronError.hostUnknown(systemID) }
            let time = draft.time
            return try JoinedHost.change(known.id, in: &draft) {
                ($0.certificateEnd, $0.issuer) = (certificate.end, certificate.issuer)
                ($0.renewedAt, $0.trusted) = (time, trusted)
                if let versions { $0.versions = versions }
            }
        }
    }

    /// The host that a certificate is of: its common name is the system id, and the key must be the host's.
    ///
    /// Throws `HostUnknown` where there is none, or one that is being removed.
    package func certifiedHost(systemID: String, keyHash: String) async throws -> CertifiedHost {
        try await find({ $0.certifiedHost(systemID: systemID, keyHash: keyHash) }, else: .hostUnknown(systemID))
    }

    /// The same, with all that is known of it.
    package func host(systemID: String, keyHash: String) async throws -> JoinedHost {
        try await find(
            { snapshot in
                snapshot.certifiedHost(systemID: systemID, keyHash: keyHash)
                    .flatMap { snapshot.joinedHost(systemID: $0.systemID) }
            }, else: .hostUnknown(systemID))
    }
}

extension NeutronError {
    /// Says nothing of what there is: whoever guesses learns that the guess was wrong.
    package static var tokenUnknown: Self {
        joinRefused(
            "Central knows no such token: it may be of another central, or older than a week. Run 'ovn-ipam invite' there again"
        )
    }
}

extension Invitation {
    /// Throws unless a host that has not used it may.
    fileprivate func check(_ joining: JoiningHost, at now: Timestamp) throws(NeutronError) {
        guard host.isEmpty || joining.hostName == host || joining.systemID == host else {
            throw .joinRefused("The token is for host \(host), and this is host \(joining.shown)")
        }
        guard now < end else {
            throw .joinRefused("The token ended at \(end): run 'ovn-ipam invite' on the central machine again")
        }
        guard usesLeft > 0 else {
            let users = users.prefix(3).map(\.systemID).joined(separator: ", ")
            throw .joinRefused(
                "The token has been used up (by \(users)\(self.users.count > 3 ? ", …" : "")): "
                    + "run 'ovn-ipam invite' on the central machine again")
        }
    }
}
