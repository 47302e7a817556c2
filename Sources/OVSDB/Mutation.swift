/// A change of one column relative to its value (RFC 7047 §5.1 `<mutation>`).
public struct Mutation: Hashable, Sendable {
    /// RFC 7047 §5.1 `<mutator>`.
    public enum Mutator: String, Hashable, Sendable {
        case add = "+="
        case subtract = "-="
        case multiply = "*="
        case divide = "/="
        case remainder = "%="
        /// Elements into a set, or pairs into a map, where a key that is already there keeps its value.
        case insert
        /// Elements out of a set; pairs, or every pair whose key is in a set, out of a map.
        case delete
    }

    /// The column's name in the schema.
    public let column: String
    /// What is done.
    public let mutator: Mutator
    /// The operand, on the right.
    public let value: Value

    /// As in `["vlan", "+=", 1]`.
    public init(_ column: String, _ mutator: Mutator, _ value: Value) {
        self.column = column
        self.mutator = mutator
        self.value = value
    }

    /// What the column's value is after the mutation.
    func applied(to old: Value) throws -> Value {
        switch (mutator, old) {
        case (.insert, .map(let pairs)):
            let keys = Set(pairs.map(\.key))
            return .map(pairs + (value.pairs ?? []).filter { !keys.contains($0.key) })
        case (.delete, .map(let pairs)):
            if let gone = value.pairs, !gone.isEmpty { return .map(pairs.filter { !gone.contains($0) }) }
            let keys = Set(value.elements ?? [])
            return .map(pairs.filter { !keys.contains($0.key) })
        case (.insert, _):
            let elements = old.elements ?? []
            return .set(elements + (value.elements ?? []).filter { !elements.contains($0) })
        case (.delete, _):
            let gone = Set(value.elements ?? [])
            return .set((old.elements ?? []).filter { !gone.contains($0) })
        case (_, .atom(.integer(let number))):
            guard case .atom(.integer(let operand)) = value else { throw unsupported }
            return .atom(.integer(try integer(number, operand)))
        case (_, .atom(.real(let number))):
            guard case .atom(.real(let operand)) = value else { throw unsupported }
            switch mutator {
            case .add: return .atom(.real(number + operand))
            case .subtract: return .atom(.real(number - operand))
            case .multiply: return .atom(.real(number * operand))
            case .divide where operand != 0: return .atom(.real(number / operand))
            default: throw unsupported
            }
        default: throw unsupported
        }
    }

    private func integer(_ number: Int64, _ operand: Int64) throws -> Int64 {
        let (result, overflowed) =
            switch mutator {
            case .add: number.addingReportingOverflow(operand)
            case .subtract: number.subtractingReportingOverflow(operand)
            case .multiply: number.multipliedReportingOverflow(by: operand)
            case .divide: number.dividedReportingOverflow(by: operand)
            default: number.remainderReportingOverflow(dividingBy: operand)
            }
        if overflowed { throw OVSDBError(.rejected, "mutation of \(column) overflows or divides by zero") }
        return result
    }

    private var unsupported: OVSDBError {
        OVSDBError(.unsupported, "mutation '\(mutator.rawValue)' of \(column) does not fit the column's type")
    }
}

/// Which rows an operation means (RFC 7047 §5.1 `<condition>`).
public struct Condition: Hashable, Sendable {
    /// RFC 7047 §5.1 `<function>`.
    public enum Function: String, Hashable, Sendable {
        case lessThan = "<"
        case lessOrEqual = "<="
        case equal = "=="
        case notEqual = "!="
        case greaterOrEqual = ">="
        case greaterThan = ">"
        case includes
        case excludes
    }

    /// The column's name in the schema.
    public let column: String
    /// How the column is compared with ``value``.
    public let function: Function
    /// The operand, on the right.
    public let value: Value

    /// As in `["name", "==", "ls0"]`.
    public init(_ column: String, _ function: Function, _ value: Value) {
        self.column = column
        self.function = function
        self.value = value
    }

    /// The row with this id.
    public static func id(_ id: RowID) -> Condition { Condition("_uuid", .equal, .uuid(id)) }
}

/// Changes of one row of `R`, for `Operation.mutate(_:_:_:)`.
public struct RowMutation<R: Row>: Sendable {
    let mutations: [Mutation]

    /// Adds elements to a set; those already there stay as they are.
    public static func insert<A: AtomValue & Comparable>(into column: Column<R, [A]>, _ elements: [A]) -> RowMutation {
        RowMutation(mutations: [Mutation(column.name, .insert, .set(elements.map { $0.atom }))])
    }

    /// Takes elements out of a set; those not there do no harm.
    public static func delete<A: AtomValue & Comparable>(from column: Column<R, [A]>, _ elements: [A]) -> RowMutation {
        RowMutation(mutations: [Mutation(column.name, .delete, .set(elements.map { $0.atom }))])
    }

    /// Sets pairs of a map and leaves its other keys alone. RFC 7047's `insert` keeps the value of a key that is already there, so the
    /// keys are deleted first.
    public static func put(_ column: Column<R, StringMap>, _ pairs: StringMap) -> RowMutation {
        RowMutation(mutations: [
            Mutation(column.name, .delete, .strings(pairs.keys)), Mutation(column.name, .insert, pairs.value),
        ])
    }

    /// Removes keys of a map; those not there do no harm.
    public static func removeKeys(_ column: Column<R, StringMap>, _ keys: [String]) -> RowMutation {
        RowMutation(mutations: [Mutation(column.name, .delete, .strings(keys))])
    }

    /// Adds to a number.
    public static func add(_ column: Column<R, Int>, _ number: Int) -> RowMutation {
        RowMutation(mutations: [Mutation(column.name, .add, .atom(.integer(Int64(number))))])
    }
}
