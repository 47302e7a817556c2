import DNSMessages
package import NetAddress

/// A name in a network, for people.
package struct ListedName: Hashable, Sendable {
    /// As one of its ports spells it.
    package let name: String
    /// In numeric order, each once.
    package let addresses: [IPAddress]
    /// The ids of its ports, sorted.
    package let ports: [String]
}

extension NameDirectory {
    /// All names of a network, sorted without case; none where nothing is known of it.
    package func names(in network: String) -> [ListedName] {
        var found: [DNSName: (addresses: Set<IPAddress>, ports: [String])] = [:]
        for slot in networks[network]?.ports ?? [] {
            guard let entry = ports[Int(slot)] else { continue }
            for name in entry.names {
                found[name, default: ([], [])].addresses.formUnion(entry.addresses)
                found[name]?.ports.append(entry.id)
            }
        }
        return found.map { name, holders in
            (
                name.description.lowercased(),
                ListedName(
                    name: name.description, addresses: holders.addresses.sorted(), ports: holders.ports.sorted())
            )
        }.sorted { $0.0 < $1.0 }.map(\.1)
    }
}
