import Testing

@testable import OVSDB

@Suite struct ValueTests {
    @Test func `a row's id is read and written as text`() {
        let text = "0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0"
        #expect(RowID(text)?.description == text)
        #expect(RowID(text.uppercased())?.description == text)
        #expect(RowID(text)?.high == 0x0f1e_2d3c_4b5a_6978)
        for wrong in [
            "", String(text.dropLast()), text + "0", text.replacing("-", with: "0"), text.replacing("f", with: "g"),
        ] {
            #expect(RowID(wrong) == nil)
        }
        let random = RowID.random()
        #expect(random.high >> 12 & 15 == 4)
        #expect(random.low >> 62 == 2)
        #expect(RowID(random.description) == random)
        #expect(id(1) < id(2))
        #expect(RowID(high: 1, low: 0) > id(2))
    }

    @Test func `a map of strings keeps its keys in order, each once`() {
        var map: StringMap = ["b": "2", "a": "1"]
        #expect(Array(map.keys) == ["a", "b"])
        map["c"] = "3"
        map["a"] = "0"
        map["b"] = nil
        map["z"] = nil
        #expect(map == ["a": "0", "c": "3"])
        #expect(map["b"] == nil)
        #expect(map["b", default: "x"] == "x")
        map.put(["c": "4", "d": "5"])
        #expect(map.dictionary == ["a": "0", "c": "4", "d": "5"])
        #expect(StringMap(unordered: [.init(key: "a", value: ""), .init(key: "a", value: "")]) == nil)
    }

    @Test func `operations are written as the protocol has them`() {
        var thing = Thing(id: id(1))
        thing.name = "a\"b"
        thing.tags = ["x", "y"]
        thing.keys = ["k": "é\n"]
        thing.parts = [id(2)]
        let one = "00000000-0000-0000-8000-000000000001"
        let two = "00000000-0000-0000-8000-000000000002"
        let whereOne = #""where":[["_uuid","==",["uuid","\#(one)"]]]"#
        let operations: [(OVSDB.Operation, String)] = [
            (
                .insert(thing),
                #"{"op":"insert","table":"Thing","uuid":"\#(one)","row":{"name":"a\"b","tags":["set",["x","y"]],"parts":["uuid","\#(two)"],"keys":["map",[["k","é\n"]]]}}"#
            ),
            (
                .update(thing, columns: [.number, .tags]),
                #"{"op":"update","table":"Thing",\#(whereOne),"row":{"number":0,"tags":["set",["x","y"]]}}"#
            ),
            (
                .wait(thing, columns: [.name]),
                #"{"op":"wait","table":"Thing",\#(whereOne),"columns":["name"],"until":"==","rows":[{"name":"a\"b"}],"timeout":0}"#
            ),
            (.delete(Thing.self, id(1)), #"{"op":"delete","table":"Thing",\#(whereOne)}"#),
            (
                .mutate(Thing.self, id(1), .put(.keys, ["k": "v"]), .insert(into: .tags, ["z"])),
                #"{"op":"mutate","table":"Thing",\#(whereOne),"mutations":[["keys","delete",["set",["k"]]],["keys","insert",["map",[["k","v"]]]],["tags","insert",["set",["z"]]]]}"#
            ),
            (
                .insert(
                    into: "T", name: "n", row: ["b": 1, "a": true, "c": 1.5, "d": .atom(.namedUUID("m")), "e": "s"]),
                #"{"op":"insert","table":"T","uuid-name":"n","row":{"a":true,"b":1,"c":1.5,"d":["named-uuid","m"],"e":"s"}}"#
            ),
            (
                .select(from: "T", where: [Condition("a", .includes, .strings(["x"]))], columns: ["a"]),
                #"{"op":"select","table":"T","where":[["a","includes",["set",["x"]]]],"columns":["a"]}"#
            ),
            (
                .update(in: "T", where: [], row: ["a": .uuids([id(1)])]),
                #"{"op":"update","table":"T","where":[],"row":{"a":["set",[["uuid","\#(one)"]]]}}"#
            ),
            (
                .wait(on: "T", where: [], columns: ["a"], until: .notEqual, rows: [], timeout: .milliseconds(1500)),
                #"{"op":"wait","table":"T","where":[],"columns":["a"],"until":"!=","rows":[],"timeout":1500}"#
            ),
            (.commit(durable: true), #"{"op":"commit","durable":true}"#), (.abort, #"{"op":"abort"}"#),
            (.assert(lock: "l"), #"{"op":"assert","lock":"l"}"#),
        ]
        for (operation, text) in operations {
            #expect(String(decoding: operation.encoded, as: UTF8.self) == text)
        }
    }
}
