/// Distinct values in no order that means something, each with how often it was added. Adding and removing take the same
/// time however many there are.
struct CountedList<Value: Hashable & Sendable>: Sendable {
    /// Each value once.
    private(set) var values: [Value] = []
    /// Where a value is. Empty while there are few: they are searched.
    private var positions: [Value: Int] = [:]
    /// How often a value was added but for the first time. Nearly always empty.
    private var repetitions: [Value: Int] = [:]

    private static var few: Int { 16 }

    mutating func add(_ value: Value) {
        guard position(of: value) == nil else {
            repetitions[value, default: 0] += 1
            return
        }
        values.append(value)
        if !positions.isEmpty {
            positions[value] = values.count - 1
        } else if values.count > Self.few {
            for (position, value) in values.enumerated() { positions[value] = position }
        }
    }

    /// Takes back one addition.
    mutating func remove(_ value: Value) {
        guard let position = position(of: value) else { return }
        if let more = repetitions[value] {
            repetitions[value] = more > 1 ? more - 1 : nil
            return
        }
        let last = values.removeLast()
        positions[value] = nil
        if position < values.count {
            values[position] = last
            if !positions.isEmpty { positions[last] = position }
        }
        // Not at once, so that a list which grows and shrinks by one is not searched and indexed in turn.
        if values.count <= Self.few / 2 { positions = [:] }
    }

    private func position(of value: Value) -> Int? {
        positions.isEmpty ? values.firstIndex(of: value) : positions[value]
    }
}
