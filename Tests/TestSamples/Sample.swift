import Deadlines
import NetAddress
package import NeutronAPI

/// Networks, subnets and ports as the API would show them.
package enum Sample {
    package static let standard = StandardAttributes(
        projectID: "admin", createdAt: Timestamp(seconds: 0), updatedAt: Timestamp(seconds: 0))

    package static func network(_ number: UInt64, mtu: Int = 1442) -> Network {
        Network(
            id: ID(high: 1, low: number), name: "ls\(number)", standard: standard, mtu: mtu,
            provider: .init(networkType: "geneve"))
    }

    package static func subnet(
        _ number: UInt64, of network: UInt64, _ cidr: String, gateway: String?, dns: [String] = [],
        routes: [(String, String)] = []
    ) throws -> Subnet {
        let prefix = try unwrap(IPPrefix(cidr))
        return Subnet(
            id: ID(high: 2, low: number), networkID: ID(high: 1, low: network), standard: standard, cidr: prefix,
            gatewayIP: gateway.flatMap { IPAddress($0) }, allocationPools: [prefix.range],
            dnsNameservers: dns.compactMap { IPAddress($0) },
            hostRoutes: try routes.map {
                HostRoute(destination: try unwrap(IPPrefix($0.0)), nexthop: try unwrap(IPAddress($0.1)))
            })
    }

    package static func port(_ number: UInt64, on network: UInt64, _ addresses: [(UInt64, String)], owner: String = "")
        throws
        -> Port
    {
        Port(
            id: ID(high: 3, low: number), networkID: ID(high: 1, low: network), name: "p\(number)", standard: standard,
            macAddress: try unwrap(MACAddress(bits: 0x02_00_00_00_00_00 + number)),
            fixedIPs: try addresses.map {
                FixedIP(subnetID: ID(high: 2, low: $0.0), ipAddress: try unwrap(IPAddress($0.1)))
            }, deviceOwner: owner)
    }

    /// A port and who uses it.
    package static func port(_ number: UInt64, device: String = "", host: String = "") throws -> Port {
        var port = try Self.port(number, on: 1, [])
        port.deviceID = device
        port.binding.hostID = host
        return port
    }

    private struct Mistake: Error {}

    /// For what this file has written itself.
    static func unwrap<T>(_ value: T?) throws -> T {
        guard let value else { throw Mistake() }
        return value
    }
}
