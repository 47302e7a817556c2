package import HostSetup
package import NeutronAPI
import NeutronClient

/// Which network or subnet of the API somebody means.
package enum Reference: Hashable, Sendable {
    case name(String)
    case id(String)

    /// The text that means the same to ``init(_:)``.
    package var text: String {
        switch self {
        case .name(let name): name
        case .id(let id): id
        }
    }

    /// A word that may be either: an id where it looks like one.
    package init(_ word: String) { self = ID<Network>(word) == nil ? .name(word) : .id(word) }

    /// Looks for the keys of options that name something, by name or id.
    /// - Throws: `usage` where two contradict each other, or an id is none.
    package init?(_ options: [String: String], names: [String], ids: [String]) throws(HostError) {
        var found: (key: String, reference: Reference)?
        for key in names + ids {
            guard let value = options[key], !value.isEmpty else { continue }
            let isID = ids.contains(key)
            guard !isID || ID<Network>(value) != nil else {
                throw HostError(.usage, "option \(key) is \"\(value)\", which is no id")
            }
            if let found {
                throw HostError(.usage, "options \(found.key) and \(key) are both there: give one")
            }
            found = (key, isID ? .id(value) : .name(value))
        }
        guard let found else { return nil }
        self = found.reference
    }

    package var shown: String {
        switch self {
        case .name(let name): "\"\(name)\""
        case .id(let id): id
        }
    }
}

extension ContainerHost {
    /// The network that is meant; nil where there is none of that name. A name means the network that was joined by it before, whatever
    /// the API calls that now.
    /// - Throws: where an id is not there, or several networks share the name and none is to be preferred.
    package func find(_ reference: Reference) async throws -> Network? {
        switch reference {
        case .id(let text):
            guard let id = ID<Network>(text), let network = try await api.find(id, within: remaining) else {
                throw HostError(.refused, "there is no network with the id \(text)")
            }
            return network
        case .name(let name):
            for filter in [("tags", LogicalNetwork.nameTag(name)), ("name", name)] {
                let found: [Network] = try await api.list(where: [filter], within: remaining)
                if let network = try LogicalNetwork.preferred(found, name) { return network }
            }
            return nil
        }
    }

    package func subnets(of network: ID<Network>) async throws -> [Subnet] {
        try await api.list(where: [("network_id", "\(network)")], within: remaining)
    }
}
