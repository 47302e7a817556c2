/// Which ports a key leads to. Nearly always that is one: it costs four bytes beside the key.
struct PortIndex<Key: Hashable & Sendable>: Sendable {
    private var single: [Key: PortSlot] = [:]
    private var shared: [Key: CountedList<PortSlot>] = [:]

    enum Ports {
        case one(PortSlot)
        case many([PortSlot])
    }

    subscript(key: Key) -> Ports? {
        if let slot = single[key] { return .one(slot) }
        guard !shared.isEmpty, let slots = shared[key] else { return nil }
        return .many(slots.values)
    }

    /// All of it, in no order.
    var keysAndSlots: [(Key, [PortSlot])] {
        single.map { ($0.key, [$0.value]) } + shared.map { ($0.key, $0.value.values) }
    }

    /// Adds a port that the key does not lead to yet. Returns the port that was alone with the key until now.
    @discardableResult mutating func add(_ slot: PortSlot, to key: Key) -> PortSlot? {
        if !shared.isEmpty, let place = shared.index(forKey: key) {
            shared.values[place].add(slot)
            return nil
        }
        guard let other = single[key] else {
            single[key] = slot
            return nil
        }
        single[key] = nil
        var slots = CountedList<PortSlot>()
        slots.add(other)
        slots.add(slot)
        shared[key] = slots
        return other
    }

    /// Removes a port that the key leads to. Returns whether that leaves one alone with it that was not before.
    @discardableResult mutating func remove(_ slot: PortSlot, from key: Key) -> Bool {
        guard !shared.isEmpty, let place = shared.index(forKey: key) else {
            single[key] = nil
            return false
        }
        shared.values[place].remove(slot)
        guard shared.values[place].values.count == 1, let last = shared.values[place].values.first else { return false }
        // With the spelling that the key has had.
        single[shared.keys[place]] = last
        shared.remove(at: place)
        return true
    }
}
