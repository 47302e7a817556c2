import HostSetup
import NeutronAPI
import NeutronClient

/// What a network is beyond what the API's network says of itself: the same for all of its users, on whichever host, or some containers
/// would reach what others do not.
///
/// Tags of the API's network tell where it is not as usual.
package struct NetworkTerms: Hashable, Sendable {
    /// `--internal`
    let isInternal: Bool
    /// Whether OVN drops what does not come from a port's own addresses.
    let hasPortSecurity: Bool
    let isSticky: Bool
    /// The ids of the security groups that containers have unless their connection names others.
    let securityGroups: Set<String>

    private static let groupPrefix = "docker-security-group:"
    private static let tags = (
        internal: "docker-internal", secure: "docker-port-security-on", open: "docker-port-security-off",
        sticky: "docker-sticky"
    )
    private static let allTags: Set = [tags.internal, tags.secure, tags.open, tags.sticky]

    /// Whether a tag of a network is one of these.
    static func isTag(_ tag: String) -> Bool { allTags.contains(tag) || tag.hasPrefix(groupPrefix) }

    /// What `docker network create` says of a network; its security groups by their ids.
    init(_ options: NetworkOptions, of network: Network) {
        isInternal = options.isInternal
        hasPortSecurity = options.portSecurity ?? network.portSecurityEnabled
        isSticky = options.isSticky
        securityGroups = Set(options.securityGroups)
    }

    /// What its users have said of it.
    init(tagsOf network: Network) {
        let tags = network.standard.tags
        isInternal = tags.contains(Self.tags.internal)
        hasPortSecurity =
            network.portSecurityEnabled ? !tags.contains(Self.tags.open) : tags.contains(Self.tags.secure)
        isSticky = tags.contains(Self.tags.sticky)
        securityGroups = Set(
            tags.filter { $0.hasPrefix(Self.groupPrefix) }.map { String($0.dropFirst(Self.groupPrefix.count)) })
    }

    /// How a network says it.
    func tags(of network: Network) -> Set<String> {
        var tags: Set<String> = []
        if isInternal { tags.insert(Self.tags.internal) }
        if hasPortSecurity != network.portSecurityEnabled {
            tags.insert(hasPortSecurity ? Self.tags.secure : Self.tags.open)
        }
        if isSticky { tags.insert(Self.tags.sticky) }
        return tags.union(securityGroups.map { Self.groupPrefix + $0 })
    }

    /// - Throws: `refused` with both values where a network has other terms.
    func check(_ network: Network) throws(HostError) {
        let has = Self(tagsOf: network)
        func refusal(_ present: String, _ wanted: String, _ advice: String) -> HostError {
            HostError(
                .refused,
                "network \"\(network.name)\" \(present) for its other users, not \(wanted): \(advice), or another network with -o net="
            )
        }
        if has.isInternal != isInternal {
            throw has.isInternal
                ? refusal("is internal", "open to the outside", "add --internal")
                : refusal("is open to the outside", "internal", "leave --internal out")
        }
        if has.hasPortSecurity != hasPortSecurity {
            throw has.hasPortSecurity
                ? refusal("has port_security on", "off", "leave -o port_security=off out")
                : refusal("has port_security off", "on", "give -o port_security=off")
        }
        if has.securityGroups != securityGroups {
            func shown(_ groups: Set<String>) -> String { groups.sorted().joined(separator: ",") }
            throw has.securityGroups.isEmpty
                ? refusal("has no security groups", shown(securityGroups), "leave -o security_group= out")
                : refusal(
                    "has the security groups \(shown(has.securityGroups))",
                    securityGroups.isEmpty ? "none" : shown(securityGroups),
                    "give -o security_group=\(shown(has.securityGroups))")
        }
        if has.isSticky != isSticky {
            throw has.isSticky
                ? refusal("has sticky on", "off", "give -o sticky=1")
                : refusal("has sticky off", "on", "leave -o sticky=1 out")
        }
    }

    /// Writes them down, of a network that has no users yet.
    func declare(on network: Network, _ host: ContainerHost) async throws(NeutronClientError) {
        let wanted = tags(of: network)
        let present = Set(network.standard.tags.filter(Self.isTag))
        for tag in present.subtracting(wanted).sorted() {
            try await host.api.removeTag(tag, from: network.id, within: host.remaining)
        }
        for tag in wanted.subtracting(present).sorted() {
            try await host.api.addTag(tag, to: network.id, within: host.remaining)
        }
    }
}
