import DNSMessages
import NetAddress

/// What the names of containers resolve to, by network.
///
/// A lookup takes as long in a network of many names as in one of few. Setting and removing a port takes time by its own
/// names and addresses, even where thousands of ports have the same. A port with
/// an address of each version and three names takes 0.8 to 1 KB.
///
/// A copy is cheap until one of the two is changed, which then copies everything: change it in place.
package struct NameDirectory: Sendable {
    /// Ports by slot; slots of removed ports are empty and used again.
    private(set) var ports: [PortEntry?] = []
    private var free: [PortSlot] = []
    private var slots: [String: PortSlot] = [:]
    private(set) var networks: [String: NetworkNames] = [:]

    package init() {}

    /// Adds a port, or puts it in the place of the one of its id, whichever network that was in. Names that cannot be asked
    /// for are left out: those with an empty label, with one of more than 63 bytes, of more than 255 in all, and with a NUL.
    package mutating func set(_ port: NamedPort) {
        let names = port.names.map(Self.askable)
        let entry = PortEntry(
            id: port.id, network: networks.index(forKey: port.network).map { networks[$0].key } ?? port.network,
            names: names.compactMap(\.self).uniqued(), addresses: port.addresses.uniqued(),
            hasContainerName: names.first.flatMap(\.self) != nil)
        if let slot = slots[port.id] {
            if let present = ports[Int(slot)], present.isSame(as: entry) { return }
            remove(port: port.id)
        }
        let slot = free.popLast() ?? PortSlot(ports.count)
        if Int(slot) == ports.count { ports.append(entry) } else { ports[Int(slot)] = entry }
        slots[entry.id] = slot
        networks[entry.network, default: NetworkNames()].add(slot, in: &ports)
    }

    /// Removes a port; an absent one is success.
    package mutating func remove(port id: String) {
        guard let slot = slots.removeValue(forKey: id), let network = ports[Int(slot)]?.network else { return }
        networks[network]?.remove(slot, in: &ports)
        if networks[network]?.ports.isEmpty == true { networks[network] = nil }
        ports[Int(slot)] = nil
        free.append(slot)
    }

    /// Removes all ports but these.
    package mutating func removeAll(except kept: Set<String>) {
        for id in slots.keys where !kept.contains(id) { remove(port: id) }
    }

    /// The networks that have ports.
    package var networkIDs: Set<String> { Set(networks.keys) }

    /// Removes all ports of a network.
    package mutating func forget(network: String) {
        for id in ids(in: network) { remove(port: id) }
    }

    private func ids(in network: String) -> [String] {
        networks[network]?.ports.compactMap { ports[Int($0)]?.id } ?? []
    }

    private static func askable(_ text: String) -> DNSName? {
        guard let name = DNSName(text), !name.isRoot, !name.wire.dropLast().contains(0) else { return nil }
        return name
    }
}

extension PortEntry {
    /// The same port to whoever asks, spelling included.
    fileprivate func isSame(as other: PortEntry) -> Bool {
        network == other.network && addresses == other.addresses && hasContainerName == other.hasContainerName
            && names.map(\.wire) == other.names.map(\.wire)
    }
}

extension Array where Element: Hashable {
    /// Without repetitions, in the order of the first ones.
    fileprivate func uniqued() -> [Element] {
        // A few are compared sooner than hashed.
        guard count > 8 else {
            return indices.filter { !self[..<$0].contains(self[$0]) }.map { self[$0] }
        }
        var seen = Set<Element>()
        return filter { seen.insert($0).inserted }
    }
}
