import FoundationEssentials
import JSONCoding
import OVSDB

/// The tables of one database that are generated.
struct Selection {
    let schemaFile: String
    /// The enum in which the structs live, and the folder of their files.
    let namespace: String
    let tables: [String]

    static let all = [
        Selection(
            schemaFile: "ovn-nb.ovsschema", namespace: "Northbound",
            tables: [
                "NB_Global", "Logical_Switch", "Logical_Switch_Port", "DHCP_Options", "ACL", "DNS", "Port_Group",
                "Address_Set",
            ]),
        Selection(
            schemaFile: "ovn-sb.ovsschema", namespace: "Southbound",
            tables: [
                "Chassis", "Chassis_Private", "DHCPv6_Options", "Datapath_Binding", "SB_Global", "Connection", "Encap",
                "Port_Binding",
            ]),
        Selection(
            schemaFile: "vswitch.ovsschema", namespace: "OpenVSwitch",
            tables: ["Open_vSwitch", "Bridge", "Port", "Interface", "SSL"]),
    ]

    /// The Swift files by name.
    func files(schemaFolder: String) throws -> [(name: String, text: String)] {
        let data = try Data(contentsOf: URL(filePath: "\(schemaFolder)/\(schemaFile)"))
        let json = try JSON(parsing: Array(data))
        let schema = try DatabaseSchema(json)
        let header =
            "// Written by ovsdb-modelgen from \(schemaFile), \(schema.name) \(schema.version): do not edit.\n\n"
        var files = [
            (
                name: "\(namespace).swift",
                text: header + """
                    /// The rows of \(schema.name).
                    package enum \(namespace) {
                        /// The database's name in the protocol.
                        package static let databaseName = "\(schema.name)"
                    }

                    """
            )
        ]
        for name in tables {
            guard let table = schema.table(name), let details = json["tables"]?[name]?["columns"] else {
                throw OVSDBError(.schemaMismatch, "\(schemaFile) has no table \(name)")
            }
            let source = TableSource(table: table, details: details, namespace: namespace, database: schema.name)
            files.append((name: "\(source.typeName).swift", text: header + source.text))
        }
        return files
    }
}
