import HostAttachment
import HostNetwork
package import HostSetup
package import NetAddress
import OVNModel
import OVSDB
import OVSDBClient

/// Whether containers of this host can have the addresses of a subnet.
package enum SubnetCheck {
    /// What no interface of a container can have an address of, and why.
    private static let reserved: [(prefix: IPPrefix, use: String)] = [
        ("0.0.0.0/8", "addresses of \"this network\""), ("127.0.0.0/8", "every host's own loopback addresses"),
        ("169.254.0.0/16", "link-local addresses"), ("224.0.0.0/4", "multicast addresses"),
        ("240.0.0.0/4", "addresses that are reserved"), ("::/96", "every host's own loopback address"),
        ("::ffff:0:0/96", "IPv4 addresses"), ("fe80::/10", "link-local addresses"), ("ff00::/8", "multicast addresses"),
    ].map { (IPPrefix(literal: $0), $1) }

    /// - Throws: `usage` where the subnet is none that any host's containers can have.
    package static func check(_ subnet: IPPrefix) throws(HostError) {
        guard let (prefix, use) = reserved.first(where: { $0.prefix.overlaps(subnet) }) else { return }
        throw HostError(
            .usage, "subnet \(subnet) overlaps \(prefix), which are \(use): choose another, such as \(example(subnet))")
    }

    /// - Throws: `refused` where the host's containers could not tell the subnet from what the host itself has.
    static func check(_ subnet: IPPrefix, beside taken: [NearPrefix]) throws(HostError) {
        // The docker bridges first: with them no container starts at all.
        let other = taken.filter { $0.prefix.overlaps(subnet) }
            .min { ($0.isBridge ? 0 : 1, $0.interface) < ($1.isBridge ? 0 : 1, $1.interface) }
        guard let other else { return }
        throw HostError(
            .refused,
            "subnet \(subnet) overlaps \(other.prefix), which this host reaches through its interface \(other.interface): "
                + "containers could not tell the two apart; choose another subnet, or give \(other.interface) another one"
                + (other.interface == gatewayBridge ? " (\(gatewayBridgeAdvice))" : ""))
    }

    /// What the engine calls the bridge by which containers reach the outside, which it makes with the first of them.
    package static let gatewayBridge = "docker_gwbridge"
    /// How it is given another subnet.
    private static let gatewayBridgeAdvice =
        "while no container uses it: 'docker network rm docker_gwbridge', then 'docker network create --subnet SUBNET "
        + "-o com.docker.network.bridge.name=docker_gwbridge -o com.docker.network.bridge.enable_icc=false docker_gwbridge'"

    /// - Throws: `refused` where a container cannot be in both the subnets and ``gatewayBridge``.
    package static func check(
        _ subnets: [IPPrefix], of network: String, besideGatewayBridge taken: [IPPrefix]
    ) throws(HostError) {
        for subnet in subnets {
            guard let other = taken.first(where: { $0.overlaps(subnet) }) else { continue }
            throw HostError(
                .refused,
                "network \"\(network)\" has the subnet \(subnet), and docker_gwbridge, by which this host's containers reach "
                    + "the outside, \(other): give docker_gwbridge another one (\(gatewayBridgeAdvice)), "
                    + "or make the network with another or with --internal")
        }
    }

    /// `mtu` is that of the interfaces that containers of this host have in the network, or would have, in bytes.
    ///
    /// - Throws: `refused` where they can have no IPv6 addresses.
    package static func checkIPv6(of network: String, mtu: Int, hasIPv6: Bool = true) throws(HostError) {
        guard hasIPv6 else {
            throw HostError(
                .refused,
                "network \"\(network)\" has IPv6 addresses, and this host's kernel has no IPv6 (ipv6.disable=1): "
                    + "make the network without --ipv6 here, or start the kernel with IPv6")
        }
        guard mtu >= 1280 else {
            throw HostError(
                .refused,
                "network \"\(network)\" has the MTU \(mtu) here, and IPv6 needs 1280: "
                    + "make it without IPv6, or give the network between the hosts a larger MTU")
        }
    }

    private static func example(_ subnet: IPPrefix) -> String {
        subnet.version == .v4 ? "10.1.0.0/16" : "fd00:1::/64"
    }
}

extension ContainerHost {
    /// Refuses a subnet that containers of this host cannot have, whoever has made it.
    ///
    /// Interfaces of the host in logical networks do not count: the same subnet may well be theirs. Nor does, where the host's own NIC is
    /// a port of a cloud, anything but its bridges.
    package func checkSubnets(_ subnets: [IPPrefix]) async throws {
        for subnet in subnets { try SubnetCheck.check(subnet) }
        let logical = Set(
            database.client.replica[OpenVSwitch.Interface.self].filter { $0.externalIDs["iface-id"] != nil }.map(\.name)
        )
        let isCloud = settings.vif != nil
        let taken = try await attachment.links.nearPrefixes()
            .filter { !logical.contains($0.interface) && ($0.isBridge || !isCloud) }
        for subnet in subnets { try SubnetCheck.check(subnet, beside: taken) }
    }
}
