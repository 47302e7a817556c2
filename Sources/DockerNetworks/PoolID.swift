package import HostSetup
package import NetAddress
import NeutronAPI

/// What the engine calls a pool of addresses by: `10.1.0.0/16`, or `10.1.0.0/16@blue` where `--ipam-opt net=blue` said of which network.
///
/// The engine asks for a pool before it says which network it is for, asks again for the same at each of its starts, and never says both
/// together. So the identity is made of what it says each time.
package struct PoolID: Hashable, Sendable, CustomStringConvertible {
    package let cidr: IPPrefix
    /// Nil where only the subnet tells the network.
    package let network: Reference?

    package init(cidr: IPPrefix, network: Reference? = nil) {
        self.cidr = cidr
        self.network = network
    }

    package init(_ text: String) throws(HostError) {
        let parts = text.split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false)
        guard let cidr = parts.first.flatMap({ IPPrefix($0) }), parts.count == 1 || !parts[1].isEmpty else {
            throw HostError(.usage, "there is no address pool \"\(text.prefix(140))\"")
        }
        self.init(cidr: cidr, network: parts.count == 2 ? Reference(String(parts[1])) : nil)
    }

    package var description: String { network.map { "\(cidr)@\($0.text)" } ?? "\(cidr)" }

    /// The address that is a gateway where nobody says which. The engine wants one of every subnet.
    package var firstAddress: IPAddress {
        cidr.hasGateway ? cidr.network.advanced(by: 1) ?? cidr.network : cidr.network
    }
}

extension IPPrefix {
    /// Whether there is room for a gateway beside others: not on a point-to-point link (RFC 3021, RFC 6164), nor in a single address.
    package var hasGateway: Bool { version.width - length > 1 }
}
