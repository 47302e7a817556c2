import OVSDB
import Testing

@Suite struct CoalescingTests {
    private let row = RowID.random()
    private let elements = (0..<4).map { _ in RowID.random() }

    private func mutation(_ mutator: Mutation.Mutator, _ element: Int, column: String = "ports") -> OVSDB.Operation {
        .mutateRow(in: "T", id: row, mutations: [Mutation(column, mutator, .uuids([elements[element]]))])
    }

    private func mutations(_ operations: [OVSDB.Operation]) -> [[Mutation]] {
        operations.compactMap { if case .mutateRow(_, _, let mutations) = $0 { mutations } else { nil } }
    }

    @Test func `insertions into one set become one`() {
        let result = [
            mutation(.insert, 0), .comment("between"), mutation(.insert, 1), mutation(.insert, 2, column: "acls"),
            mutation(.insert, 3),
        ].coalesced()
        #expect(result.count == 3)
        #expect(
            mutations(result) == [
                [Mutation("ports", .insert, .uuids([elements[0], elements[1], elements[3]]))],
                [Mutation("acls", .insert, .uuids([elements[2]]))],
            ])
    }

    @Test func `an insertion does not pass a deletion`() {
        let result = [mutation(.insert, 0), mutation(.delete, 0), mutation(.insert, 0), mutation(.insert, 1)]
            .coalesced()
        #expect(result.count == 3)
        #expect(mutations(result)[2] == [Mutation("ports", .insert, .uuids([elements[0], elements[1]]))])
    }

    @Test func `an insertion does not pass an update by condition`() {
        let update = OVSDB.Operation.update(in: "T", where: [.id(row)], row: ["ports": .set([])])
        #expect([mutation(.insert, 0), update, mutation(.insert, 1)].coalesced().count == 3)
    }
}
