/// A column of type map from string to string: `external_ids`, `options` and their like.
///
/// Pairs are kept in one array ordered by key: a row with ten pairs costs one allocation, where a dictionary needs three times the
/// memory, and keys read from the wire are shared between rows.
public struct StringMap: Hashable, Sendable {
    /// The pairs, ascending by key, each key once.
    public private(set) var pairs: [Pair]

    /// One key and its value.
    public struct Pair: Hashable, Sendable {
        /// Unique in its map.
        public let key: String
        /// What the key maps to.
        public fileprivate(set) var value: String
    }

    /// The empty map.
    public init() { pairs = [] }

    /// Sorts the pairs.
    public init(_ dictionary: [String: String]) {
        pairs = dictionary.map { Pair(key: $0.key, value: $0.value) }.sorted { $0.key < $1.key }
    }

    /// `pairs` in any order; nil if a key is there twice.
    init?(unordered pairs: consuming [Pair]) {
        var ordered = true
        for index in pairs.indices.dropFirst() where pairs[index - 1].key >= pairs[index].key {
            ordered = false
            break
        }
        if !ordered {
            pairs.sort { $0.key < $1.key }
            for index in pairs.indices.dropFirst() where pairs[index - 1].key == pairs[index].key { return nil }
        }
        self.pairs = pairs
    }

    /// Nil where the key is absent; assigning nil removes it.
    public subscript(key: String) -> String? {
        get {
            // In place: a loop over the pairs themselves would retain and release every key and value on its way.
            pairs.withUnsafeBufferPointer { pairs in
                let length = key.utf8.count
                let place = pairs.indices.first { pairs[$0].key.utf8.count == length && pairs[$0].key == key }
                return place.map { pairs[$0].value }
            }
        }
        set {
            let place = pairs.firstIndex { $0.key >= key } ?? pairs.endIndex
            let found = place < pairs.endIndex && pairs[place].key == key
            switch (newValue, found) {
            case (let value?, true): pairs[place].value = value
            case (let value?, false): pairs.insert(Pair(key: key, value: value), at: place)
            case (nil, true): pairs.remove(at: place)
            case (nil, false): break
            }
        }
    }

    /// The value of `key`, or the default where it is not there.
    public subscript(key: String, default value: @autoclosure () -> String) -> String { self[key] ?? value() }

    /// Whether it has no pair.
    public var isEmpty: Bool { pairs.isEmpty }
    /// The number of pairs.
    public var count: Int { pairs.count }
    /// Ascending.
    public var keys: some Collection<String> { pairs.lazy.map(\.key) }

    /// The same pairs as a dictionary.
    public var dictionary: [String: String] {
        Dictionary(uniqueKeysWithValues: pairs.lazy.map { ($0.key, $0.value) })
    }

    /// Sets every pair of `other`, replacing the values of keys that are already there.
    public mutating func put(_ other: StringMap) {
        for pair in other.pairs { self[pair.key] = pair.value }
    }
}

extension StringMap: Sequence {
    /// Ascending by key.
    public func makeIterator() -> some IteratorProtocol<(key: String, value: String)> {
        pairs.lazy.map { (key: $0.key, value: $0.value) }.makeIterator()
    }
}

extension StringMap: ExpressibleByDictionaryLiteral {
    /// The last of two equal keys wins.
    public init(dictionaryLiteral elements: (String, String)...) {
        self.init(Dictionary(elements, uniquingKeysWith: { $1 }))
    }
}

extension StringMap: CustomStringConvertible {
    /// `{a=1, b=2}`
    public var description: String {
        "{" + pairs.map { "\($0.key)=\($0.value)" }.joined(separator: ", ") + "}"
    }
}
