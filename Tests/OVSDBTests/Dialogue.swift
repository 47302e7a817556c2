import Testing

@testable import OVSDB

/// A small table that has a column of each kind.
struct Thing: Row {
    let id: RowID
    var name = ""
    var number = 0
    var flag: Bool?
    var owner: RowID?
    var tags: [String] = []
    var parts: [RowID] = []
    var keys = StringMap()
    var counts: [String: Int] = [:]

    init(id: RowID) { self.id = id }

    static let tableName = "Thing"
    static let columns = [
        ColumnDescription("name", .scalar(.string)), ColumnDescription("number", .scalar(.integer)),
        ColumnDescription("flag", .optional(.boolean)), ColumnDescription("owner", .optional(.uuid)),
        ColumnDescription("tags", .set(.string)), ColumnDescription("parts", .set(.uuid)),
        ColumnDescription("keys", .map(.string, .string)), ColumnDescription("counts", .map(.string, .integer)),
    ]

    mutating func modify<V: ColumnModifier>(_ position: Int, with visitor: inout V) throws {
        switch position {
        case 0: try visitor.visit(&name)
        case 1: try visitor.visit(&number)
        case 2: try visitor.visit(&flag)
        case 3: try visitor.visit(&owner)
        case 4: try visitor.visit(&tags)
        case 5: try visitor.visit(&parts)
        case 6: try visitor.visit(&keys)
        default: try visitor.visit(&counts)
        }
    }

    func inspect<V: ColumnInspector>(_ position: Int, with visitor: inout V) {
        switch position {
        case 0: visitor.visit(name)
        case 1: visitor.visit(number)
        case 2: visitor.visit(flag)
        case 3: visitor.visit(owner)
        case 4: visitor.visit(tags)
        case 5: visitor.visit(parts)
        case 6: visitor.visit(keys)
        default: visitor.visit(counts)
        }
    }

    static let byName = Index<Thing, String>.column(\.name, name: "name")
    static let byTag = Index<Thing, String>("tag", keys: { $0.tags })
    static let byNumber = OrderedIndex<Thing, String>("number", number: { UInt128($0.id.low) }, keys: { $0.tags })
    static let table = MonitoredTable(Thing.self).indexed(by: byName).indexed(by: byTag).indexed(by: byNumber)
}

extension Column where R == Thing, V == [String] { static var tags: Self { Self(position: 4) } }
extension Column where R == Thing, V == StringMap { static var keys: Self { Self(position: 6) } }
extension AnyColumn where R == Thing {
    static var name: Self { Self(position: 0) }
    static var number: Self { Self(position: 1) }
    static var tags: Self { Self(position: 4) }
    static var keys: Self { Self(position: 6) }
}

/// A session and what a test says to it.
struct Dialogue {
    var session: Session
    static let schema = #"""
        {"name":"Test","version":"1.0.0","tables":{"Thing":{"columns":{"name":{"type":"string"},"number":{"type":"integer"},"flag":{"type":{"key":"boolean","min":0}},"owner":{"type":{"key":"uuid","min":0}},"tags":{"type":{"key":"string","min":0,"max":"unlimited"}},"parts":{"type":{"key":"uuid","min":0,"max":"unlimited"}},"keys":{"type":{"key":"string","value":"string","min":0,"max":"unlimited"}},"counts":{"type":{"key":"string","value":"integer","min":0,"max":"unlimited"}},"later":{"type":"string"}}}}}
        """#
    static let status =
        #"{"Database":{"00000000-0000-4000-8000-0000000000aa":{"initial":{"name":"Test","model":"standalone","connected":true,"leader":true}}}}"#

    init(leaderOnly: Bool = true, memory: Session.Memory = Session.Memory(of: [Thing.table])) {
        session = Session(Session.Settings(database: "Test", leaderOnly: leaderOnly), memory: memory)
        session.recordsChanges = true
    }

    /// Opens the session and finishes the handshake with an empty table.
    static func synchronized(
        monitorReply: String = #"[false,"00000000-0000-0000-0000-000000000000",{}]"#, memory: Session.Memory? = nil
    ) -> Dialogue {
        var dialogue = memory.map { Dialogue(memory: $0) } ?? Dialogue()
        _ = dialogue.session.start()
        dialogue.hear(#"{"id":0,"result":{},"error":null}{"id":1,"result":\#(status),"error":null}"#)
        dialogue.hear(#"{"id":2,"result":\#(schema),"error":null}"#)
        dialogue.hear(#"{"id":3,"result":\#(monitorReply),"error":null}"#)
        return dialogue
    }

    /// What the session answers to bytes from the server, as text.
    @discardableResult
    mutating func hear(_ text: String) -> [String] { hear(Array(text.utf8)) }

    @discardableResult
    mutating func hear(_ bytes: [UInt8]) -> [String] {
        bytes.withUnsafeBytes { session.receive($0) }.map(Self.describe)
    }

    var things: [Thing] { session.memory.replica[Thing.self].sorted { $0.id < $1.id } }

    static func describe(_ action: Session.Action) -> String {
        switch action {
        case .send(let bytes): "send " + String(decoding: bytes, as: UTF8.self)
        case .changed(let changes): "changed \(changes.count)"
        case .replaced: "replaced"
        case .synchronized: "synchronized"
        case .finish(let call, .success(.transaction(let results))): "finish \(call): \(results.count) results"
        case .finish(let call, .success(.value(let value))): "finish \(call): \(value)"
        case .finish(let call, .failure(let error)): "finish \(call): \(error.code): \(error)"
        case .lock(let name, let isOwned): "lock \(name) \(isOwned)"
        case .warn(let text): "warn \(text)"
        case .close(let error): "close \(error.code): \(error)"
        }
    }
}

func id(_ number: UInt8) -> RowID { RowID(high: 0, low: 0x8000_0000_0000_0000 | UInt64(number)) }
