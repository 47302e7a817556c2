package import DNSMessages
import NetAddress

extension NameDirectory {
    /// The records of the answer to a query; none where the name has none of the type. Nil where nothing of the asking
    /// container's networks has the name: the query is another resolver's.
    ///
    /// `networks` are those that the asking container is in, each by its id here and the name that the container's Docker
    /// calls it by. A name is a port's, or a port's and its network's joined by a dot; either may have dots itself. The
    /// first network that knows a name answers. As Docker reads it, the whole name is tried as a port's before any of its
    /// ends as a network's, and the shorter ends before the longer.
    ///
    /// The name of an address (RFC 1035 §3.5) leads to its container's name and its network's, joined by a dot. Where that
    /// is too long for a name, there is no record.
    ///
    /// Addresses begin with another one for another `rotation`: with each of n about equally often, whether that is a
    /// random number, counts queries, or every other of them. At most `limit` are given; the default is more than a
    /// message by TCP has room for, and 256 more than a datagram has, so that what does not fit is still told.
    package func answer(
        _ query: DNSQuery, in networks: [(id: String, name: String)], rotation: Int, atMost limit: Int = 4096
    ) -> [DNSRecord]? {
        if let address = query.name.reverseAddress, let (port, network) = holder(of: address, in: networks) {
            guard query.type == DNSQuery.ptr, port.hasContainerName, let container = port.names.first,
                let name = DNSName(network).flatMap(container.appending)
            else { return [] }
            return [.ptr(name)]
        }
        for network in networks {
            if let names = self.networks[network.id], let ports = names.names[query.name] {
                return records(of: query.name, query.type, ports, names, rotation, limit)
            }
        }
        // Each network's name can be the end of the name asked for in one place alone.
        var readings: [(name: DNSName, network: (id: String, name: String))] = []
        for network in networks {
            if let name = query.name.dropping(suffix: network.name) { readings.append((name, network)) }
        }
        if readings.count > 1 { readings.sort { $0.name.wire.count > $1.name.wire.count } }
        for (name, network) in readings {
            if let names = self.networks[network.id], let ports = names.names[name] {
                return records(of: name, query.type, ports, names, rotation, limit)
            }
        }
        return nil
    }

    private func records(
        of name: DNSName, _ type: UInt16, _ holders: PortIndex<DNSName>.Ports, _ network: NetworkNames, _ rotation: Int,
        _ limit: Int
    ) -> [DNSRecord] {
        guard type == DNSQuery.a || type == DNSQuery.aaaa else { return [] }
        switch holders {
        case .one(let slot):
            let addresses = ports[Int(slot)]?.addresses ?? []
            let records: [DNSRecord] = addresses.compactMap { address in
                switch address {
                case .v4(let address): type == DNSQuery.a ? .a(address) : nil
                case .v6(let address): type == DNSQuery.aaaa ? .aaaa(address) : nil
                }
            }
            return records.count < 2 && limit > 0 ? records : records.rotated(by: rotation, atMost: limit) { $0 }
        case .many:
            guard let addresses = network.shared[name] else { return [] }
            return type == DNSQuery.a
                ? addresses.v4.values.rotated(by: rotation, atMost: limit, DNSRecord.a)
                : addresses.v6.values.rotated(by: rotation, atMost: limit, DNSRecord.aaaa)
        }
    }

    /// The port that has an address in the first network that knows it, and what that network is called.
    private func holder(
        of address: IPAddress, in networks: [(id: String, name: String)]
    ) -> (port: PortEntry, network: String)? {
        for network in networks {
            let slot: PortSlot
            switch self.networks[network.id]?.addresses[address] {
            case nil: continue
            case .one(let only): slot = only
            // While an address moves from one port to another, both have it.
            case .many(let several): slot = several[several.count - 1]
            }
            if let port = ports[Int(slot)] { return (port, network.name) }
        }
        return nil
    }
}

extension Array {
    /// At most `limit` of the elements, in their order from another one on for another `rotation`.
    fileprivate func rotated<Other>(by rotation: Int, atMost limit: Int, _ transform: (Element) -> Other) -> [Other] {
        let length = Swift.min(count, Swift.max(0, limit))
        guard length > 0 else { return [] }
        // The golden ratio: its multiples are spread evenly, whatever the step between two rotations.
        let spread = UInt64(truncatingIfNeeded: rotation) &* 0x9e37_79b9_7f4a_7c15
        let start = Int(spread.multipliedFullWidth(by: UInt64(count)).high)
        return [Other](unsafeUninitializedCapacity: length) { buffer, written in
            for index in 0..<length {
                let place = start + index
                buffer.initializeElement(at: index, to: transform(self[place < count ? place : place - count]))
            }
            written = length
        }
    }
}
