import JSONCoding

/// A request other than a transaction that a client may make once it is connected (RFC 7047 §4.1, ovsdb-server(7) §4.1).
public enum Request: Hashable, Sendable {
    case listDatabases
    case getSchema(database: String)
    case getServerID
    case echo
    case setDatabaseChangeAware(Bool)
    /// The server answers whether the lock is owned already; `Session.Action.lock` tells when that changes.
    case lock(String)
    case steal(String)
    case unlock(String)
    /// Other conditions for a monitored table; nil: every row. Rows that no longer fit leave the replica before the reply is in.
    case setConditions(table: String, [Condition]?)

    var method: StaticString {
        switch self {
        case .listDatabases: "list_dbs"
        case .getSchema: "get_schema"
        case .getServerID: "get_server_id"
        case .echo: "echo"
        case .setDatabaseChangeAware: "set_db_change_aware"
        case .lock: "lock"
        case .steal: "steal"
        case .unlock: "unlock"
        case .setConditions: "monitor_cond_change"
        }
    }

    func encodeParameters(into writer: inout JSONWriter) {
        switch self {
        case .listDatabases, .getServerID, .echo: writer.raw("[]")
        case .getSchema(let name), .lock(let name), .steal(let name), .unlock(let name):
            writer.raw("[")
            writer.string(name)
            writer.raw("]")
        case .setDatabaseChangeAware(let isAware):
            writer.raw("[")
            writer.boolean(isAware)
            writer.raw("]")
        case .setConditions(let table, let conditions):
            writer.raw("[\"db\",\"db\",{")
            writer.string(table)
            writer.raw(":[{\"where\":")
            if let conditions { writer.conditions(conditions) } else { writer.raw("[true]") }
            writer.raw("}]}]")
        }
    }
}
