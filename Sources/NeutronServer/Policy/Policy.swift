import JSONCoding
import NetworkStore
import NeutronAPI

/// Evaluates the table of ``rules``.
enum Policy {
    /// A line of the table.
    struct Rule: Sendable {
        /// `create_port`, `create_port:fixed_ips`, `create_port:fixed_ips:subnet_id`.
        let name: String
        /// Any one suffices.
        let conditions: [Condition]

        init(_ name: String, _ conditions: [Condition]) {
            self.name = name
            self.conditions = conditions
        }
    }

    /// A condition on the requester and the resource.
    enum Condition: Hashable, Sendable {
        /// Whoever it is.
        case anyone
        /// It may read, and the resource is its project's.
        case projectReader
        /// It may write, and the resource is its project's.
        case projectMember
        /// It may read, and the resource is on a network of its project.
        case networkReader
        /// It may write, and the resource is on a network of its project.
        case networkMember
        /// It, or the network that it is on, is shared with the requester's project.
        case shared
        /// The network is external: routers may have their gateway on it.
        case external
        /// It may read, and the resource belongs to one of its project.
        case parentReader
        /// The port does not belong to a router, a DHCP server and the like.
        case notNetworkDevice
        /// The policy to be is for one project.
        case notEveryone
        /// In lower case.
        case role(String)
        /// It is a host.
        case host
        /// It is a host, and the resource is on a network of its project.
        case hostOnNetwork
        /// It is a host, and the port will be bound to itself or to no host.
        case hostForItself
        /// The port is bound to the host that asks.
        case boundToItself
        /// The port is bound to no host.
        case boundToNone
        /// The port is bound to a host that is gone: it has been removed, and has no chassis.
        case boundToGone

        func holds(_ requester: Requester, _ target: PolicyTarget) -> Bool {
            switch self {
            case .anyone: true
            case .projectReader: requester.isReader && requester.projectID == target.projectID
            case .projectMember: requester.isMember && requester.projectID == target.projectID
            case .networkReader: requester.isReader && target.isOnNetwork(of: requester.projectID)
            case .networkMember: requester.isMember && target.isOnNetwork(of: requester.projectID)
            case .parentReader: requester.isReader && requester.projectID == target.parentProjectID
            case .shared: target.isShared
            case .external: target.network?.isExternal ?? false
            case .notNetworkDevice: !target.deviceOwner.hasPrefix("network:")
            case .notEveryone: target.targetProject != RBACPolicy.everyone
            case .role(let role): requester.roles.contains(role)
            case .host: requester.host != nil
            case .hostOnNetwork: requester.host != nil && target.isOnNetwork(of: requester.projectID)
            case .hostForItself: requester.isItself(target.newHost ?? target.host, orNone: true)
            case .boundToItself: requester.isItself(target.host, orNone: false)
            case .boundToNone: target.host.isEmpty
            case .boundToGone: target.isHostGone
            }
        }

        /// Whether it holds for hosts alone.
        var isOfHosts: Bool { [.host, .hostOnNetwork, .hostForItself].contains(self) }
    }

    private static let conditions = Dictionary(rules.map { ($0.name, $0.conditions) }, uniquingKeysWith: { $1 })

    /// The attributes that have a rule of their own, by action, in the order of the table.
    private static let attributes: [String: [String]] = {
        var attributes: [String: [String]] = [:]
        for rule in rules {
            guard let separator = rule.name.firstIndex(of: ":") else { continue }
            attributes[String(rule.name[..<separator]), default: []]
                .append(String(rule.name[rule.name.index(after: separator)...]))
        }
        return attributes
    }()

    static func allows(_ requester: Requester, _ rule: String, _ target: PolicyTarget) -> Bool {
        requester.isAdmin || conditions[rule, default: []].contains { $0.holds(requester, target) }
    }

