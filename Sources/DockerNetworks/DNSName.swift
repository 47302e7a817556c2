/// Whether a name can be asked of a name server (RFC 1035, section 2.3.4), and whether Docker's would find it.
enum DNSName {
    static let maximumLength = 253
    static let maximumLabelLength = 63

    /// What Docker's name server takes for special in a question and so never finds, beside what is not printable.
    private static let unaskable = Set(#"();@'"\"#.utf8)

    /// Why a name cannot be asked; nil where it can.
    static func problem(_ name: String) -> String? {
        let bytes = name.utf8
        guard bytes.count <= maximumLength else { return "it is longer than \(maximumLength) octets" }
        guard bytes.allSatisfy({ (0x21...0x7e).contains($0) && !unaskable.contains($0) }) else {
            return "it has characters that cannot be asked"
        }
        for label in bytes.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false) {
            if label.isEmpty { return "it has an empty label" }
            if label.count > maximumLabelLength { return "it has a label of more than \(maximumLabelLength) octets" }
        }
        return nil
    }
}
