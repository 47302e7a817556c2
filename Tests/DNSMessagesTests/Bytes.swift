import DNSMessages

/// The bytes of hexadecimal digits; blanks are for the reader.
func bytes(_ digits: String) -> [UInt8] {
    let digits = digits.filter { !$0.isWhitespace }
    precondition(digits.count.isMultiple(of: 2))
    return stride(from: 0, to: digits.count, by: 2).map { place in
        let start = digits.index(digits.startIndex, offsetBy: place)
        guard let byte = UInt8(digits[start..<digits.index(start, offsetBy: 2)], radix: 16) else {
            preconditionFailure("\(digits) is not hexadecimal")
        }
        return byte
    }
}

/// A query as resolvers send it.
func query(
    _ name: String, type: UInt16 = DNSQuery.a, id: UInt16 = 7, flags: UInt16 = 0x0100, edns size: UInt16? = nil
) throws -> DNSQuery {
    try DNSQuery(parsing: queryBytes(name, type: type, id: id, flags: flags, edns: size))
}

/// The labels of `name` are between its dots.
func queryBytes(
    _ name: String, type: UInt16 = DNSQuery.a, id: UInt16 = 7, flags: UInt16 = 0x0100, edns size: UInt16? = nil
) -> [UInt8] {
    let labels = name.split(separator: ".").flatMap { [UInt8($0.utf8.count)] + Array($0.utf8) }
    let header = [id, flags, 1, 0, 0, size == nil ? 0 : 1].flatMap(\.networkOrder)
    let edns = size.map { [0, 0, 41] + $0.networkOrder + [0, 0, 0, 0, 0, 0] } ?? []
    return header + labels + [0] + type.networkOrder + [0, 1] + edns
}

extension UInt16 {
    var networkOrder: [UInt8] { [UInt8(self >> 8), UInt8(self & 255)] }
}
