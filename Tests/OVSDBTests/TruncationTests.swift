import JSONCoding
import TestServers
import Testing

@testable import OVSDB

private let first = "00000000-0000-0000-8000-000000000001"
private let zero = "00000000-0000-0000-0000-000000000000"

/// One of each message that a server sends, beginning to end of a conversation.
private let messages: [String] = [
    #"{"id":0,"result":{},"error":null}"#,
    #"{"id":1,"result":\#(Dialogue.status),"error":null}"#,
    #"{"id":2,"result":\#(Dialogue.schema),"error":null}"#,
    #"{"id":3,"result":[false,"\#(zero)",{"Thing":{"\#(first)":{"initial":{"name":"a\"\\ é","tags":["set",["x","y"]],"keys":["map",[["k","1"]]],"flag":true,"number":-5}}}}],"error":null}"#,
    #"{"id":null,"method":"update3","params":["db","\#(zero)",{"Thing":{"\#(first)":{"modify":{"tags":["set",["y","z"]]}}}}]}"#,
    #"{"id":null,"method":"update2","params":["_Server",{"Database":{}}]}"#,
    #"{"id":"echo","method":"echo","params":[]}"#,
    #"{"id":4,"result":[{},{"count":1},{"uuid":["uuid","\#(first)"]},{"rows":[{"name":"a","set":["set",[1,2.5]],"map":["map",[["a",true]]],"_uuid":["uuid","\#(first)"]}]}],"error":null}"#,
    #"{"id":5,"result":null,"error":{"error":"unknown database","details":"x"}}"#,
    #"{"id":null,"method":"locked","params":["l"]}"#,
    #"{"params":["db","\#(zero)",{"Thing":{"\#(first)":{"delete":null}}}],"method":"update3","id":null}"#,
    #"{"error":null,"result":{"locked":true},"id":6}"#,
    #"{"id":null,"method":"stolen","params":["l"]}"#,
]

private func begun() -> Dialogue {
    var dialogue = Dialogue()
    _ = dialogue.session.start()
    return dialogue
}

/// Requests of the client that the messages answer.
private func ask(_ dialogue: inout Dialogue, before index: Int) {
    guard index == 7 else { return }
    let operations: [OVSDB.Operation] = [.comment(""), .comment(""), .comment(""), .comment("")]
    _ = dialogue.session.transact(operations, call: 1)
    _ = dialogue.session.send(.getSchema(database: "x"), call: 2)
    _ = dialogue.session.send(.lock("l"), call: 3)
}

@Suite struct TruncationTests {
    @Test func `a message cut anywhere does nothing until its end has come`() {
        for index in messages.indices {
            let bytes = Array(messages[index].utf8)
            for cut in 0..<bytes.count {
                var dialogue = begun()
                for earlier in 0..<index {
                    ask(&dialogue, before: earlier)
                    dialogue.hear(messages[earlier])
                }
                ask(&dialogue, before: index)
                var whole = dialogue
                #expect(dialogue.hear(Array(bytes[..<cut])) == [], "\(messages[index]) cut at \(cut)")
                #expect(dialogue.hear(Array(bytes[cut...])) == whole.hear(bytes), "\(messages[index]) cut at \(cut)")
            }
        }
    }

    @Test func `the pieces in which a conversation comes make no difference`() {
        var expected: [String] = []
        var dialogue = begun()
        for (index, message) in messages.enumerated() {
            ask(&dialogue, before: index)
            expected += dialogue.hear(message)
        }
        #expect(expected.count == 11)
        #expect(!expected.contains { $0.hasPrefix("close") })
        var generator = Seeded(3)
        for size in [1, 2, 3, 7, 64, 1000] {
            var dialogue = begun()
            var answers: [String] = []
            // What the client asks for must be asked for before the answers come.
            for part in [messages[..<7], messages[7...]] {
                if part.startIndex == 7 { ask(&dialogue, before: 7) }
                var bytes = Array(part.joined(separator: "\n").utf8)[...]
                while !bytes.isEmpty {
                    let count = min(bytes.count, Int.random(in: 1...size, using: &generator))
                    answers += dialogue.hear(Array(bytes.prefix(count)))
                    bytes.removeFirst(count)
                }
            }
            #expect(answers == expected)
        }
    }

    @Test func `a message whose text ends too early closes the connection with the byte at fault`() {
        for message in messages {
            let bytes = Array(message.utf8)
            for cut in 1..<bytes.count {
                #expect(throws: JSONSyntaxError.self) { try JSON(parsing: Array(bytes[..<cut])) }
            }
        }
        var dialogue = Dialogue.synchronized()
        let answer = dialogue.hear(
            #"{"id":null,"method":"update3","params":["db","\#(zero)",{"Thing":{"\#(first)":{"insert":{"name":]}}}}]}"#)
        #expect(answer.count == 1)
        #expect(answer[0].hasPrefix("close malformed: malformed json at byte "))
    }

    @Test(arguments: [
        "x", "[1]", #"{"id":1]"#, #"{"id":1,"id":2}"#, #"{"id":77,"result":1,"error":null}"#, #"{"method":"echo"}"#,
        "{}",
        #"{"id":null,"method":"update3","params":["db"]}"#, #"{"id":null,"method":"update3","params":["db","x",{}]}"#,
        #"{"id":null,"method":"update2","params":["who",{}]}"#, #"{"id":null,"method":"update2","params":["db",{},1]}"#,
        #"{"id":null,"method":"update2","params":["db",{"Thing":{"x":{"delete":null}}}]}"#,
        #"{"id":null,"method":"update2","params":["db",{"Thing":{"00000000-0000-0000-8000-000000000001":{}}}]}"#,
        #"{"id":null,"method":"update2","params":["db",{"Thing":{"00000000-0000-0000-8000-000000000001":{"modify":{}}}}]}"#,
        #"{"id":null,"method":"update2","params":["db",{"Thing":{"00000000-0000-0000-8000-000000000001":{"insert":{"name":1}}}}]}"#,
        #"{"id":null,"method":"update2","params":["db",{"Thing":{"00000000-0000-0000-8000-000000000001":{"insert":{"name":"a","name":"b"}}}}]}"#,
        #"{"id":null,"method":"update2","params":["db",{"Thing":{"00000000-0000-0000-8000-000000000001":{"insert":{"keys":["map",[["a","1"],["a","2"]]]}}}}]}"#,
        #"{"id":null,"method":"update2","params":["db",{"Thing":{"00000000-0000-0000-8000-000000000001":{"insert":{"number":99999999999999999999}}}}]}"#,
    ])
    func `what breaks the protocol closes the connection, and the replica stays as it was`(message: String) {
        var dialogue = Dialogue.synchronized(
            monitorReply:
                #"[false,"\#(zero)",{"Thing":{"00000000-0000-0000-8000-000000000009":{"initial":{"name":"kept"}}}}]"#)
        let answer = dialogue.hear(message)
        #expect(answer.last?.hasPrefix("close malformed") == true, "\(answer)")
        #expect(dialogue.things.map(\.name) == ["kept"])
        #expect(dialogue.hear("{}") == [])
    }

    @Test func `a message longer than the limit is refused before it is kept`() {
        var framer = MessageFramer(limit: 10)
        #expect(throws: OVSDBError.self) {
            try Array("{\"abcdefghij".utf8).withUnsafeBytes { try framer.receive($0) { _ in } }
        }
    }
}
