package import HostSetup
import JSONCoding
package import NetAddress
package import NeutronAPI
import OVNModel
import OVSDB
import OVSDBClient

/// What this host's Open vSwitch database knows of one of the engine's networks: `external_ids` of table Open_vSwitch,
/// `ovn-containers:docker-network:<id>`.
///
/// The engine tells it once, when the network is made, and never again.
package struct NetworkRecord: Hashable, Sendable {
    /// A pool of the network and the subnet it is.
    package struct Pool: Hashable, Sendable {
        package let subnet: ID<Subnet>
        /// What the engine takes for the gateway.
        package let gateway: IPAddress

        package init(subnet: ID<Subnet>, gateway: IPAddress) {
            self.subnet = subnet
            self.gateway = gateway
        }
    }

    /// libnetwork's id.
    package let id: String
    package var network: ID<Network>
    /// The name that meant it then; nil where an id did.
    package var name: String?
    package var pools: [PoolID: Pool]
    /// Whether it is `--internal`: nothing leads outside.
    package var isInternal = false
    package var isSticky = false
    package var portSecurity: Bool?
    /// The ids of the security groups of its containers.
    package var securityGroups: [String] = []

    package init(id: String, network: ID<Network>, pools: [PoolID: Pool]) {
        self.id = id
        self.network = network
        self.pools = pools
    }

    static let keyPrefix = "ovn-containers:docker-network:"
    var key: String { Self.keyPrefix + id }

    package func options() -> NetworkOptions {
        var options = NetworkOptions()
        options.portSecurity = portSecurity
        options.isSticky = isSticky
        options.securityGroups = securityGroups
        return options
    }
}

extension NetworkRecord {
    var text: String {
        var members: [String: JSON] = [
            "network": .string("\(network)"),
            "pools": .object(
                Dictionary(
                    uniqueKeysWithValues: pools.map {
                        (
                            $0.key.description,
                            ["subnet": .string("\($0.value.subnet)"), "gateway": .string("\($0.value.gateway)")]
                        )
                    })),
        ]
        if let name { members["name"] = .string(name) }
        if isInternal { members["internal"] = true }
        if isSticky { members["sticky"] = true }
        if let portSecurity { members["port_security"] = .boolean(portSecurity) }
        if !securityGroups.isEmpty { members["security_groups"] = .array(securityGroups.map { .string($0) }) }
        var writer = JSONWriter()
        writer.value(members)
        return String(decoding: writer.bytes, as: UTF8.self)
    }

    /// Nil where the text is not one that we wrote.
    init?(id: String, text: String) {
        guard case .success(let json) = Result(catching: { try JSON(parsing: text.utf8) }),
            let members = json.object, let network = members["network"]?.string.flatMap({ ID<Network>($0) }),
            let pools = members["pools"]?.object
        else { return nil }
        self.init(id: id, network: network, pools: [:])
        for (name, value) in pools {
            guard case .success(let pool) = Result(catching: { try PoolID(name) }),
                let subnet = value.object?["subnet"]?.string.flatMap({ ID<Subnet>($0) }),
                let gateway = value.object?["gateway"]?.string.flatMap({ IPAddress($0) })
            else { return nil }
            self.pools[pool] = Pool(subnet: subnet, gateway: gateway)
        }
        name = members["name"]?.string
        isInternal = members["internal"] == true
        isSticky = members["sticky"] == true
        securityGroups = (members["security_groups"]?.array ?? []).compactMap(\.string)
        portSecurity = if case .boolean(let value) = members["port_security"] { value } else { nil }
    }
}

extension HostDatabase {
    /// libnetwork's ids of the networks that there are or that were begun, in their order.
    package func networkIDs() throws -> [String] {
        try configuration.externalIDs.keys.filter { $0.hasPrefix(NetworkRecord.keyPrefix) }
            .map { String($0.dropFirst(NetworkRecord.keyPrefix.count)) }.sorted()
    }

    /// Notes that a network is being made, before central knows anything of it: so that all of it is found if it is not finished.
    package func begin(_ id: String, within limit: Duration) async throws {
        try await setExternalIDs([NetworkRecord.keyPrefix + id: "{}"], within: limit)
    }

    /// All that are there, in the order of their ids.
    package func networkRecords() throws -> [NetworkRecord] {
        try configuration.externalIDs.compactMap { key, value in
            guard key.hasPrefix(NetworkRecord.keyPrefix) else { return nil }
            return NetworkRecord(id: String(key.dropFirst(NetworkRecord.keyPrefix.count)), text: value)
        }.sorted { $0.id < $1.id }
    }

    package func networkRecord(_ id: String) throws -> NetworkRecord? {
        try configuration.externalIDs[NetworkRecord.keyPrefix + id].flatMap { NetworkRecord(id: id, text: $0) }
    }

    /// A network that has this pool. Several of the engine's networks may be one of the API's.
    package func networkRecord(with pool: PoolID) throws -> NetworkRecord? {
        try networkRecords().first { $0.pools[pool] != nil }
    }

    package func write(_ record: NetworkRecord, within limit: Duration) async throws {
        try await setExternalIDs([record.key: record.text], within: limit)
    }

    package func removeNetworkRecord(_ id: String, within limit: Duration) async throws {
        let row = try configuration
        try await client.transact(
            [
                .mutate(
                    OpenVSwitch.Configuration.self, row.id, .removeKeys(.externalIDs, [NetworkRecord.keyPrefix + id]))
            ],
            within: limit)
    }
}
