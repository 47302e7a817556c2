import Testing

@testable import OVSDB

private let first = "00000000-0000-0000-8000-000000000001"
private let second = "00000000-0000-0000-8000-000000000002"
private let zero = "00000000-0000-0000-0000-000000000000"

@Suite struct SessionTests {
    @Test func `the handshake asks for status and schema, then monitors what both sides know`() {
        var dialogue = Dialogue()
        let start = dialogue.session.start().map(Dialogue.describe)
        #expect(
            start == [
                #"send {"id":0,"method":"set_db_change_aware","params":[true]}"#,
                #"send {"id":1,"method":"monitor_cond","params":["_Server","_Server",{"Database":[{"columns":["name","model","connected","leader","cid","index"]}]}]}"#,
                #"send {"id":2,"method":"get_schema","params":["Test"]}"#,
            ])
        #expect(dialogue.hear(#"{"id":0,"result":{},"error":null}"#) == [])
        #expect(dialogue.hear(#"{"id":2,"result":\#(Dialogue.schema),"error":null}"#) == [])
        #expect(
            dialogue.hear(#"{"id":1,"result":\#(Dialogue.status),"error":null}"#) == [
                #"send {"id":3,"method":"monitor_cond_since","params":["Test","db",{"Thing":[{"columns":["name","number","flag","owner","tags","parts","keys","counts"]}]},"\#(zero)"]}"#
            ])
        #expect(dialogue.session.isSynchronized == false)
        #expect(
            dialogue.hear(#"{"id":3,"result":[false,"\#(zero)",{}],"error":null}"#) == ["replaced", "synchronized"])
        #expect(dialogue.session.isSynchronized)
    }

    @Test func `columns and tables that the server does not know, or knows otherwise, are left out`() {
        var dialogue = Dialogue(
            memory: Session.Memory(of: [Thing.table, MonitoredTable(Missing.self)]))
        _ = dialogue.session.start()
        dialogue.hear(#"{"id":1,"result":\#(Dialogue.status),"error":null}"#)
        let schema =
            #"{"name":"Test","tables":{"Thing":{"columns":{"name":{"type":"string"},"number":{"type":"real"},"tags":{"type":{"key":"string","min":0,"max":5}},"flag":{"type":{"key":"boolean","min":0,"max":"unlimited"}}}}}}"#
        let answer = dialogue.hear(#"{"id":2,"result":\#(schema),"error":null}"#)
        #expect(answer.filter { $0.hasPrefix("warn") }.count == 7)
        #expect(answer.last?.contains(#"{"Thing":[{"columns":["name","tags"]}]}"#) == true)
    }

    @Test func `rows come, change by differences, and go`() {
        var dialogue = Dialogue.synchronized(
            monitorReply: #"""
                [false,"\#(zero)",{"Thing":{"\#(first)":{"initial":{"name":"a","tags":["set",["x","y"]],"keys":["map",[["k","1"],["l","2"]]],"flag":true,"parts":["uuid","\#(second)"],"counts":["map",[["n",1]]],"later":"?"}}},"Other":{"\#(first)":{"initial":{}}}}]
                """#)
        var thing = Thing(id: id(1))
        thing.name = "a"
        thing.tags = ["x", "y"]
        thing.keys = ["k": "1", "l": "2"]
        thing.flag = true
        thing.parts = [id(2)]
        thing.counts = ["n": 1]
        #expect(dialogue.things == [thing])

        let change =
            #"{"name":"b","tags":["set",["y","z"]],"keys":["map",[["k","1"],["l","3"],["m","4"]]],"flag":["set",[]],"owner":["uuid","\#(second)"],"counts":["map",[["n",1],["o",2]]]}"#
        #expect(
            dialogue.hear(
                #"{"id":null,"method":"update3","params":["db","\#(second)",{"Thing":{"\#(first)":{"modify":\#(change)}}}]}"#
            )
                == ["changed 1"])
        thing.name = "b"
        thing.tags = ["x", "z"]
        thing.keys = ["l": "3", "m": "4"]
        thing.flag = nil
        thing.owner = id(2)
        thing.counts = ["o": 2]
        #expect(dialogue.things == [thing])
        #expect(dialogue.session.memory.replica.rows(Thing.byName, "b") == [thing])
        #expect(dialogue.session.memory.replica.rows(Thing.byName, "a") == [])
        #expect(dialogue.session.memory.replica.rows(Thing.byTag, "z") == [thing])
        #expect(dialogue.session.memory.lastTransaction == id(2))

        #expect(
            dialogue.hear(
                #"{"id":null,"method":"update2","params":["db",{"Thing":{"\#(first)":{"delete":null},"\#(second)":{"insert":{}}}}]}"#
            )
                == ["changed 2"])
        #expect(dialogue.things == [Thing(id: id(2))])
        #expect(dialogue.session.memory.replica.rows(Thing.byTag, "z") == [])
    }

    @Test func `updates before the monitor's reply are held back`() {
        var dialogue = Dialogue()
        _ = dialogue.session.start()
        dialogue.hear(
            #"{"id":1,"result":\#(Dialogue.status),"error":null}{"id":2,"result":\#(Dialogue.schema),"error":null}"#)
        #expect(
            dialogue.hear(
                #"{"id":null,"method":"update3","params":["db","\#(zero)",{"Thing":{"\#(first)":{"modify":{"name":"late"}}}}]}"#
            )
                == [])
        #expect(
            dialogue.hear(
                #"{"id":3,"result":[false,"\#(zero)",{"Thing":{"\#(first)":{"initial":{"name":"early"}}}}],"error":null}"#
            )
                == ["replaced", "changed 1", "synchronized"])
        #expect(dialogue.things.map(\.name) == ["late"])
    }

    @Test func `a server that does not know a way to monitor is asked for an older one`() {
        var dialogue = Dialogue()
        _ = dialogue.session.start()
        dialogue.hear(#"{"id":0,"error":"unknown method"}{"id":1,"error":{"error":"unknown database"},"result":null}"#)
        dialogue.hear(#"{"id":2,"result":\#(Dialogue.schema),"error":null}"#)
        #expect(
            dialogue.hear(#"{"id":3,"error":"unknown method"}"#)[0].contains(#""monitor_cond","params":["Test","db""#))
        #expect(dialogue.hear(#"{"id":4,"error":"unknown method"}"#)[0].contains(#""monitor","params":["Test","db""#))
        #expect(
            dialogue.hear(#"{"id":5,"result":{"Thing":{"\#(first)":{"new":{"name":"a","number":1}}}},"error":null}"#)
                == ["replaced", "synchronized"])
        #expect(dialogue.things.map(\.number) == [1])
        let update =
            #"{"Thing":{"\#(first)":{"old":{"name":"a"},"new":{"name":"b","number":1}},"\#(second)":{"new":{}}}}"#
        #expect(dialogue.hear(#"{"id":null,"method":"update","params":["db",\#(update)]}"#) == ["changed 2"])
        #expect(dialogue.things.map(\.name) == ["b", ""])
        #expect(
            dialogue.hear(
                #"{"id":null,"method":"update","params":["db",{"Thing":{"\#(first)":{"old":{"name":"b"}}}}]}"#)
                == ["changed 1"])
        #expect(dialogue.things.map(\.id) == [id(2)])
    }

    @Test func `after a reconnect the replica is continued if the server can, else replaced`() {
        let before = Dialogue.synchronized(
            monitorReply: #"[false,"\#(second)",{"Thing":{"\#(first)":{"initial":{"name":"a"}}}}]"#)
        let resumed = Dialogue.synchronized(
            monitorReply: #"[true,"\#(second)",{"Thing":{"\#(second)":{"insert":{"name":"b"}}}}]"#,
            memory: before.session.memory)
        #expect(resumed.things.map(\.name) == ["a", "b"])
        let replaced = Dialogue.synchronized(
            monitorReply: #"[false,"\#(second)",{"Thing":{"\#(second)":{"initial":{"name":"b"}}}}]"#,
            memory: before.session.memory)
        #expect(replaced.things.map(\.name) == ["b"])
        #expect(replaced.session.memory.replica.rows(Thing.byName, "a") == [])
    }

    @Test(arguments: [
        (#""model":"clustered","connected":false,"leader":true"#, "no contact with the cluster"),
        (#""model":"clustered","connected":true,"leader":false"#, "not the leader"),
    ])
    func `a server that cannot serve the cluster is left`(status: String, cause: String) {
        var dialogue = Dialogue()
        _ = dialogue.session.start()
        dialogue.hear(#"{"id":2,"result":\#(Dialogue.schema),"error":null}"#)
        let answer = dialogue.hear(
            #"{"id":1,"result":{"Database":{"\#(first)":{"initial":{"name":"Test",\#(status)}}}},"error":null}"#)
        #expect(answer.count == 1)
        #expect(answer[0].hasPrefix("close unreachable"))
        #expect(answer[0].contains(cause))
    }

    @Test func `a leader that is deposed is left, and what was in flight is unknown`() {
        var dialogue = Dialogue()
        _ = dialogue.session.start()
        dialogue.hear(#"{"id":2,"result":\#(Dialogue.schema),"error":null}"#)
        dialogue.hear(
            #"{"id":1,"result":{"Database":{"\#(first)":{"initial":{"name":"Test","model":"clustered","connected":true,"leader":true,"index":7}}}},"error":null}"#
        )
        dialogue.hear(#"{"id":3,"result":[false,"\#(zero)",{}],"error":null}"#)
        #expect(dialogue.session.memory.minimumIndex == 7)
        _ = dialogue.session.transact([.delete(from: "Thing", where: [])], call: 9)
        let answer = dialogue.hear(
            #"{"id":null,"method":"update2","params":["_Server",{"Database":{"\#(first)":{"modify":{"leader":false}}}}]}"#
        )
        #expect(answer.count == 2)
        #expect(answer[0].hasPrefix("finish 9: unknown outcome: connection lost while the transaction was in flight"))
        #expect(answer[1].hasPrefix("close unreachable"))
    }

    @Test func `a server behind what was seen is left`() {
        var memory = Session.Memory(of: [Thing.table])
        memory.minimumIndex = 8
        var dialogue = Dialogue(memory: memory)
        _ = dialogue.session.start()
        dialogue.hear(#"{"id":2,"result":\#(Dialogue.schema),"error":null}"#)
        let answer = dialogue.hear(
            #"{"id":1,"result":{"Database":{"\#(first)":{"initial":{"name":"Test","model":"clustered","connected":true,"leader":true,"index":7}}}},"error":null}"#
        )
        #expect(answer.first?.contains("out of date") == true)
    }

    @Test func `a database that is not there is said so`() {
        var dialogue = Dialogue()
        _ = dialogue.session.start()
        dialogue.hear(#"{"id":1,"result":\#(Dialogue.status.replacing("Test", with: "Else")),"error":null}"#)
        let answer = dialogue.hear(
            #"{"id":2,"error":{"error":"unknown database","details":"get_schema request specifies unknown database Test"}}"#
        )
        #expect(answer.count == 1)
        #expect(answer[0].contains("unknown database Test"))
    }

    @Test func `an echo is answered with what it carries`() {
        var dialogue = Dialogue.synchronized()
        #expect(
            dialogue.hear(#"{"id":"echo","method":"echo","params":[1,{"b":null,"a":"é"}]}"#) == [
                #"send {"id":"echo","result":[1,{"a":"é","b":null}],"error":null}"#
            ])
    }

    @Test func `locks are told`() {
        var dialogue = Dialogue.synchronized()
        #expect(
            dialogue.session.send(.lock("l"), call: 1).map(Dialogue.describe) == [
                #"send {"id":4,"method":"lock","params":["l"]}"#
            ])
        #expect(dialogue.hear(#"{"id":4,"result":{"locked":false},"error":null}"#) == [#"finish 1: {"locked":false}"#])
        #expect(dialogue.hear(#"{"id":null,"method":"locked","params":["l"]}"#) == ["lock l true"])
        #expect(dialogue.hear(#"{"id":null,"method":"stolen","params":["l"]}"#) == ["lock l false"])
    }

    @Test func `requests are written as the protocol has them`() {
        var dialogue = Dialogue.synchronized()
        let requests: [(Request, String)] = [
            (.listDatabases, #""method":"list_dbs","params":[]"#),
            (.getSchema(database: "D"), #""method":"get_schema","params":["D"]"#),
            (.getServerID, #""method":"get_server_id","params":[]"#), (.echo, #""method":"echo","params":[]"#),
            (.setDatabaseChangeAware(false), #""method":"set_db_change_aware","params":[false]"#),
            (.steal("l"), #""method":"steal","params":["l"]"#), (.unlock("l"), #""method":"unlock","params":["l"]"#),
            (
                .setConditions(table: "Thing", [Condition("number", .greaterThan, 5)]),
                #""method":"monitor_cond_change","params":["db","db",{"Thing":[{"where":[["number",">",5]]}]}]"#
            ),
            (
                .setConditions(table: "Thing", nil),
                #""method":"monitor_cond_change","params":["db","db",{"Thing":[{"where":[true]}]}]"#
            ),
        ]
        for (index, (request, text)) in requests.enumerated() {
            #expect(
                dialogue.session.send(request, call: 0).map(Dialogue.describe) == ["send {\"id\":\(index + 4),\(text)}"]
            )
        }
        let transaction = dialogue.session.transact([.comment("c")], call: 5)
        #expect(
            transaction.map(Dialogue.describe) == [
                #"send {"id":13,"method":"transact","params":["Test",{"op":"comment","comment":"c"}]}"#
            ])
        #expect(
            dialogue.session.cancel(5).map(Dialogue.describe) == [
                #"send {"method":"cancel","params":[13],"id":null}"#
            ])
        #expect(dialogue.session.cancel(6).isEmpty)
    }

    @Test(arguments: [
        (#"[{},{"count":1}]"#, "finish 1: 2 results"),
        (#"[{"error":"timed out","details":"x"},null]"#, "finish 1: wait failed: timed out in operation 0: x"),
        (
            #"[{},{"error":"constraint violation","details":"x"}]"#,
            "finish 1: rejected: constraint violation in operation 1: x"
        ),
        (
            #"[{},{"count":1},{"error":"referential integrity violation"}]"#,
            "finish 1: rejected: referential integrity violation at commit"
        ),
        (#"[{},{"count":1},{"error":"I/O error"}]"#, "finish 1: not stored: I/O error at commit"),
    ])
    func `a transaction's outcome is told`(result: String, outcome: String) {
        var dialogue = Dialogue.synchronized()
        let operations: [OVSDB.Operation] = [
            .wait(Thing(id: id(1)), columns: [.name]), .mutate(Thing.self, id(1), .put(.keys, ["a": "b"])),
        ]
        _ = dialogue.session.transact(operations, call: 1)
        #expect(dialogue.hear(#"{"id":4,"result":\#(result),"error":null}"#) == [outcome])
    }

    @Test func `what is asked before the copy is complete is refused`() {
        var dialogue = Dialogue()
        let answer = dialogue.session.transact([], call: 3).map(Dialogue.describe)
        #expect(answer == ["finish 3: not sent: not connected to Test"])
    }

    @Test func `a converted database ends the session`() {
        var dialogue = Dialogue.synchronized()
        let answer = dialogue.hear(#"{"id":null,"method":"monitor_canceled","params":["db"]}"#)
        #expect(answer.count == 1)
        #expect(answer[0].hasPrefix("close unreachable"))
    }
}

/// A table that no server has.
private struct Missing: Row {
    let id: RowID
    static let tableName = "Missing"
    static let columns: [ColumnDescription] = []
    func modify<V: ColumnModifier>(_ position: Int, with visitor: inout V) throws {}
    func inspect<V: ColumnInspector>(_ position: Int, with visitor: inout V) {}
}
