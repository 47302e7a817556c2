// Rooms: JSONCoding OVSDB
// Libraries: InternalCollectionsUtilities HashTreeCollections

import JSONCoding
import OVSDB

/// Whatever comes from a server's socket is understood or ends the session: it never crashes, and how it was cut makes no difference.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOVSDB(_ data: UnsafePointer<UInt8>, _ size: Int) -> CInt {
    let bytes = Array(UnsafeBufferPointer(start: data, count: size))
    if let value = try? JSON(parsing: bytes) {
        let text = value.description
        precondition(
            (try? JSON(parsing: Array(text.utf8))) == value, "reads differently when written again: \(text)")
    }
    // The first byte says where the rest is cut in two.
    guard let cut = bytes.first.map(Int.init) else { return 0 }
    let conversation = bytes.dropFirst()
    for isSynchronized in [false, true] {
        let whole = answers([Array(conversation)], isSynchronized)
        let halves = answers([Array(conversation.prefix(cut)), Array(conversation.dropFirst(cut))], isSynchronized)
        precondition(whole == halves, "cut at \(cut) it is understood as \(halves), whole as \(whole)")
    }
    return 0
}

/// What the session does, and what its replica is afterwards.
private func answers(_ parts: [[UInt8]], _ isSynchronized: Bool) -> [String] {
    var session = isSynchronized ? synchronized : started
    var actions: [Session.Action] = []
    if isSynchronized {
        actions += session.transact([.comment("a"), .delete(Thing.self, Thing.known)], call: 1)
        actions += session.send(.getSchema(database: "Test"), call: 2)
    }
    for part in parts { actions += part.withUnsafeBytes { session.receive($0) } }
    return actions.map(description) + session.memory.replica[Thing.self].map { "\($0)" }.sorted()
}

// Sessions hold a cache of strings and are not Sendable; libFuzzer calls from one thread.
private nonisolated(unsafe) let started: Session = {
    var session = Session(
        Session.Settings(database: "Test"),
        memory: Session.Memory(of: [MonitoredTable(Thing.self).indexed(by: Thing.byName)]))
    session.recordsChanges = true
    _ = session.start()
    return session
}()

private nonisolated(unsafe) let synchronized: Session = {
    var session = started
    for message in Thing.handshake { _ = Array(message.utf8).withUnsafeBytes { session.receive($0) } }
    precondition(session.isSynchronized)
    return session
}()

/// The same for equal actions, whatever the order in which a dictionary has its keys.
private func description(_ action: Session.Action) -> String {
    guard case .finish(let call, .success(.transaction(let results))) = action else {
        return String(describing: action)
    }
    let rows = results.map { $0.rows.map { row in row.sorted { $0.key < $1.key }.map { "\($0)" } } }
    return "\(call) \(results.map(\.count)) \(results.map(\.id)) \(rows)"
}

private struct Thing: Row {
    let id: RowID
    var name = ""
    var number = 0
    var flag: Bool?
    var parts: [RowID] = []
    var keys = StringMap()
    var ratio = 0.0

    init(id: RowID) { self.id = id }

    static let tableName = "T"
    static let columns = [
        ColumnDescription("n", .scalar(.string)), ColumnDescription("i", .scalar(.integer)),
        ColumnDescription("f", .optional(.boolean)), ColumnDescription("p", .set(.uuid)),
        ColumnDescription("k", .map(.string, .string)), ColumnDescription("r", .scalar(.real)),
    ]

    mutating func modify<V: ColumnModifier>(_ position: Int, with visitor: inout V) throws {
        switch position {
        case 0: try visitor.visit(&name)
        case 1: try visitor.visit(&number)
        case 2: try visitor.visit(&flag)
        case 3: try visitor.visit(&parts)
        case 4: try visitor.visit(&keys)
        default: try visitor.visit(&ratio)
        }
    }

    func inspect<V: ColumnInspector>(_ position: Int, with visitor: inout V) {
        switch position {
        case 0: visitor.visit(name)
        case 1: visitor.visit(number)
        case 2: visitor.visit(flag)
        case 3: visitor.visit(parts)
        case 4: visitor.visit(keys)
        default: visitor.visit(ratio)
        }
    }

    static let byName = Index<Thing, String>.column(\.name, name: "name")
    static let known = RowID(high: 0, low: 1)
    static let handshake = [
        #"{"id":0,"result":{},"error":null}{"id":1,"error":"unknown method"}"#,
        #"{"id":2,"result":{"name":"Test","tables":{"T":{"columns":{"n":{"type":"string"},"i":{"type":"integer"},"f":{"type":{"key":"boolean","min":0}},"p":{"type":{"key":"uuid","min":0,"max":"unlimited"}},"k":{"type":{"key":"string","value":"string","min":0,"max":"unlimited"}},"r":{"type":"real"}}}}},"error":null}"#,
        #"{"id":3,"result":[false,"\#(RowID.zero)",{"T":{"\#(known)":{"initial":{"n":"a","k":["map",[["a","b"]]]}}}}],"error":null}"#,
    ]
}
