// Rooms: NetAddress DNSMessages NameDirectory

import DNSMessages
import NameDirectory
import NetAddress

/// Whatever a container sends is refused or read, and what is read is answered: within the limit, with the question as it was, and with
/// as many whole records as are said to be there.
///
/// The bytes are a query; and they are the text of a name; and they are the header's missing part, as it is seldom guessed.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzDNSMessages(_ data: UnsafePointer<UInt8>, _ size: Int) -> CInt {
    let bytes = Array(UnsafeBufferPointer(start: data, count: size))
    answer(bytes)
    for additional in [0, 1] as [UInt8] { answer([0, 7, 1, 0, 0, 1, 0, 0, 0, 0, 0, additional] + bytes) }
    if let name = DNSName(String(decoding: bytes, as: UTF8.self)) { check(name) }
    return 0
}

private let directory: NameDirectory = {
    var directory = NameDirectory()
    for number in UInt32(1)...300 {
        directory.set(
            NamedPort(
                id: "p\(number)", network: "n\(number % 2)",
                addresses: [.v4(.init(bits: 0x0a00_0000 + number)), .v6(.init(bits: 0xfd << 120 + UInt128(number)))],
                names: ["c\(number)", "a.b", number < 100 ? "all" : "d"]))
    }
    return directory
}()

private func answer(_ bytes: [UInt8]) {
    let query: DNSQuery
    do throws(DNSMessageError) { query = try DNSQuery(parsing: bytes) } catch {
        precondition(!error.description.isEmpty)
        return
    }
    check(query.name)
    let networks = [(id: "n0", name: "net"), (id: "n1", name: "my.net")]
    var records = directory.answer(query, in: networks, rotation: bytes.count) ?? []
    if records.isEmpty { records = [.ptr(query.name), .aaaa(.init(bits: 1)), .a(.init(bits: 2))] }
    for limit in [query.datagramLimit, DNSResponse.maximumLength, 0, bytes.count] {
        let response = DNSResponse(to: query, records: records).bytes(limit: limit)
        precondition(response.count <= max(282, limit), "\(response.count) bytes for \(limit)")
        readBack(response, query, records)
    }
}

/// Reads a response as RFC 1035 has it, without the room's own parser.
private func readBack(_ response: [UInt8], _ query: DNSQuery, _ records: [DNSRecord]) {
    func number(_ place: Int) -> Int { Int(response[place]) << 8 | Int(response[place + 1]) }
    let count = number(6)
    precondition(number(0) == Int(query.id) && number(4) == 1 && number(8) == 0, "\(response)")
    precondition((response[2] & 2 == 0) == (count == records.count) && count <= records.count, "\(response)")
    var place = 12 + query.name.wire.count
    precondition(Array(response[12..<place]) == query.name.wire && number(place) == Int(query.type), "\(response)")
    place += 4
    for record in records[..<count] {
        precondition(number(place) == 0xc00c && number(place + 4) == 1, "\(response)")
        let start = place + 12
        let end = start + number(place + 10)
        let data = Array(response[start..<end])
        switch record {
        case .a(let address): precondition(number(place + 2) == 1 && data == address.octets, "\(response)")
        case .aaaa(let address): precondition(number(place + 2) == 28 && data == address.octets, "\(response)")
        case .ptr(let name): precondition(number(place + 2) == 12 && data == name.wire, "\(response)")
        }
        place = end
    }
    if query.edns != nil { place += 11 }
    precondition(place == response.count && number(10) == (query.edns == nil ? 0 : 1), "\(response)")
}

private func check(_ name: DNSName) {
    precondition(name.wire.count <= 255 && name.wire.last == 0)
    guard let again = DNSName(name.description) else { preconditionFailure("\(name) cannot be read again") }
    precondition(
        again.wire == name.wire && again == name && again.hashValue == name.hashValue, "\(name) is read as \(again)")
    if case .v4(let address)? = name.reverseAddress {
        let text = address.octets.reversed().map(String.init).joined(separator: ".") + ".In-Addr.Arpa"
        precondition(DNSName(text) == name, "\(name) is \(address)")
    }
    if let rest = name.dropping(suffix: "net") {
        precondition(DNSName("NET").flatMap(rest.appending) == name, "\(rest)")
    }
}
