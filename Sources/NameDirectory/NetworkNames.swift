import DNSMessages
import NetAddress

/// Where a port is in the directory's table.
typealias PortSlot = UInt32

/// A port in the table.
struct PortEntry: Sendable {
    let id: String
    let network: String
    /// Names that can be asked for, each once.
    let names: [DNSName]
    /// Each once.
    let addresses: [IPAddress]
    /// Whether the first of ``names`` is the container's.
    let hasContainerName: Bool
    /// Its place among the ports of its network.
    var position = 0
}

/// The names and addresses of one network.
struct NetworkNames: Sendable {
    /// Its ports in no order.
    private(set) var ports: [PortSlot] = []
    private(set) var names = PortIndex<DNSName>()
    private(set) var addresses = PortIndex<IPAddress>()
    /// The addresses of names that several ports have: an answer is cut from them without looking at each port.
    private(set) var shared: [DNSName: SharedAddresses] = [:]

    /// Each address as often as ports have it.
    struct SharedAddresses: Sendable {
        private(set) var v4 = CountedList<IPv4Address>()
        private(set) var v6 = CountedList<IPv6Address>()

        mutating func add(_ addresses: [IPAddress]) {
            for address in addresses {
                switch address {
                case .v4(let address): v4.add(address)
                case .v6(let address): v6.add(address)
                }
            }
        }

        mutating func remove(_ addresses: [IPAddress]) {
            for address in addresses {
                switch address {
                case .v4(let address): v4.remove(address)
                case .v6(let address): v6.remove(address)
                }
            }
        }
    }

    /// Takes in the port in `slot` of `table`.
    mutating func add(_ slot: PortSlot, in table: inout [PortEntry?]) {
        guard let entry = table[Int(slot)] else { return }
        table[Int(slot)]?.position = ports.count
        ports.append(slot)
        for name in entry.names {
            if let other = names.add(slot, to: name) {
                shared[name, default: SharedAddresses()].add(table[Int(other)]?.addresses ?? [])
            }
            if !shared.isEmpty { shared[name]?.add(entry.addresses) }
        }
        for address in entry.addresses { addresses.add(slot, to: address) }
    }

    /// Forgets the port in `slot`, which `table` still has.
    mutating func remove(_ slot: PortSlot, in table: inout [PortEntry?]) {
        guard let entry = table[Int(slot)] else { return }
        let last = ports.removeLast()
        if last != slot {
            ports[entry.position] = last
            table[Int(last)]?.position = entry.position
        }
        for name in entry.names {
            if names.remove(slot, from: name) {
                shared[name] = nil
            } else if !shared.isEmpty {
                shared[name]?.remove(entry.addresses)
            }
        }
        for address in entry.addresses { addresses.remove(slot, from: address) }
    }
}
