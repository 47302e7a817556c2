import NetAddress
import NetworkStore
import NeutronAPI

/// The resources among which a list query searches.
struct Candidates<Of: ServedResource>: Sendable {
    let ids: OrderedIDs<Of>
    /// Whether all of them match the query: then a page is found by its starting position.
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
        guard let keys = fewest?.keys else { return Candidates(ids(in: snapshot), arePage: query.isUnfiltered) }
        if keys.count == 1, case .host(let host, let owner) = keys[0],
            let ids = snapshot.portIDs(onHost: host, owner: owner)
        {
            return Candidates(ids, arePage: query.isFiltered(onlyBy: ["binding:host_id", "device_owner"]))
        }
        return Candidates(Array(Set(keys.flatMap { snapshot.portIDs($0) })))
    }

    /// The index keys that the query's ports must have: one of each list.
    private static func keys(_ query: ListQuery<Self>) -> [[PortKey]] {
        var ways: [[PortKey]] = []
        let macs = query["mac_address"]
        if !macs.isEmpty { ways.append(Set(macs.compactMap { MACAddress(neutron: $0) }).map { .mac($0) }) }
        if let addresses = addresses(inFilter: query["fixed_ips"]) { ways.append(addresses.map { .address($0) }) }
        // Empty names, devices or hosts are too common, and not indexed.
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
    /// The distinct values that the query has for an attribute; nil if it has none, or an empty one.
    fileprivate func words(_ name: String) -> Set<String>? {
        let words = Set(self[name])
        return words.isEmpty || words.contains("") ? nil : words
    }
}
