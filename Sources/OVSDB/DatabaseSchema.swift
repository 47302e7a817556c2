public import JSONCoding

/// A database's tables and columns (RFC 7047 §3.2 `<database-schema>`), as `get_schema` and `.ovsschema` files have them.
public struct DatabaseSchema: Hashable, Sendable {
    /// `OVN_Northbound`
    public let name: String
    /// `7.6.0`
    public let version: String
    /// Ascending by name.
    public let tables: [Table]

    /// RFC 7047 §3.2 `<table-schema>`, without constraints and indexes.
    public struct Table: Hashable, Sendable {
        /// `Logical_Switch`
        public let name: String
        /// In the order of the names.
        public let columns: [ColumnDescription]
        /// Whether rows live without a reference to them.
        public let isRoot: Bool

        /// Nil where the table has none of this name.
        public func column(_ name: String) -> ColumnDescription? { columns.first { $0.name == name } }
    }

    /// Reads a `<database-schema>`; throws `malformed`.
    public init(_ json: JSON) throws {
        guard let name = json["name"]?.string, let members = json["tables"]?.object else {
            throw OVSDBError(.malformed, "the schema has no name or no tables")
        }
        self.name = name
        version = json["version"]?.string ?? ""
        tables = try members.sorted { $0.key < $1.key }.map { try Table($0.key, $0.value) }
    }

    /// Nil where the database has none of this name.
    public func table(_ name: String) -> Table? { tables.first { $0.name == name } }
}

extension DatabaseSchema.Table {
    fileprivate init(_ name: String, _ json: JSON) throws {
        guard let members = json["columns"]?.object else {
            throw OVSDBError(.malformed, "table \(name) of the schema has no columns")
        }
        self.name = name
        isRoot = json["isRoot"]?.boolean ?? false
        columns = try members.sorted { $0.key < $1.key }.map { column, json in
            guard let type = json["type"].flatMap(ColumnType.init) else {
                throw OVSDBError(.malformed, "column \(column) of table \(name) has a type that is not understood")
            }
            return ColumnDescription(column, type)
        }
    }
}

extension ColumnType {
    /// Nil if `json` is no RFC 7047 §3.2 `<type>`.
    init?(_ json: JSON) {
        func atomic(_ json: JSON?) -> Atomic? {
            (json?.string ?? json?["type"]?.string).flatMap(Atomic.init(rawValue:))
        }
        if let scalar = json.string.flatMap(Atomic.init(rawValue:)) {
            self.init(scalar)
            return
        }
        guard let key = atomic(json["key"]) else { return nil }
        let value = json["value"].map { atomic($0) }
        if case .some(nil) = value { return nil }
        let maximum: Int
        switch json["max"] {
        case nil: maximum = 1
        case .string("unlimited"): maximum = .max
        case .integer(let number) where number > 0: maximum = Int(number)
        default: return nil
        }
        self.init(key, value ?? nil, minimum: Int(json["min"]?.integer ?? 1), maximum: maximum)
    }
}