    /// Throws Neutron's 403 unless the requester may do `action` and set the attributes it gives.
    static func enforce(
        _ requester: Requester, _ action: String, _ target: PolicyTarget, given: [String: JSON] = [:]
    ) throws(NeutronError) {
        if requester.isAdmin { return }
        var isAllowed = allows(requester, action, target)
        // As Neutron prints combined rules.
        var text = "rule:\(action)"
        let ofHosts = "host_\(action)"
        if requester.host != nil, conditions[ofHosts] != nil {
            isAllowed = isAllowed && allows(requester, ofHosts, target)
            text = "(\(text) and rule:\(ofHosts))"
        }
        for name in attributes[action, default: []] {
            guard let value = given[name], isMentioned(name, value, action) else { continue }
            let rule = "\(action):\(name)"
            isAllowed = isAllowed && allows(requester, rule, target)
            let parts = parts(of: value, rule)
            isAllowed = isAllowed && parts.allSatisfy { allows(requester, $0, target) }
            let names = parts.map { "rule:\($0)" }.joined(separator: " and ")
            text += " and " + (parts.isEmpty ? "rule:\(rule)" : "(rule:\(rule) and (\(names)))")
            text = "(\(text))"
        }
        guard isAllowed else {
            let refusal = NeutronError.policyNotAuthorized(text)
            throw requester.host.flatMap { reason($0, target) }.map { refusal.adding($0) } ?? refusal
        }
    }

    /// What a host may not, where that is why it is refused.
    private static func reason(_ host: RequestingHost, _ target: PolicyTarget) -> String? {
        if !target.host.isEmpty, !host.isNamed(target.host), !target.isHostGone {
            return
                "the port is bound to host \(target.host), and host \(host.hostName) changes and deletes what is bound "
                + "to itself or to no host."
        }
        if let other = target.newHost, !other.isEmpty, !host.isNamed(other) {
            return "host \(host.hostName) binds ports to itself alone, not to host \(other)."
        }
        return nil
    }

    /// The same for attributes that only admin may set, which needs no look-up.
    static func enforceForAdmin(
        _ requester: Requester, _ action: String, given: [String: JSON]
    ) throws(NeutronError) {
        let isForAdmin = attributes[action, default: []].contains { name in
            conditions["\(action):\(name)", default: []].allSatisfy { requester.host == nil && $0.isOfHosts }
                && given[name].map { isMentioned(name, $0, action) } ?? false
        }
        if isForAdmin { try enforce(requester, action, PolicyTarget(projectID: ""), given: given) }
    }

    /// Attributes of a kind of resource that are hidden from a requester. Such rules have roles only.
    static func hidden(_ member: String, from requester: Requester) -> Set<String> {
        if requester.isAdmin { return [] }
        let nothing = PolicyTarget(projectID: "")
        var hidden: Set<String> = []
        for (name, conditions) in shown[member] ?? []
        where !conditions.contains(where: { $0.holds(requester, nothing) }) {
            hidden.insert(name)
        }
        return hidden
    }

    /// The rules about who sees an attribute, by kind of resource.
    private static let shown: [String: [(name: String, conditions: [Condition])]] = {
        var shown: [String: [(name: String, conditions: [Condition])]] = [:]
        for (action, names) in attributes where action.hasPrefix("get_") {
            shown[String(action.dropFirst(4))] = names.map { ($0, conditions["\(action):\($0)", default: []]) }
        }
        return shown
    }()

    /// A create request that sets an attribute to its default does not count as setting it. An update always does.
    private static func isMentioned(_ name: String, _ value: JSON, _ action: String) -> Bool {
        guard action.hasPrefix("create_") else { return true }
        if value == .null { return false }
        return defaults[name].map { !value.means($0) } ?? true
    }

    /// Rules for members of a list's objects.
    private static func parts(of value: JSON, _ rule: String) -> [String] {
        (value.array ?? []).flatMap { ($0.object ?? [:]).keys.sorted() }.map { "\(rule):\($0)" }
            .filter { conditions[$0] != nil }
    }
}

extension Requester {
    /// Whether it is the host of this name.
    fileprivate func isItself(_ name: String, orNone: Bool) -> Bool {
        guard let host else { return false }
        return name.isEmpty ? orNone : host.isNamed(name)
    }
}
