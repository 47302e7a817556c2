import Deadlines
import JSONCoding
import NetAddress

/// A kind of value: the one place where it is read from JSON, written to it, filtered and sorted by, and kept as text.
struct Kind<Value: Hashable & Sendable>: Sendable {
    typealias Filter = @Sendable (Value) -> Bool
    typealias Filters = @Sendable ([String]) throws(NeutronError) -> Filter

    /// Reads a value of a request; `name` is the attribute's, for the refusal.
    var read: @Sendable (_ json: JSON, _ name: String) throws(NeutronError) -> Value
    var json: @Sendable (Value) -> JSON
    /// Reads the values of a query's repeated parameter; a value passes where one of them fits. Nil: no filter.
    let filter: Filters?
    /// Nil: no order.
    let sortKey: (@Sendable (Value) -> SortKey)?
    /// Reads what ``write`` wrote; nil where it is something else.
    let parse: @Sendable (String) -> Value?
    let write: @Sendable (Value) -> String

    /// By default a value is kept as the text of its JSON.
    init(
        read: @escaping @Sendable (_ json: JSON, _ name: String) throws(NeutronError) -> Value,
        json: @escaping @Sendable (Value) -> JSON,
        filter: Filters? = nil,
        sortKey: (@Sendable (Value) -> SortKey)? = nil, parse: (@Sendable (String) -> Value?)? = nil,
        write: (@Sendable (Value) -> String)? = nil
    ) {
        self.read = read
        self.json = json
        self.filter = filter
        self.sortKey = sortKey
        // What cannot be read counts as absent.
        self.parse = parse ?? { (text: String) -> Value? in try? read(try JSON(parsing: text.utf8), "") }
        self.write = write ?? { json($0).description }
    }

    /// The same with a conversion that says why it refuses: `Invalid input for <name>. Reason: <reason>.`
    init(
        refusing read: @escaping @Sendable (JSON) throws(Refusal) -> Value, json: @escaping @Sendable (Value) -> JSON,
        filter: Filters? = nil,
        sortKey: (@Sendable (Value) -> SortKey)? = nil, parse: (@Sendable (String) -> Value?)? = nil,
        write: (@Sendable (Value) -> String)? = nil
    ) {
        self.init(
            read: { json, name throws(NeutronError) in
                do throws(Refusal) { return try read(json) } catch { throw .invalidInput(for: name, error) }
            }, json: json, filter: filter, sortKey: sortKey, parse: parse, write: write)
    }
}

extension Kind {
    /// The same, read in another way.
    func reading(
        _ read: @escaping @Sendable (_ json: JSON, _ name: String) throws(NeutronError) -> Value
    ) -> Self {
        Self(read: read, json: json, filter: filter, sortKey: sortKey, parse: parse, write: write)
    }

    /// The same without values that `check` refuses.
    func refusing(_ check: @escaping @Sendable (Value) throws(NeutronError) -> Void) -> Self {
        let read = read
        return reading { (json: JSON, name: String) throws(NeutronError) -> Value in
            let value = try read(json, name)
            try check(value)
            return value
        }
    }
}

extension NeutronError {
    /// 400, the refusal of an attribute's value.
    static func invalidInput(for name: String, _ refusal: Refusal) -> Self {
        badRequest("Invalid input for \(name). Reason: \(refusal.reason).")
    }
}

extension Kind<String> {
    /// One line of at most `maximum` characters; with `isBlock` several.
    static func text(_ maximum: Int = 255, isBlock: Bool = false) -> Self {
        words { json throws(Refusal) in try json.asText(maximum, isBlock: isBlock) }
    }

    /// A text of at most 255 printable characters that neither starts nor ends with a space.
    static var name: Self { words { json throws(Refusal) in try json.asName(255) } }

    /// A text that is one of its own kind.
    static func words(_ read: @escaping @Sendable (JSON) throws(Refusal) -> String) -> Self {
        Self(
            refusing: read, json: { .string($0) },
            filter: { texts in
                let wanted = Set(texts)
                return { wanted.contains($0) }
            },
            sortKey: { .text($0) }, parse: { $0 }, write: { $0 })
    }
}

extension Kind<Bool> {
    static var boolean: Self {
        Self(
            read: { json, _ throws(NeutronError) in try json.asBoolean() }, json: { .boolean($0) },
            filter: { texts throws(NeutronError) in
                var wanted: Set<Bool> = []
                for text in texts { wanted.insert(try JSON.string(text).asBoolean()) }
                return { [wanted] in wanted.contains($0) }
            },
            sortKey: { .number($0 ? 1 : 0) }, parse: { $0 == "true" ? true : $0 == "false" ? false : nil },
            write: \.description)
    }
}

extension Kind<Int> {
    /// Within `range`, which is refused as Neutron does: below it `too small`, above it `too large`.
    static func integer(_ range: ClosedRange<Int> = Int.min...Int.max) -> Self {
        Self(
            read: { json, name throws(NeutronError) in
                let number = try json.asInteger()
                if number < range.lowerBound {
                    let reason = "'\(number)' is too small - must be at least '\(range.lowerBound)'"
                    throw .invalidInput(for: name, Refusal(reason))
                }
                if number > range.upperBound {
                    let reason = "'\(number)' is too large - must be no larger than '\(range.upperBound)'"
                    throw .invalidInput(for: name, Refusal(reason))
                }
                return number
            },
            json: { .integer(Int64($0)) },
            filter: { texts throws(NeutronError) in
                var wanted: Set<Int> = []
                for text in texts { wanted.insert(try JSON.string(text).asInteger()) }
                return { [wanted] in wanted.contains($0) }
            },
            sortKey: { .number($0) }, parse: { Int($0) }, write: \.description)
    }
}

