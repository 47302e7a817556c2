/// A row of the server's own database `_Server`, table `Database` (ovsdb-server(5)): how one database is served.
struct DatabaseStatus: Row {
    let id: RowID
    var name = ""
    /// `standalone`, `clustered` or `relay`.
    var model = ""
    /// Whether the server is in contact with the cluster's majority.
    var connected = false
    var leader = false
    var clusterID: RowID?
    /// Grows with every change of a clustered database.
    var index: Int?

    init(id: RowID) { self.id = id }

    static let tableName = "Database"

    static let columns = [
        ColumnDescription("name", .scalar(.string)), ColumnDescription("model", .scalar(.string)),
        ColumnDescription("connected", .scalar(.boolean)), ColumnDescription("leader", .scalar(.boolean)),
        ColumnDescription("cid", .optional(.uuid)), ColumnDescription("index", .optional(.integer)),
    ]

    mutating func modify<V: ColumnModifier>(_ position: Int, with visitor: inout V) throws {
        switch position {
        case 0: try visitor.visit(&name)
        case 1: try visitor.visit(&model)
        case 2: try visitor.visit(&connected)
        case 3: try visitor.visit(&leader)
        case 4: try visitor.visit(&clusterID)
        case 5: try visitor.visit(&index)
        default: preconditionFailure("Database has no column \(position)")
        }
    }

    func inspect<V: ColumnInspector>(_ position: Int, with visitor: inout V) {
        switch position {
        case 0: visitor.visit(name)
        case 1: visitor.visit(model)
        case 2: visitor.visit(connected)
        case 3: visitor.visit(leader)
        case 4: visitor.visit(clusterID)
        case 5: visitor.visit(index)
        default: preconditionFailure("Database has no column \(position)")
        }
    }
}
