import Foundation
import HostNetwork
import JSONCoding
import NetAddress
import NeutronAPI
import TestServers
import Testing

@testable import DockerNetworks
@testable import DockerPlugin

/// A subnet, as `docker network create` says it.
struct PoolOrder: Sendable {
    var subnet: String?
    var gateway: String?
    var range: String?
    var reserved: [String: String] = [:]
    var isV6 = false
}

/// A network of the engine's.
struct DockerNetwork: Sendable {
    struct Pool: Sendable {
        let id: String
        let cidr: String
        /// With its length, as addresses of a pool are.
        let gateway: String
        var reserved: [String: String] = [:]
    }

    let id: String
    var pools: [Pool]
    /// Those of version 4 come first.
    var familyCount: Int
}

/// An endpoint of the engine's, and the sandbox it is in.
struct DockerEndpoint: Sendable {
    let id: String
    let network: DockerNetwork
    let mac: String
    /// With lengths, one for each pool.
    var addresses: [String]
    var sandbox: NetworkNamespace?

    /// Without lengths.
    var bare: [String] { addresses.map { String($0.prefix { $0 != "/" }) } }
    var address: String { bare[0] }
}

/// What the engine says, in the order in which Docker 20.10 does.
extension PluginHost {
    static func newID() -> String {
        (UUID().uuidString + UUID().uuidString).lowercased().filter { $0 != "-" }
    }

    static func newMAC() -> String { "02:42:" + (0..<4).map { _ in octet() }.joined(separator: ":") }

    private static func octet() -> String {
        let text = String(UInt8.random(in: 0...255), radix: 16)
        return text.count == 1 ? "0" + text : text
    }

    /// `docker network create`. What was asked for is given back where something is refused.
    func createNetwork(
        _ pools: PoolOrder..., options: [String: String] = [:], ipam: [String: String] = [:], isInternal: Bool = false,
        id: String = newID()
    ) async throws -> DockerNetwork {
        var network = DockerNetwork(id: id, pools: [], familyCount: Set(pools.map(\.isV6)).count)
        do {
            for pool in pools { network.pools.append(try await request(pool, ipam)) }
            func data(isV6: Bool) -> JSON {
                .array(
                    zip(pools, network.pools).filter { $0.0.isV6 == isV6 }.map { _, pool in
                        [
                            "AddressSpace": "ovn", "Pool": .string(pool.cidr), "Gateway": .string(pool.gateway),
                            "AuxAddresses": .object(pool.reserved.mapValues { .string($0) }),
                        ]
                    })
            }
            var all: [String: JSON] = [
                "com.docker.network.enable_ipv6": .boolean(pools.contains(where: \.isV6)),
                "com.docker.network.generic": .object(options.mapValues { .string($0) }),
            ]
            if isInternal { all["com.docker.network.internal"] = true }
            try await call(
                "NetworkDriver.CreateNetwork",
                [
                    "NetworkID": .string(id), "Options": .object(all), "IPv4Data": data(isV6: false),
                    "IPv6Data": data(isV6: true),
                ])
            return network
        } catch {
            try await releasePools(network)
            throw error
        }
    }

    private func request(_ pool: PoolOrder, _ ipam: [String: String]) async throws -> DockerNetwork.Pool {
        let answer = try await call(
            "IpamDriver.RequestPool",
            [
                "AddressSpace": "ovn", "Pool": .string(pool.subnet ?? ""), "SubPool": .string(pool.range ?? ""),
                "Options": ipam.isEmpty ? .null : .object(ipam.mapValues { .string($0) }), "V6": .boolean(pool.isV6),
            ])
        let id = try #require(answer["PoolID"]?.string)
        do { return try await fill(pool, id, answer) } catch {
            try await call("IpamDriver.ReleasePool", ["PoolID": .string(id)])
            throw error
        }
    }

