import Foundation
import JSONCoding
import OVSDB
import Testing

@testable import OVNModel

@Suite struct SchemaTests {
    /// Every generated table, by the schema it comes from.
    static let generated: [(file: String, rows: [any Row.Type])] = [
        (
            "ovn-nb.ovsschema",
            [
                Northbound.NBGlobal.self, Northbound.LogicalSwitch.self, Northbound.LogicalSwitchPort.self,
                Northbound.DHCPOptions.self, Northbound.ACL.self,
            ]
        ),
        (
            "ovn-sb.ovsschema",
            [
                Southbound.Chassis.self, Southbound.ChassisPrivate.self, Southbound.DHCPv6Options.self,
                Southbound.DatapathBinding.self,
            ]
        ),
        (
            "vswitch.ovsschema",
            [
                OpenVSwitch.Configuration.self, OpenVSwitch.Bridge.self, OpenVSwitch.Port.self,
                OpenVSwitch.Interface.self,
            ]
        ),
    ]

    @Test(arguments: generated.map(\.file))
    func `each generated table has the schema's columns with their types`(file: String) throws {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let data = try Data(contentsOf: folder.appending(path: "Schemas/\(file)"))
        let schema = try DatabaseSchema(try JSON(parsing: Array(data)))
        for row in try #require(Self.generated.first { $0.file == file }).rows {
            #expect(schema.table(row.tableName)?.columns == row.columns)
        }
    }

    @Test func `a column's position leads to its property`() {
        var port = Northbound.LogicalSwitchPort(id: .random())
        port.externalIDs = ["a": "b"]
        port.addresses = ["x"]
        let externalIDs: Column<Northbound.LogicalSwitchPort, StringMap> = .externalIDs
        #expect(externalIDs.value(in: port) == port.externalIDs)
        #expect(externalIDs.name == "external_ids")
        let addresses: AnyColumn<Northbound.LogicalSwitchPort> = .addresses
        #expect(addresses.name == "addresses")
    }

    /// What is not at its default is all that an insert sends.
    @Test func `a new row has every column at the schema's default`() {
        for row in Self.generated.flatMap(\.rows) {
            let text = String(decoding: OVSDB.Operation.insertRow(row.init(id: .zero)).encoded, as: UTF8.self)
            #expect(text.hasSuffix(",\"row\":{}}"), "\(text)")
        }
    }
}
