import Deadlines
import JSONCoding
import NetAddress
import Testing

@testable import NeutronAPI

/// Resources and requests to test with.
enum Sample {
    static let networkID = ID<Network>(literal: "11111111-1111-4111-8111-111111111111")
    static let subnetID = ID<Subnet>(literal: "22222222-2222-4222-8222-222222222222")

    static func id<Of>(_ number: Int, _ type: Of.Type = Of.self) -> ID<Of> {
        ID(high: 0x4000, low: 1 << 63 | UInt64(number))
    }

    static func standard(_ project: String = "admin", tags: [String] = []) -> StandardAttributes {
        StandardAttributes(
            projectID: project, description: "d", tags: tags, revision: 3, createdAt: Timestamp(seconds: 0),
            updatedAt: Timestamp(seconds: 60))
    }

    static func port(_ number: Int, name: String = "", tags: [String] = [], device: String = "") -> Port {
        guard let mac = MACAddress(bits: 0xfa16_3e00_0000 + UInt64(number)) else { preconditionFailure("\(number)") }
        return Port(
            id: id(number), networkID: networkID, name: name, standard: standard(tags: tags), status: .active,
            macAddress: mac,
            fixedIPs: [FixedIP(subnetID: subnetID, ipAddress: IPAddress(.v4, bits: 0x0a00_0000 + UInt128(number)))],
            deviceID: device)
    }

    /// The members of one created resource, and the error of a refused one.
    static func create<Of: Resource>(_ type: Of.Type, _ body: JSON) throws -> Of.Create {
        let request = NeutronRequest([Of.memberName: body])
        return try #require(try request.create(type, defaultProject: "admin").requests.first)
    }

    static func update<Of: Resource>(_ type: Of.Type, _ body: JSON) throws -> Of.Update {
        try NeutronRequest([Of.memberName: body]).update(type)
    }

    static func json<Of: Resource>(_ resource: Of, fields: [String] = []) throws -> JSON {
        var writer = JSONWriter()
        writer.member(resource, fields: fields)
        return try #require(try JSON(parsing: writer.bytes).object?[Of.memberName])
    }
}