extension Kind {
    /// Another resource's identifier.
    static func id<Other>(_ type: Other.Type = Other.self) -> Self where Value == ID<Other> {
        Self(
            refusing: { json throws(Refusal) in try json.asID(Other.self) }, json: { .string($0.description) },
            filter: { texts in
                let wanted = Set(texts.compactMap { ID<Other>($0) })
                return { wanted.contains($0) }
            },
            sortKey: { SortKey($0) }, parse: { ID<Other>($0) }, write: \.description)
    }

    /// One of an enumeration's words.
    static func choice(_ type: Value.Type = Value.self) -> Self
    where Value: RawRepresentable<String> & CaseIterable {
        Self(
            refusing: { json throws(Refusal) in
                guard case .string(let text) = json, let value = Value(rawValue: text) else {
                    throw Refusal("\(json.shown) is not in \(Value.allCases.map(\.rawValue).pythonList)")
                }
                return value
            },
            json: { .string($0.rawValue) },
            filter: { texts in
                let wanted = Set(texts.compactMap { Value(rawValue: $0) })
                return { wanted.contains($0) }
            },
            sortKey: { .text($0.rawValue) }, parse: { Value(rawValue: $0) }, write: \.rawValue)
    }

    /// A value or null. An empty filter means null.
    static func optional<Wrapped>(_ kind: Kind<Wrapped>) -> Self where Value == Wrapped? {
        let read = kind.read
        var sortKey: (@Sendable (Value) -> SortKey)?
        if let key = kind.sortKey { sortKey = { value in value.map { key($0) } ?? .nothing } }
        return Self(
            read: { (json: JSON, name: String) throws(NeutronError) -> Wrapped? in
                if json == .null { return nil }
                return try read(json, name)
            },
            json: { value in value.map { kind.json($0) } ?? .null }, filter: Self.optional(kind.filter),
            sortKey: sortKey,
            parse: { (text: String) -> Wrapped?? in kind.parse(text).map { .some($0) } },
            write: { value in value.map { kind.write($0) } ?? "" })
    }

    private static func optional<Wrapped>(_ filter: Kind<Wrapped>.Filters?) -> Filters? where Value == Wrapped? {
        guard let filter else { return nil }
        return { (texts: [String]) throws(NeutronError) -> Filter in
            let matches = try filter(texts.filter { !$0.isEmpty })
            let matchesNull = texts.contains("")
            return { $0.map(matches) ?? matchesNull }
        }
    }

    /// A list; a filter fits where it fits one element.
    static func list<Element>(_ kind: Kind<Element>) -> Self where Value == [Element] {
        let read = kind.read
        return Self(
            read: { (json: JSON, name: String) throws(NeutronError) -> [Element] in
                guard case .array(let items) = json else {
                    throw .invalidInput(for: name, Refusal("'\(json.shown)' is not a list"))
                }
                var values: [Element] = []
                for item in items { values.append(try read(item, name)) }
                return values
            },
            json: { .array($0.map(kind.json)) }, filter: Self.list(kind.filter))
    }

    private static func list<Element>(_ filter: Kind<Element>.Filters?) -> Filters? where Value == [Element] {
        guard let filter else { return nil }
        return { (texts: [String]) throws(NeutronError) -> Filter in
            let matches = try filter(texts)
            return { $0.contains(where: matches) }
        }
    }
}

extension Kind<IPAddress> {
    static var address: Self {
        Self(
            refusing: { json throws(Refusal) in try json.asAddress() }, json: { .string($0.description) },
            filter: { texts in
                let wanted = Set(texts.compactMap { IPAddress($0) })
                return { wanted.contains($0) }
            },
            sortKey: { SortKey($0) }, parse: { IPAddress($0) }, write: \.description)
    }
}

extension Kind<IPPrefix> {
    /// A block in CIDR notation, without bits of a host.
    static var prefix: Self {
        Self(
            refusing: { json throws(Refusal) in
                guard case .string(let text) = json, let prefix = IPPrefix(text) else {
                    throw Refusal("'\(json.shown)' is not a valid IP subnet")
                }
                return prefix
            },
            json: { .string($0.description) },
            filter: { texts in
                let wanted = Set(texts.compactMap { IPPrefix($0) })
                return { wanted.contains($0) }
            },
            sortKey: { .text($0.description) }, parse: { IPPrefix($0) }, write: \.description)
    }
}

extension Kind<IPVersion> {
    /// 4 or 6, which the refusal lists as Neutron does.
    static var ipVersion: Self {
        Self(
            refusing: { json throws(Refusal) in
                var number: Int?
                if case .integer(let value) = json { number = Int(value) }
                if case .string(let text) = json { number = Int(text) }
                guard let version = number.flatMap({ IPVersion(rawValue: $0) }) else {
                    throw Refusal("'\(json.shown)' is not in [4, 6]")
                }
                return version
            },
            json: { .integer(Int64($0.rawValue)) },
            filter: { texts in
                let wanted = Set(texts)
                return { wanted.contains("\($0.rawValue)") }
            },
            sortKey: { .number($0.rawValue) }, parse: { Int($0).flatMap { IPVersion(rawValue: $0) } },
            write: { "\($0.rawValue)" })
    }
}
