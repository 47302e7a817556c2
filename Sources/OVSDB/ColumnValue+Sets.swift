public import JSONCoding

extension JSONReader {
    /// Reads a set, handing each element to `body`; a lone atom counts as a set of one (RFC 7047 §5.1 `<set>`).
    mutating func forEachElement<A>(
        _ read: (inout JSONReader) throws -> A, body: (A) throws -> Void
    ) throws {
        guard try peek() == UInt8(ascii: "[") else { return try body(read(&self)) }
        let start = position
        var tagged = try beginArray()
        try requireElement(&tagged)
        guard matches(try readText(), "set") else {
            position = start
            return try body(read(&self))
        }
        try requireElement(&tagged)
        var elements = try beginArray()
        while try nextElement(&elements) { try body(read(&self)) }
        try endArray(&tagged)
    }

    /// `["uuid","…"]`
    mutating func readUUID() throws -> RowID {
        var tagged = try beginArray()
        try requireElement(&tagged)
        guard matches(try readText(), "uuid") else { throw malformed("expected a uuid") }
        try requireElement(&tagged)
        let id = try readUUIDText()
        try endArray(&tagged)
        return id
    }

    /// A uuid as a plain string: the name of a row in an update, a transaction's id.
    mutating func readUUIDText() throws -> RowID {
        try uuid(readText())
    }

    func uuid(_ text: JSONReader.Text) throws -> RowID {
        guard let id = RowID(text: UnsafeRawBufferPointer(rebasing: bytes[text.range])) else {
            throw malformed("expected a uuid")
        }
        return id
    }

    /// Whether `text`, taken as it stands, is `literal`.
    func matches(_ text: JSONReader.Text, _ literal: StaticString) -> Bool {
        guard text.range.count == literal.utf8CodeUnitCount else { return false }
        for index in 0..<text.range.count where bytes[text.range.lowerBound + index] != literal.utf8Start[index] {
            return false
        }
        return true
    }
}

/// A column of at most one element.
extension Optional: ColumnValue where Wrapped: AtomValue {
    /// Nil: the empty set.
    public static var defaultValue: Wrapped? { nil }

    /// Reads a `<set>` or a lone atom; of several elements the last counts.
    @_specialize(where Wrapped == String)  // without it every element is handled through witness tables
    @_specialize(where Wrapped == Int)
    @_specialize(where Wrapped == Bool)
    @_specialize(where Wrapped == RowID)
    public mutating func decode(from reader: inout JSONReader) throws {
        var element: Wrapped?
        try reader.forEachElement {
            try Wrapped.read(&$0)
        } body: {
            element = $0
        }
        self = element
    }

    /// A lone atom, or else `["set",[…]]`.
    public func encode(into writer: inout JSONWriter) {
        if let self { self.encode(into: &writer) } else { writer.raw("[\"set\",[]]") }
    }

    /// Throws `schemaMismatch` for another type.
    public init(_ value: Value) throws {
        if let elements = value.elements, elements.isEmpty { self = nil } else { self = .some(try Wrapped(value)) }
    }

    /// A lone atom, or the empty set.
    public var value: Value { self?.value ?? .set([]) }
}

/// A set: its elements once each, ascending.
extension Array: ColumnValue where Element: AtomValue & Comparable {
    /// The empty set.
    public static var defaultValue: [Element] { [] }

    /// Reads a `<set>` or a lone atom, in any order.
    @_specialize(where Element == String)  // without it every element is handled through witness tables
    @_specialize(where Element == RowID)
    public mutating func decode(from reader: inout JSONReader) throws {
        var elements: [Element] = []
        var isAscending = true
        try reader.forEachElement {
            try Element.read(&$0)
        } body: { element in
            if let last = elements.last, last >= element { isAscending = false }
            elements.append(element)
        }
        if !isAscending { elements.normalize() }
        self = elements
    }

    /// An element of the difference is taken out if it is there, else put in.
    @_specialize(where Element == String)
    @_specialize(where Element == RowID)
    public mutating func decodeDifference(from reader: inout JSONReader) throws {
        var difference: [Element] = []
        try difference.decode(from: &reader)
        normalize()
        for element in difference {
            let place = place(of: element)
            if place < count, self[place] == element { remove(at: place) } else { insert(element, at: place) }
        }
    }

    /// Index of the first element that is not less than `element`.
    func place(of element: Element) -> Int {
        var low = 0
        var high = count
        while low < high {
            let middle = (low + high) / 2
            if self[middle] < element { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// Orders the elements and drops repeated ones.
    mutating func normalize() {
        guard count > 1, indices.dropFirst().contains(where: { self[$0 - 1] >= self[$0] }) else { return }
        sort()
        var unique = [self[0]]
        for element in dropFirst() where element != unique[unique.count - 1] { unique.append(element) }
        self = unique
    }

    /// A lone atom, or else `["set",[…]]`.
    public func encode(into writer: inout JSONWriter) {
        if count == 1 { return self[0].encode(into: &writer) }
        writer.raw("[\"set\",[")
        for (index, element) in enumerated() {
            if index > 0 { writer.raw(",") }
            element.encode(into: &writer)
        }
        writer.raw("]]")
    }

    /// Throws `schemaMismatch` for another type.
    public init(_ value: Value) throws {
        guard let atoms = value.elements else { throw OVSDBError(.schemaMismatch, "\(value) is no set") }
        self = try atoms.map { atom in
            guard let element = Element(atom) else {
                throw OVSDBError(.schemaMismatch, "\(atom) is no \(Element.self)")
            }
            return element
        }
        normalize()
    }

    /// A `.set`, of one element too.
    public var value: Value { .set(map(\.atom)) }

    /// Inserts and deletes in place; anything else by way of ``value``.
    public mutating func apply(_ mutation: Mutation) throws {
        switch mutation.mutator {
        case .insert:
            normalize()
            for element in try Self(mutation.value) {
                let place = place(of: element)
                if place == count || self[place] != element { insert(element, at: place) }
            }
        case .delete:
            normalize()
            for element in try Self(mutation.value) {
                let place = place(of: element)
                if place < count, self[place] == element { remove(at: place) }
            }
        default: self = try Self(try mutation.applied(to: value))
        }
    }
}
