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
        let names = networks[network]?.names.keysAndSlots ?? []
        let listed = names.map { name, slots in
            let holders = slots.compactMap { ports[Int($0)] }
            return ListedName(
                name: name.description, addresses: Set(holders.flatMap(\.addresses)).sorted(),
                ports: holders.map(\.id).sorted())
        }
        return listed.map { ($0.name.lowercased(), $0) }.sorted { $0.0 < $1.0 }.map(\.1)
    }
}
