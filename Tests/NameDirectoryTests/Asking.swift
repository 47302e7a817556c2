import DNSMessages
import NameDirectory
import NetAddress

extension DNSQuery {
    /// A query of a name's text.
    init(_ name: String, type: UInt16 = DNSQuery.a) throws {
        guard let name = DNSName(name) else { preconditionFailure("\(name) is not a domain name") }
        let header: [UInt8] = [0, 7, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0]
        try self.init(parsing: header + name.wire + [UInt8(type >> 8), UInt8(type & 255), 0, 1])
    }
}

extension NamedPort {
    /// Addresses are separated by blanks.
    init(_ id: String, in network: String = "n1", _ addresses: String, names: [String]) {
        self.init(
            id: id, network: network, addresses: addresses.split(separator: " ").map { IPAddress(literal: String($0)) },
            names: names)
    }
}

extension NameDirectory {
    init(_ ports: [NamedPort]) {
        self.init()
        for port in ports { set(port) }
    }

    /// What `name` resolves to: the records' texts, nil where it is left to another resolver.
    func ask(
        _ name: String, type: UInt16 = DNSQuery.a, in networks: [(id: String, name: String)] = [("n1", "net")],
        rotation: Int = 0
    ) throws -> [String]? {
        try answer(DNSQuery(name, type: type), in: networks, rotation: rotation)?.map(\.text)
    }
}

extension DNSRecord {
    var text: String {
        switch self {
        case .a(let address): address.description
        case .aaaa(let address): address.description
        case .ptr(let name): name.description
        }
    }
}