    private func fill(
        _ pool: PoolOrder, _ id: String, _ answer: [String: JSON]
    ) async throws -> DockerNetwork.Pool {
        var given = answer["Data"]?.object?["com.docker.network.gateway"]?.string
        if given == nil || pool.gateway != nil {
            given = try await requestAddress(
                id, pool.gateway ?? "", ["RequestAddressType": "com.docker.network.gateway"])
        }
        var reserved: [String: String] = [:]
        for (name, address) in pool.reserved { reserved[name] = try await requestAddress(id, address, nil) }
        return DockerNetwork.Pool(
            id: id, cidr: try #require(answer["Pool"]?.string), gateway: try #require(given), reserved: reserved)
    }

    @discardableResult
    func requestAddress(_ pool: String, _ address: String, _ options: [String: String]?) async throws -> String {
        let answer = try await call(
            "IpamDriver.RequestAddress",
            [
                "PoolID": .string(pool), "Address": .string(address),
                "Options": options.map { .object($0.mapValues { .string($0) }) } ?? .null,
            ])
        return try #require(answer["Address"]?.string)
    }

    private func releasePools(_ network: DockerNetwork) async throws {
        for pool in network.pools {
            for address in [pool.gateway] + pool.reserved.values { try await release(pool.id, address) }
            try await call("IpamDriver.ReleasePool", ["PoolID": .string(pool.id)])
        }
    }

    func release(_ pool: String, _ address: String) async throws {
        try await call(
            "IpamDriver.ReleaseAddress",
            ["PoolID": .string(pool), "Address": .string(String(address.prefix { $0 != "/" }))])
    }

    /// `docker network rm`
    func removeNetwork(_ network: DockerNetwork) async throws {
        try await releasePools(network)
        try await call("NetworkDriver.DeleteNetwork", ["NetworkID": .string(network.id)])
    }

    /// The first half of a container's start: one address of each pool, all for one MAC address. The engine gives nothing back where
    /// one is refused.
    func allocate(
        in network: DockerNetwork, ip: [String] = [], mac: String = newMAC(), name: String? = nil
    ) async throws -> DockerEndpoint {
        var endpoint = DockerEndpoint(id: Self.newID(), network: network, mac: mac, addresses: [])
        for (index, pool) in network.pools.prefix(network.familyCount).enumerated() {
            var options = ["com.docker.network.endpoint.macaddress": mac]
            if let name { options["com.docker.network.endpoint.name"] = name }
            endpoint.addresses.append(
                try await requestAddress(pool.id, index < ip.count ? ip[index] : "", options))
        }
        return endpoint
    }

    func releaseAddresses(_ endpoint: DockerEndpoint) async throws {
        for (pool, address) in zip(endpoint.network.pools, endpoint.addresses) {
            try await release(pool.id, address)
        }
    }

    func createEndpoint(_ endpoint: DockerEndpoint, options: [String: String] = [:]) async throws {
        let six = endpoint.addresses.first { $0.contains(":") } ?? ""
        let four = endpoint.addresses.first { !$0.contains(":") } ?? ""
        let answer = try await call(
            "NetworkDriver.CreateEndpoint",
            [
                "NetworkID": .string(endpoint.network.id), "EndpointID": .string(endpoint.id),
                "Interface": [
                    "Address": .string(four), "AddressIPv6": .string(six), "MacAddress": .string(endpoint.mac),
                ],
                "Options": .object(
                    options.mapValues { JSON.string($0) }.merging([
                        "com.docker.network.endpoint.exposedports": [], "com.docker.network.portmap": [],
                    ]) { $1 }),
            ])
        #expect(answer["Interface"] == [:], "only what was empty may be answered")
    }

    /// Join, and what the engine does then: the interface moves into the sandbox and gets its name and addresses.
    @discardableResult
    func join(_ endpoint: inout DockerEndpoint) async throws -> [String: JSON] {
        let sandbox = try NetworkNamespace.make()
        let path = "/proc/\(getpid())/fd/\(sandbox.descriptor)"
        let answer = try await call(
            "NetworkDriver.Join", Self.named(endpoint).merging(["SandboxKey": .string(path), "Options": [:]]) { $1 })
        let source = try #require(answer["InterfaceName"]?.object?["SrcName"]?.string)
        try await ovs.inside("ip", "link", "set", source, "netns", path)
        let addresses = endpoint.addresses.map { "ip addr add \($0) dev eth0 \($0.contains(":") ? "nodad" : "")" }
        let steps = ["ip link set \(source) name eth0"] + addresses + ["ip link set eth0 up"]
        try await run(["nsenter", "--net=\(path)", "sh", "-ec", steps.joined(separator: "\n")])
        endpoint.sandbox = sandbox
        for method in ["ProgramExternalConnectivity", "EndpointOperInfo", "EndpointOperInfo"] {
            try await call("NetworkDriver.\(method)", Self.named(endpoint))
        }
        return answer
    }

    /// `docker run`. What was asked for is given back where something is refused.
    func start(
        in network: DockerNetwork, ip: [String] = [], mac: String = newMAC(), options: [String: String] = [:],
        name: String? = nil
    ) async throws -> DockerEndpoint {
        var endpoint = try await allocate(in: network, ip: ip, mac: mac, name: name)
        do { try await createEndpoint(endpoint, options: options) } catch {
            try await releaseAddresses(endpoint)
            throw error
        }
        do { try await join(&endpoint) } catch {
            try await call("NetworkDriver.DeleteEndpoint", Self.named(endpoint))
            try await releaseAddresses(endpoint)
            throw error
        }
        return endpoint
    }

    /// `docker stop`
    func stop(_ endpoint: DockerEndpoint) async throws {
        for method in ["RevokeExternalConnectivity", "Leave", "DeleteEndpoint"] {
            try await call("NetworkDriver.\(method)", Self.named(endpoint))
        }
        try await releaseAddresses(endpoint)
    }

    static func named(_ endpoint: DockerEndpoint) -> [String: JSON] {
        ["NetworkID": .string(endpoint.network.id), "EndpointID": .string(endpoint.id)]
    }

    @discardableResult
    func call(_ method: String, _ members: [String: JSON]) async throws(Refusal) -> [String: JSON] {
        try await call(method, JSON.object(members))
    }
}
