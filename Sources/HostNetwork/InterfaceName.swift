/// The names that Linux allows for an interface (dev_valid_name in net/core/dev.c), and those that we derive.
package enum InterfaceName {
    /// Whether the kernel would take `name`: 1 … 15 bytes, no slash, colon or space, not `.` or `..`.
    package static func isValid(_ name: String) -> Bool {
        let bytes = Array(name.utf8)
        return (1...15).contains(bytes.count) && name != "." && name != ".."
            && bytes.allSatisfy { $0 > 0x20 && $0 != 0x7f && $0 != UInt8(ascii: "/") && $0 != UInt8(ascii: ":") }
    }

    /// The name of a port's veth on the host, always the same for the same port: `ovn` and the first twelve hexadecimal digits of the
    /// port's id, so that one recognises it. Of an id that is no UUID a hash (FNV-1a) takes their place.
    package static func host(ofPort id: String) -> String { "ovn" + digits(ofPort: id) }

    /// Whether a port's veth may be called so on the host.
    package static func isHost(_ name: String) -> Bool {
        let digits = name.utf8.dropFirst(3)
        return name.hasPrefix("ovn") && digits.count == 12
            && digits.allSatisfy { (48...57).contains($0) || (97...102).contains($0) }
    }

    /// The name of the other end while it is on the host too: `ovc` and the same digits.
    package static func container(ofPort id: String) -> String { "ovc" + digits(ofPort: id) }

    private static func digits(ofPort id: String) -> String {
        let digits = id.lowercased().utf8.filter { $0 != UInt8(ascii: "-") }
        let isUUID = digits.count == 32 && digits.allSatisfy { (48...57).contains($0) || (97...102).contains($0) }
        if isUUID { return String(decoding: digits.prefix(12), as: UTF8.self) }
        let hash = id.utf8.reduce(0xcbf2_9ce4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
        let text = String(hash >> 16, radix: 16)
        return String(repeating: "0", count: 12 - text.count) + text
    }
}
