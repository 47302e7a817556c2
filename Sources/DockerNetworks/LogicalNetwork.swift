import Deadlines
import Glibc
import HostEndpoints
package import HostSetup
import Logging
package import NeutronAPI
import NeutronClient

/// The API's network behind networks of engines: joined by the first that wants it, which makes it, and by all others.
///
/// Who uses it are tags on it, and so are the names by which it was joined: another name in the API makes no second
/// network of it. One that we made is deleted with its last user.
package struct LogicalNetwork: Sendable {
    let host: ContainerHost
    /// By which a network knows this user, and central its host, should that be lost.
    let tag: String
    /// The same in networks that were joined by an earlier release, which did not name the host.
    private let oldTag: String

    static let tagPrefix = HostMarks.userPrefix
    private static let namePrefix = "docker-name-"

    /// By which a network knows that this name means it: as much of the name as a tag takes, and where that is not all of it a hash.
    static func nameTag(_ name: String) -> String {
        let plain = String(name.map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "-" })
        return namePrefix + (plain == name && name.count <= 48 ? name : "\(plain.prefix(31))-\(name.fingerprint)")
    }

    /// `id` is libnetwork's, of the network that uses it.
    package init(host: ContainerHost, user id: String) {
        self.host = host
        tag = HostMarks.user(id, on: host.settings.hostID)
        oldTag = Self.tagPrefix + id.prefix(32)
    }

    /// The description of a network that the plugin made, from its first moment on. With another description the network is kept.
    package static let madeDescription = HostMarks.madeDescription

    package static func isMade(_ network: Network) -> Bool { network.standard.description == madeDescription }

    /// How long a network that somebody may just be making on another host too is looked at before it is believed to be the one of
    /// its name, where a name cannot be claimed: Neutron has no way to ask for one that nobody else gets. The oldest of several counts,
    /// and the API tells ages in seconds: after this time one that is made cannot be the first any more.
    private static let settlingTime = Duration.milliseconds(1_200)
    private static let pollInterval = Duration.milliseconds(200)
    /// In seconds: an age at which no other can be in the making.
    private static let oldAge: Int64 = 4

    /// The network that a name means: of several that engines made at the same moment the oldest, and of these the first by id.
    static func preferred(_ found: [Network], _ name: String) throws(HostError) -> Network? {
        let sorted = found.sorted { ($0.standard.createdAt.seconds, $0.id) < ($1.standard.createdAt.seconds, $1.id) }
        guard sorted.count <= 1 || sorted.allSatisfy(isMade) else {
            throw HostError(
                .refused,
                "\(sorted.count) networks have the name \"\(name)\": say which with -o net.id= ("
                    + sorted.map { "\($0.id)" }.sorted().joined(separator: ", ") + ")")
        }
        return sorted.first
    }

    /// Joins the network, making it where there is none of that name. May be repeated.
    package func join(_ reference: Reference, _ options: NetworkOptions) async throws -> Network {
        guard case .name(let name) = reference else {
            guard let network = try await host.find(reference) else {
                throw HostError(.refused, "there is no such network")
            }
            _ = try await enter(network, after: nil, options)
            return try await confirm(network, options)
        }
        if try await host.api.hasExtension(Extension.networkNameClaim, within: host.remaining) {
            return try await claim(name, options)
        }
        var made: ID<Network>?
        let network = try await settle(name, options, &made)
        if let made, made != network.id { try await leave(made) }
        return try await confirm(network, options)
    }

    /// Of several that joined at the same moment with terms of their own, not all may stay.
    private func confirm(_ network: Network, _ options: NetworkOptions) async throws -> Network {
        guard let joined = try await host.api.find(network.id, within: host.remaining) else {
            throw HostError(.refused, "network \"\(network.name)\" was deleted by others; try again")
        }
        try NetworkTerms(options, of: joined).check(joined)
        return joined
    }

    /// Looks and joins, or makes it: of those who do so at the same moment the central point lets one.
    private func claim(_ name: String, _ options: NetworkOptions) async throws -> Network {
        while host.remaining > .zero {
            do {
                var network = try await host.find(.name(name))
                if network == nil { network = try await make(name, options, isClaim: true) }
                if let network, try await enter(network, as: name, after: nil, options) != nil {
                    return try await confirm(network, options)
                }
            } catch let error as NeutronClientError {
                guard error.cause?.type == NeutronError.networkNameInUse else { throw error }
                try await Task.sleep(for: min(Self.pollInterval, host.remaining))
            }
        }
        throw Self.unsettled(name)
    }

    private static func unsettled(_ name: String) -> HostError {
        HostError(.unreachable, "network \"\(name)\" is being made and deleted by others; try again")
    }

    /// Looks, joins, and looks again until nothing has changed for long enough.
    private func settle(_ name: String, _ options: NetworkOptions, _ made: inout ID<Network>?) async throws -> Network {
        var joined: ID<Network>?
        var since = ContinuousClock.now
        while host.remaining > .zero {
            guard let found = try await host.find(.name(name)) else {
                made = try await make(name, options, isClaim: false).id
                continue
            }
            if found.id != joined {
                joined = try await enter(found, as: name, after: joined, options)
                since = .now
            }
            if joined != nil, made == nil && Self.isSettled(found) || .now - since >= Self.settlingTime { return found }
            try await Task.sleep(for: min(Self.pollInterval, host.remaining))
        }
        throw Self.unsettled(name)
    }

    private static func isSettled(_ network: Network) -> Bool {
        !isMade(network) || Int64(time(nil)) - network.standard.createdAt.seconds >= oldAge
    }

    /// Joins a network in place of another; nil where it was deleted meanwhile.
    private func enter(
        _ network: Network, as name: String? = nil, after other: ID<Network>?, _ options: NetworkOptions
    ) async throws -> ID<Network>? {
        try check(network, options)
        if let other { try await leave(other) }
        do {
            if !hasOtherUsers(network) { try await NetworkTerms(options, of: network).declare(on: network, host) }
            for tag in [tag] + (name.map { [Self.nameTag($0)] } ?? []) where !network.standard.tags.contains(tag) {
                try await host.api.addTag(tag, to: network.id, within: host.remaining)
            }
            if network.standard.tags.contains(oldTag) {
                try await host.api.removeTag(oldTag, from: network.id, within: host.remaining)
            }
            return network.id
        } catch {
            guard error.isNotFound else { throw error }
            return nil
        }
    }

    private func make(_ name: String, _ options: NetworkOptions, isClaim: Bool) async throws -> Network {
        let network = try await host.api.create(
            NetworkCreate(
                projectID: host.project, name: name, description: Self.madeDescription, mtu: options.mtu,
                claimsName: isClaim),
            within: host.remaining)
        host.logger.info("logical network created", metadata: ["network": "\(network.id)", "name": "\(name)"])
        return network
    }

    private func check(_ network: Network, _ options: NetworkOptions) throws(HostError) {
        if hasOtherUsers(network) { try NetworkTerms(options, of: network).check(network) }
        guard let mtu = options.mtu, mtu != network.mtu else { return }
        throw HostError(
            .refused,
            "network \"\(network.name)\" has the MTU \(network.mtu), not \(mtu): leave -o mtu= out, or give \(network.mtu)"
        )
    }

    /// Leaves the network, whichever it is. One that we made is deleted with its last user; one that still has ports stays until they
    /// are gone: the audit deletes it then.
    func leave() async throws {
        let networks: [Network] = try await host.api.list(
            where: [("tags-any", "\(tag),\(oldTag)")], within: host.remaining)
        for network in networks {
            for tag in [tag, oldTag] where network.standard.tags.contains(tag) { try await leave(network.id, tag) }
        }
    }

    private func leave(_ id: ID<Network>, _ tag: String? = nil) async throws {
        try await host.api.removeTag(tag ?? self.tag, from: id, within: host.remaining)
        guard let network = try await host.api.find(id, within: host.remaining) else { return }
        try await Self.removeUnused(network, on: host)
    }

    /// Deletes an unused network that we made, with what is reserved in it. Of others' only that goes.
    package static func removeUnused(_ network: Network, on host: ContainerHost) async throws {
        guard !hasUsers(network) else { return }
        let ports: [Port] = try await host.api.list(
            where: [("network_id", "\(network.id)")], fields: Port.identifyingFields + ["device_owner"],
            within: host.remaining)
        let reserved = ports.filter(DeviceOwner.isReservation)
        let isEmpty = reserved.count == ports.filter { !$0.deviceOwner.hasPrefix("network:") }.count
        guard isEmpty || !isMade(network) else { return }
        for port in reserved { try await host.api.remove(port.id, within: host.remaining) }
        guard isMade(network) else {
            // The next user is the first again.
            for tag in network.standard.tags where tag.hasPrefix(namePrefix) || NetworkTerms.isTag(tag) {
                try await host.api.removeTag(tag, from: network.id, within: host.remaining)
            }
            return
        }
        // Joining meanwhile has added a tag, and with it a revision.
        guard let current = try await host.api.find(network.id, within: host.remaining), isUnused(current) else {
            return
        }
        do {
            try await host.api.remove(network.id, ifRevision: current.standard.revision, within: host.remaining)
        } catch {
            guard let status = error.cause?.status, status == 412 || status == 409 else { throw error }
            host.logger.info("logical network is in use again", metadata: ["network": "\(network.id)"])
            return
        }
        host.logger.info("logical network deleted", metadata: ["network": "\(network.id)", "name": "\(network.name)"])
    }

    package static func isUnused(_ network: Network) -> Bool { isMade(network) && !hasUsers(network) }

    private static func hasUsers(_ network: Network) -> Bool {
        network.standard.tags.contains { $0.hasPrefix(tagPrefix) }
    }

    private func hasOtherUsers(_ network: Network) -> Bool {
        network.standard.tags.contains { $0.hasPrefix(Self.tagPrefix) && $0 != tag && $0 != oldTag }
    }
}
