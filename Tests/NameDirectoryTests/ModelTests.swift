import DNSMessages
import NameDirectory
import NetAddress
import Testing

/// The directory against one that looks at every port for every question.
@Suite struct ModelTests {
    struct Model {
        var ports: [String: NamedPort] = [:]

        func ports(called name: String, in network: String) -> [NamedPort] {
            ports.values.filter { port in
                port.network == network && port.names.contains { $0.lowercased() == name.lowercased() }
            }
        }

        func addresses(of name: String, in networks: [String], _ version: IPVersion) -> Set<String>? {
            for network in networks {
                let found = ports(called: name, in: network)
                guard found.isEmpty else {
                    return Set(found.flatMap(\.addresses).filter { $0.version == version }.map(\.description))
                }
            }
            return nil
        }

        func containers(with address: IPAddress, in networks: [String]) -> Set<String>? {
            for network in networks {
                let found = ports.values.filter { $0.network == network && $0.addresses.contains(address) }
                guard found.isEmpty else {
                    return Set(found.compactMap(\.names.first).map { $0.lowercased() + "." + network })
                }
            }
            return nil
        }
    }

    static let networks = ["n1", "n2", "n3"]

    /// Few values, so that they meet often; one name in three is everybody's.
    static func port(_ random: inout some RandomNumberGenerator) -> NamedPort {
        let names = (0..<Int.random(in: 0...3, using: &random)).map { _ in
            ["all", "All", "c\(Int.random(in: 0..<6, using: &random))"].randomElement(using: &random) ?? "all"
        }
        let addresses = (0..<Int.random(in: 0...3, using: &random)).map { _ in
            let number = UInt128.random(in: 1...60, using: &random)
            return Bool.random(using: &random)
                ? IPAddress(.v4, bits: 0x0a00_0000 + number) : IPAddress(.v6, bits: 0xfd00 << 112 + number)
        }
        return NamedPort(
            id: "p\(Int.random(in: 0..<80, using: &random))",
            network: networks.randomElement(using: &random) ?? "n1", addresses: addresses, names: names)
    }

    @Test(arguments: 0..<10 as Range<UInt64>)
    func `whatever is set and removed, the directory answers as a list of ports would`(_ seed: UInt64) throws {
        var random = Sequence(state: seed)
        var directory = NameDirectory()
        var model = Model()
        for _ in 0..<200 {
            switch Int.random(in: 0..<100, using: &random) {
            case 0:
                let network = Self.networks.randomElement(using: &random) ?? "n1"
                directory.forget(network: network)
                model.ports = model.ports.filter { $0.value.network != network }
            case 1...2:
                let kept = Set((0..<80).map { "p\($0)" }.filter { _ in Bool.random(using: &random) })
                directory.removeAll(except: kept)
                model.ports = model.ports.filter { kept.contains($0.key) }
            case 3..<40:
                let id = "p\(Int.random(in: 0..<80, using: &random))"
                directory.remove(port: id)
                model.ports[id] = nil
            default:
                let port = Self.port(&random)
                directory.set(port)
                model.ports[port.id] = port
            }
            try compare(directory, model, asked: Self.networks.shuffled(using: &random), &random)
        }
    }

    private func compare(
        _ directory: NameDirectory, _ model: Model, asked networks: [String], _ random: inout some RandomNumberGenerator
    ) throws {
        let asked = networks.map { (id: $0, name: $0) }
        let rotation = Int.random(in: .min ... .max, using: &random)
        for name in ["ALL", "c1", "c\(Int.random(in: 0..<6, using: &random))"] {
            for (type, version) in [(DNSQuery.a, IPVersion.v4), (DNSQuery.aaaa, .v6)] {
                let answer = try directory.ask(name, type: type, in: asked, rotation: rotation)
                #expect(answer.map(Set.init) == model.addresses(of: name, in: networks, version))
                #expect(answer?.count == answer.map { Set($0).count })
                let whole = try directory.ask(name + ".n2", type: type, in: asked, rotation: rotation)
                #expect(whole.map(Set.init) == model.addresses(of: name, in: ["n2"], version))
            }
        }
        let address = IPAddress(.v4, bits: 0x0a00_0000 + UInt128.random(in: 1...60, using: &random))
        let name = address.octets.reversed().map(String.init).joined(separator: ".") + ".in-addr.arpa"
        let answer = try directory.ask(name, type: DNSQuery.ptr, in: asked)
        let containers = model.containers(with: address, in: networks)
        #expect((answer == nil) == (containers == nil))
        for container in answer ?? [] { #expect(containers?.contains(container.lowercased()) == true) }
        let listed = directory.names(in: "n1").map { $0.name.lowercased() }
        let expected = Set(model.ports.values.filter { $0.network == "n1" }.flatMap(\.names).map { $0.lowercased() })
        #expect(listed == expected.sorted())
    }

    /// splitmix64: a run can be repeated from its seed.
    struct Sequence: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state &+= 0x9e37_79b9_7f4a_7c15
            var mixed = state
            mixed = (mixed ^ mixed >> 30) &* 0xbf58_476d_1ce4_e5b9
            mixed = (mixed ^ mixed >> 27) &* 0x94d0_49bb_1331_11eb
            return mixed ^ mixed >> 31
        }
    }
}
