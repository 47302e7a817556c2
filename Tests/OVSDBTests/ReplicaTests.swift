import TestServers
import Testing

@testable import OVSDB

private func thing(_ number: UInt8, _ name: String, tags: [String] = []) -> Thing {
    var thing = Thing(id: id(number))
    thing.name = name
    thing.tags = tags
    return thing
}

@Suite struct ReplicaTests {
    @Test func `planned changes are seen in the rows and in the indexes, and leave the original alone`() throws {
        let empty = Replica(of: [Thing.table])
        let one = try empty.applying([.insert(thing(1, "a", tags: ["x"])), .insert(thing(2, "a"))])
        #expect(empty[Thing.self].isEmpty)
        #expect(one[Thing.self].count == 2)
        #expect(Set(one.rows(Thing.byName, "a").map(\.id)) == [id(1), id(2)])
        #expect(one.count(Thing.byName, "a") == 2)
        #expect(one.first(Thing.byTag, "x")?.id == id(1))

        var renamed = thing(1, "b")
        renamed.number = 7
        let two = try one.applying([
            .update(renamed, columns: [.name]), .mutate(Thing.self, id(1), .insert(into: .tags, ["w", "x", "y"])),
            .mutate(Thing.self, id(1), .put(.keys, ["k": "1", "l": "2"])),
            .mutate(Thing.self, id(1), .removeKeys(.keys, ["l", "m"])), .delete(Thing.self, id(2)),
            .update(in: "Thing", where: [.id(id(1))], row: ["flag": true]),
            .mutate(
                in: "Thing", where: [.id(id(1))],
                mutations: [Mutation("number", .add, 3), Mutation("number", .multiply, 5)]),
        ])
        var expected = thing(1, "b", tags: ["w", "x", "y"])
        expected.number = 15
        expected.keys = ["k": "1"]
        expected.flag = true
        #expect(Array(two[Thing.self]) == [expected])
        #expect(two.rows(Thing.byName, "a") == [])
        #expect(two.rows(Thing.byTag, "y") == [expected])
        #expect(one.rows(Thing.byTag, "y") == [])
        let three = try two.applying([.mutate(Thing.self, id(1), .delete(from: .tags, ["x", "q"]))])
        #expect(three[Thing.self][id(1)]?.tags == ["w", "y"])
        #expect(three.rows(Thing.byTag, "x") == [])
    }

    @Test func `columns and tables that are not replicated are left alone`() throws {
        let replica = Replica(of: [MonitoredTable(Thing.self, excluding: [.tags])])
        let changed = try replica.applying([
            .insert(thing(1, "a")), .mutate(Thing.self, id(1), .insert(into: .tags, ["x"])),
            .insert(into: "Else", id: id(2), row: [:]), .delete(from: "Else", where: [.id(id(2))]),
        ])
        #expect(changed[Thing.self].only == thing(1, "a"))
    }

    @Test func `what cannot be foreseen is refused`() {
        let replica = Replica(of: [Thing.table])
        let unforeseeable: [OVSDB.Operation] = [
            .insert(into: "Thing", row: [:]), .delete(from: "Thing", where: [Condition("name", .equal, "a")]),
            .update(in: "Thing", where: [], row: [:]), .abort,
        ]
        for operation in unforeseeable {
            #expect(throws: OVSDBError.self) { try replica.applying([operation]) }
        }
    }

    @Test func `indexes follow a thousand random changes of a table that was loaded at once`() throws {
        var generator = Seeded(4)
        let names = ["a", "b", "c", "d"]
        var initial = ""
        for number in 0..<100 {
            let name = names[number % 4]
            initial +=
                (number == 0 ? "" : ",")
                + #""\#(id(UInt8(number)))":{"initial":{"name":"\#(name)","tags":["set",["\#(name)","t"]]}}"#
        }
        let zero = RowID.zero
        var replica = Dialogue.synchronized(monitorReply: #"[false,"\#(zero)",{"Thing":{\#(initial)}}]"#).session.memory
            .replica
        #expect(replica.count(Thing.byTag, "t") == 100)
        for round in 0..<1000 {
            let number = UInt8.random(in: 0..<120, using: &generator)
            let name = names.randomElement(using: &generator)!
            let tags = names.filter { _ in Bool.random(using: &generator) }
            let operation: OVSDB.Operation =
                Int.random(in: 0..<4, using: &generator) == 0
                ? .delete(Thing.self, id(number)) : .insert(thing(number, name, tags: tags))
            replica = try replica.applying([operation])
            guard round % 50 == 0 else { continue }
            for name in names {
                let all = replica[Thing.self].filter { $0.name == name }.map(\.id)
                #expect(Set(replica.rows(Thing.byName, name).map(\.id)) == Set(all))
                #expect(replica.count(Thing.byName, name) == all.count)
                let tagged = replica[Thing.self].filter { $0.tags.contains(name) }.map(\.id)
                #expect(Set(replica.rows(Thing.byTag, name).map(\.id)) == Set(tagged))
                #expect(replica.numbers(Thing.byNumber, name) == tagged.map { UInt128($0.low) }.sorted())
            }
        }
    }
}
