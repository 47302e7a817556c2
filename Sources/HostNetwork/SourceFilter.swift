import NetAddress
import Netlink

/// What lets a container send from its own addresses only: IPv4, IPv6 and ARP. Everything else that it sends to its bridge is dropped.
enum SourceFilter {
    /// More than an interface of the engine's has.
    private static let limit = 16

    static func program(for addresses: [IPAddress]) -> FilterProgram {
        let addresses = addresses.sorted { $0.bits < $1.bits }.prefix(limit)
        let four = addresses.filter { $0.version == .v4 }.map(words)
        let six = addresses.filter { $0.version == .v6 }.map(words)
        // A host that asks whether an address is free has none yet (RFC 5227 §2.1.1, RFC 4862 §5.4.2).
        let kinds: [(type: UInt32, accept: FilterProgram)] = [
            (0x0800, accept(four, at: 26)), (0x0806, accept(four + [[0]], at: 28)),
            (0x86dd, accept([[0xfe80_0000, 0]] + six + [[0, 0, 0, 0]], at: 22)),
        ]
        var program = FilterProgram()
        program.load16(12)
        for (type, accept) in kinds {
            program.skip(ifNot: accept.count, to: type)
            program.append(accept)
        }
        program.drop()
        return program
    }

    /// Lets go on what begins with one of these at an offset, and drops the rest.
    private static func accept(_ beginnings: [[UInt32]], at offset: UInt32) -> FilterProgram {
        var program = FilterProgram()
        for words in beginnings {
            for (index, word) in words.enumerated() {
                program.load32(offset + 4 * UInt32(index))
                program.skip(ifNot: 2 * (words.count - index - 1) + 1, to: word)
            }
            program.goOn()
        }
        program.drop()
        return program
    }

    private static func words(_ address: IPAddress) -> [UInt32] {
        stride(from: address.version.width - 32, through: 0, by: -32).map {
            UInt32(truncatingIfNeeded: address.bits >> UInt128($0))
        }
    }
}
