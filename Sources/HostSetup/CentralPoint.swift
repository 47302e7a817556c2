import NetAddress

/// Where the central point is and what is found there.
package struct CentralPoint: Equatable, Sendable {
    /// As kept in Open vSwitch's database under `ipam`.
    package let address: String

    /// An IPv4 or IPv6 address, or a host name (RFC 1123 §2.1).
    package init?(_ text: String) {
        guard IPAddress(text) != nil || Self.isHostName(text) else { return nil }
        address = text
    }

    private var bracketed: String { address.contains(":") ? "[\(address)]" : address }

    /// Base URL of the networking API.
    package var api: String { "http://\(bracketed):9696" }

    /// OVN's Southbound database.
    package var southbound: String { "tcp:\(bracketed):6642" }

    private static func isHostName(_ text: String) -> Bool {
        let labels = text.split(separator: ".", omittingEmptySubsequences: false)
        // What looks like an IPv4 address and is none is a slip, not a name.
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
