package import NetAddress

/// A port of a network, as names are looked up for it.
package struct NamedPort: Hashable, Sendable {
    /// Unique over all networks.
    package let id: String
    /// The network's id, whatever its host's Docker calls it.
    package let network: String
    package let addresses: [IPAddress]
    /// The container's name, which its addresses lead back to, then everything else that it answers to.
    package let names: [String]

    package init(id: String, network: String, addresses: [IPAddress], names: [String]) {
        (self.id, self.network, self.addresses, self.names) = (id, network, addresses, names)
    }
}
