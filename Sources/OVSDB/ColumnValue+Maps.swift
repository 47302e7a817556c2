public import JSONCoding

extension JSONReader {
    /// Reads a map, handing each pair to `body` (RFC 7047 §5.1 `<map>`); an empty set is an empty map.
    mutating func forEachPair<K, V>(
        _ readKey: (inout JSONReader) throws -> K, _ readValue: (inout JSONReader) throws -> V,
        body: (K, V) throws -> Void
    ) throws {
        var tagged = try beginArray()
        try requireElement(&tagged)
        let tag = try readText()
        let isMap = matches(tag, "map")
        guard isMap || matches(tag, "set") else { throw malformed("expected a map") }
        try requireElement(&tagged)
        var pairs = try beginArray()
        while try nextElement(&pairs) {
            guard isMap else { throw malformed("expected a map") }
            var pair = try beginArray()
            try requireElement(&pair)
            let key = try readKey(&self)
            try requireElement(&pair)
            let value = try readValue(&self)
            try endArray(&pair)
            try body(key, value)
        }
        try endArray(&tagged)
    }
}

extension StringMap: ColumnValue {
    /// The empty map.
    public static var defaultValue: StringMap { StringMap() }

    /// Reads a `<map>`; a key given twice is malformed.
    public mutating func decode(from reader: inout JSONReader) throws {
        var pairs: [Pair] = []
        try reader.forEachPair {
            try $0.readSharedString()
        } _: {
            try $0.readSharedString()
        } body: { key, value in
            if pairs.isEmpty { pairs.reserveCapacity(8) }
            pairs.append(Pair(key: key, value: value))
        }
        guard let map = StringMap(unordered: pairs) else { throw reader.malformed("a key twice in the map before it") }
        self = map
    }

    /// A pair that is there with the same value is taken out; any other sets its key.
    public mutating func decodeDifference(from reader: inout JSONReader) throws {
        var difference = StringMap()
        try difference.decode(from: &reader)
        for pair in difference.pairs {
            if let value = self[pair.key], value.utf8.elementsEqual(pair.value.utf8) {
                self[pair.key] = nil
            } else {
                self[pair.key] = pair.value
            }
        }
    }

    /// `["map",[[key,value],…]]`, ascending by key.
    public func encode(into writer: inout JSONWriter) {
        writer.raw("[\"map\",[")
        for (index, pair) in pairs.enumerated() {
            writer.raw(index > 0 ? ",[" : "[")
            writer.string(pair.key)
            writer.raw(",")
            writer.string(pair.value)
            writer.raw("]")
        }
        writer.raw("]]")
    }

    /// Throws `schemaMismatch` for another type.
    public init(_ value: OVSDB.Value) throws {
        guard let pairs = value.pairs else { throw OVSDBError(.schemaMismatch, "\(value) is no map") }
        var map = StringMap()
        for pair in pairs {
            guard case .string(let key) = pair.key, case .string(let text) = pair.value else {
                throw OVSDBError(.schemaMismatch, "\(value) is no map from string to string")
            }
            map[key] = text
        }
        self = map
    }

    /// A `.map`, ascending by key.
    public var value: OVSDB.Value { .map(pairs.map { AtomPair(.string($0.key), .string($0.value)) }) }

    /// Has the effect of a mutation without a detour over `value`: maps of rows are changed a key at a time, and often.
    public mutating func apply(_ mutation: Mutation) throws {
        switch (mutation.mutator, mutation.value) {
        case (.insert, .map(let pairs)):
            for case (.string(let key), .string(let text)) in pairs.lazy.map({ ($0.key, $0.value) })
            where self[key] == nil {
                self[key] = text
            }
        case (.delete, .set(let keys)):
            for case .string(let key) in keys { self[key] = nil }
        default: self = try StringMap(try mutation.applied(to: value))
        }
    }
}

/// A map other than from string to string.
extension Dictionary: ColumnValue where Key: AtomValue & Comparable, Value: AtomValue {
    /// The empty map.
    public static var defaultValue: [Key: Value] { [:] }

    /// Reads a `<map>`; a key given twice is malformed.
    public mutating func decode(from reader: inout JSONReader) throws {
        var pairs: [Key: Value] = [:]
        var repeats = false
        try reader.forEachPair {
            try Key.read(&$0)
        } _: {
            try Value.read(&$0)
        } body: { key, value in
            if pairs.updateValue(value, forKey: key) != nil { repeats = true }
        }
        if repeats { throw reader.malformed("a key twice in the map before it") }
        self = pairs
    }

    /// A pair that is there with the same value is taken out; any other sets its key.
    public mutating func decodeDifference(from reader: inout JSONReader) throws {
        var difference: [Key: Value] = [:]
        try difference.decode(from: &reader)
        for (key, value) in difference {
            if self[key] == value { removeValue(forKey: key) } else { self[key] = value }
        }
    }

    /// `["map",[[key,value],…]]`, ascending by key.
    public func encode(into writer: inout JSONWriter) {
        writer.raw("[\"map\",[")
        for (index, pair) in sorted(by: { $0.key < $1.key }).enumerated() {
            writer.raw(index > 0 ? ",[" : "[")
            pair.key.encode(into: &writer)
            writer.raw(",")
            pair.value.encode(into: &writer)
            writer.raw("]")
        }
        writer.raw("]]")
    }

    /// Throws `schemaMismatch` for another type.
    public init(_ value: OVSDB.Value) throws {
        guard let pairs = value.pairs else { throw OVSDBError(.schemaMismatch, "\(value) is no map") }
        var map: [Key: Value] = [:]
        for pair in pairs {
            guard let key = Key(pair.key), let element = Value(pair.value) else {
                throw OVSDBError(.schemaMismatch, "\(value) is no map from \(Key.self) to \(Value.self)")
            }
            map[key] = element
        }
        self = map
    }

    /// A `.map`, ascending by key.
    public var value: OVSDB.Value {
        .map(sorted { $0.key < $1.key }.map { AtomPair($0.key.atom, $0.value.atom) })
    }
}
