package import HostSetup
package import NetAddress

/// What `docker network create` says with `-o`, and with `--ipam-opt` about the same.
package struct NetworkOptions: Equatable, Sendable {
    /// Which logical network is meant: `net`, `net.id`, or kuryr's `neutron.net.name`, `neutron.net.uuid`.
    package var network: Reference?
    /// Which of its subnets, where that must be said: kuryr's `neutron.subnet.name`, `neutron.subnet.uuid`.
    package var subnet: Reference?
    /// The subnet pools that subnets of each version come from: kuryr's `neutron.pool.name`, `neutron.pool.uuid`, and with
    /// `neutron.pool.v6.` for IPv6.
    package var subnetPools: [IPVersion: Reference] = [:]
    /// In bytes.
    package var mtu: Int?
    /// Whether OVN drops what does not come from a port's own addresses; nil leaves it to the network.
    package var portSecurity: Bool?
    /// The names or ids of the security groups whose rules decide what reaches and leaves a container; none: everything
    /// does. In the order of their names.
    package var securityGroups: [String] = []
    /// Whether an address stays reserved for its container while that is away.
    package var isSticky = false
    /// Whether nothing leads outside: `--internal`, which the engine tells beside the options.
    package var isInternal = false

    static let networkNames = ["net", "neutron.net.name"]
    static let networkIDs = ["net.id", "neutron.net.uuid"]
    private static let subnetNames = ["neutron.subnet.name"]
    private static let subnetIDs = ["neutron.subnet.uuid"]
    private static let poolNames: [IPVersion: String] = [.v4: "neutron.pool.name", .v6: "neutron.pool.v6.name"]
    private static let poolIDs: [IPVersion: String] = [.v4: "neutron.pool.uuid", .v6: "neutron.pool.v6.uuid"]
    /// What a connection can say of its own.
    private static let portOptions = ["port_security", "security_group", "sticky"]
    private static let mtus = ["mtu", "com.docker.network.driver.mtu"]

    package init() {}

    /// Reads the options of a network.
    /// - Throws: `usage` for one that is not known, or whose value makes no sense: nothing is silently ignored.
    package init(network options: [String: String]) throws(HostError) {
        try self.init(options, allowed: Self.mtus + Self.portOptions, what: "-o")
        for key in Self.mtus {
            guard let text = options[key] else { continue }
            guard let value = Int(text), 68...65_535 ~= value else {
                throw HostError(.usage, "option \(key) is \"\(text)\": an MTU is from 68 to 65535 bytes")
            }
            mtu = value
        }
        try readPortOptions(options)
    }

    /// Reads the options of address management.
    package init(pool options: [String: String]) throws(HostError) {
        try self.init(options, allowed: [], what: "--ipam-opt")
    }

    /// Reads the options of one connection (`--driver-opt`), on top of the network's. The engine's own are left alone.
    package func merging(endpoint options: [String: String]) throws(HostError) -> NetworkOptions {
        let own = options.filter { !$0.key.hasPrefix("com.docker.") }
        for key in own.keys.sorted() where !Self.portOptions.contains(key) {
            throw HostError(
                .usage,
                "option \(key) of this connection is not known: there are \(Self.portOptions.joined(separator: ", "))")
        }
        var merged = self
        try merged.readPortOptions(own)
        return merged
    }

    private init(_ options: [String: String], allowed: [String], what: String) throws(HostError) {
        let pools = Array(Self.poolNames.values) + Array(Self.poolIDs.values)
        let known = Self.networkNames + Self.networkIDs + Self.subnetNames + Self.subnetIDs + pools + allowed
        for key in options.keys.sorted() where !known.contains(key) {
            throw HostError(
                .usage, "option \(what) \(key) is not known; there are \(known.sorted().joined(separator: ", "))")
        }
        network = try Reference(options, names: Self.networkNames, ids: Self.networkIDs)
        subnet = try Reference(options, names: Self.subnetNames, ids: Self.subnetIDs)
        for version in IPVersion.allCases {
            let names = [Self.poolNames[version], Self.poolIDs[version]].map { $0.map { [$0] } ?? [] }
            subnetPools[version] = try Reference(options, names: names[0], ids: names[1])
        }
    }

    private mutating func readPortOptions(_ options: [String: String]) throws(HostError) {
        if let text = options["port_security"] { portSecurity = try Self.boolean("port_security", text) }
        if let text = options["security_group"] {
            let names = text.split(separator: ",", omittingEmptySubsequences: false).map { name in
                String(name.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
            }
            guard !names.contains(""), Set(names).count == names.count else {
                throw HostError(
                    .usage, "option security_group is \"\(text)\": it is a name or id, or several, separated by commas")
            }
            securityGroups = names.sorted()
        }
        if let text = options["sticky"] { isSticky = try Self.boolean("sticky", text) }
    }

    private static func boolean(_ key: String, _ text: String) throws(HostError) -> Bool {
        switch text.lowercased() {
        case "1", "true", "on", "yes": true
        case "0", "false", "off", "no": false
        default: throw HostError(.usage, "option \(key) is \"\(text)\": it is on or off")
        }
    }
}
