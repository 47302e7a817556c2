import NetAddress
import NetworkStore
import NeutronAPI

/// What a list is looked for among.
struct Candidates<Of: StoredResource>: Sendable {
    let ids: OrderedIDs<Of>
    /// Whether all of them are what the query asks for: then a page is found by the place where it begins.
    let arePage: Bool

    init(_ ids: OrderedIDs<Of>, arePage: Bool) {
        self.ids = ids
        self.arePage = arePage
    }

    init(_ ids: [ID<Of>]) { self.init(OrderedIDs(ids), arePage: false) }
}

extension Port {
    static func candidates(_ query: ListQuery<Self>, in snapshot: Snapshot) -> Candidates<Self> {
        if let ids = query.identifiers { return Candidates(ids) }
        var fewest: (keys: [PortKey], count: Int)?
        for keys in keys(query) {
            let count = keys.reduce(0) { $0 + snapshot.portCount($1) }
            if fewest.map({ count < $0.count }) ?? true { fewest = (keys, count) }
        }
        if let text = query.only("network_id") {
            guard let network = ID<Network>(text) else { return Candidates([]) }
            let ids = snapshot.portIDs(of: network)
            if fewest.map({ ids.count < $0.count }) ?? true {
                return Candidates(ids, arePage: query.isFiltered(onlyBy: ["network_id"]))
            }
        }
        guard let keys = fewest?.keys else { return Candidates(snapshot.portIDs, arePage: query.isUnfiltered) }
        if keys.count == 1, case .host(let host, let owner) = keys[0],
            let ids = snapshot.portIDs(onHost: host, owner: owner)
        {
            return Candidates(ids, arePage: query.isFiltered(onlyBy: ["binding:host_id", "device_owner"]))
        }
        return Candidates(Array(Set(keys.flatMap { snapshot.portIDs($0) })))
    }

    /// The ways in which the query's ports can be found: each has the keys that they have one of.
    private static func keys(_ query: ListQuery<Self>) -> [[PortKey]] {
        var ways: [[PortKey]] = []
        let macs = query["mac_address"]
        if !macs.isEmpty { ways.append(Set(macs.compactMap { MACAddress(neutron: $0) }).map { .mac($0) }) }
        if let addresses = addresses(inFilter: query["fixed_ips"]) { ways.append(addresses.map { .address($0) }) }
        // An empty name, device or host is that of very many ports, and not indexed.
        if let devices = query.words("device_id") { ways.append(devices.map { .device($0) }) }
        if let names = query.words("name") { ways.append(names.map { .name($0) }) }
        if let hosts = query.words("binding:host_id") {
            let owners = Set(query["device_owner"])
            ways.append(
                hosts.flatMap { host -> [PortKey] in
                    owners.isEmpty ? [.host(host, owner: nil)] : owners.map { .host(host, owner: $0) }
                })
        }
        return ways
    }
}

extension ListQuery {
    /// The values that the query has for an attribute, each once; nil where it has none, or an empty one among them.
    fileprivate func words(_ name: String) -> Set<String>? {
        let words = Set(self[name])
        return words.isEmpty || words.contains("") ? nil : words
    }
}
