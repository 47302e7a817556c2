package import Deadlines
package import JSONCoding
package import NetAddress

// Values that need no escapes.
extension JSONWriter {
    package mutating func value<Resource>(_ id: ID<Resource>) {
        quoted { text in id.forEachCharacter { text.append($0) } }
    }

    package mutating func value(_ time: Timestamp) {
        quoted { text in time.forEachCharacter { text.append($0) } }
    }

    package mutating func value(_ address: IPAddress) {
        switch address {
        case .v4(let address):
            separate()
            bytes.append(UInt8(ascii: "\""))
            for shift in [UInt32(24), 16, 8, 0] {
                integer(Int64(address.bits >> shift & 255))
                if shift > 0 { bytes.append(UInt8(ascii: ".")) }
            }
            bytes.append(UInt8(ascii: "\""))
        case .v6(let address): quoted { $0.append(contentsOf: address.description.utf8) }
        }
    }

    package mutating func value(_ mac: MACAddress) {
        quoted { text in
            for shift in stride(from: UInt64(40), through: 0, by: -8) {
                text.append(UInt8.hexDigit(mac.bits >> (shift + 4)))
                text.append(UInt8.hexDigit(mac.bits >> shift))
                if shift > 0 { text.append(UInt8(ascii: ":")) }
            }
        }
    }
}
