import NetAddress
package import OVNModel
import OVSDB

/// Where the central point is and what is found there.
package struct CentralPoint: Hashable, Sendable {
    /// As kept in Open vSwitch's database under `ipam`.
    package let address: String
    /// The TCP port of the networking API.
    package let port: Int
    /// Whether it is spoken to by TLS alone, with a certificate that this host got when it joined.
    package let isSecure: Bool

    package static let apiPort = 9696
    package static let southboundPort = 6642

    /// An IPv4 or IPv6 address, or a host name (RFC 1123 §2.1).
    package init?(_ text: String, port: Int = Self.apiPort, isSecure: Bool = false) {
        guard IPAddress(text) != nil || Self.isHostName(text), 1...65_535 ~= port else { return nil }
        (address, self.port, self.isSecure) = (text, port, isSecure)
    }

    /// One that a token names: `192.0.2.1:9696`, `[2001:db8::1]:9696`, `central.example.org:9696`.
    package init?(invitedTo text: String) {
        guard let colon = text.lastIndex(of: ":"), let port = Int(text[text.index(after: colon)...]) else { return nil }
        var host = text[..<colon]
        if host.hasPrefix("["), host.hasSuffix("]") { host = host.dropFirst().dropLast() }
        self.init(String(host), port: port, isSecure: true)
    }

    /// The one that this host's settings name; nil where they name none.
    package init?(_ row: OpenVSwitch.Configuration) {
        guard let address = row.externalIDs["ipam"] else { return nil }
        let port = row.externalIDs[HostSettings.centralPortKey].map { Int($0) ?? 0 } ?? Self.apiPort
        self.init(address, port: port, isSecure: row.externalIDs[HostSettings.centralTLSKey] == "true")
    }

    private var bracketed: String { address.contains(":") ? "[\(address)]" : address }

    /// Base URL of the networking API.
    package var api: String { "\(isSecure ? "https" : "http")://\(bracketed):\(port)" }

    /// OVN's Southbound database.
    package var southbound: String { southbound(port: Self.southboundPort) }

    package func southbound(port: Int) -> String { "\(isSecure ? "ssl" : "tcp"):\(bracketed):\(port)" }

    /// Whether both are at one address, however it is written.
    package func isAt(_ other: String) -> Bool {
        if let mine = IPAddress(address), let others = IPAddress(other) { return mine == others }
        return address.lowercased() == other.lowercased()
    }

    private static func isHostName(_ text: String) -> Bool {
        let labels = text.split(separator: ".", omittingEmptySubsequences: false)
        // What looks like an IPv4 address but is not one is a mistake, not a name.
        guard text.utf8.count <= 253, labels.last.map({ !$0.allSatisfy(\.isNumber) }) ?? false else { return false }
        return labels.allSatisfy { label in
            (1...63).contains(label.utf8.count) && label.first != "-" && label.last != "-"
                && label.utf8.allSatisfy {
                    switch $0 {
                    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
                        true
                    default: false
                    }
                }
        }
    }
}
