/// One attribute of a resource: its name, where requests may use it, and how it is written, filtered by and sorted by.
package struct Attribute<Of>: Sendable {
    package typealias Filter = @Sendable (Of) -> Bool

    /// Which requests may carry an attribute.
    package struct Access: OptionSet, Sendable {
        package let rawValue: UInt8
        package init(rawValue: UInt8) { self.rawValue = rawValue }
        package static var create: Self { Self(rawValue: 1) }
        package static var update: Self { Self(rawValue: 2) }
    }

    package let name: String
    package let access: Access
    /// Writes the value. Nil: the attribute is not shown.
    let write: (@Sendable (Of, inout JSONWriter) -> Void)?
    /// Reads the values of a query's repeated parameter; a resource passes where one of them fits. Nil: no filter.
    let filter: (@Sendable ([String]) throws(NeutronError) -> Filter)?
    /// Negative, zero or positive as the first sorts before, with or after the second. Nil: no sort key.
    let order: (@Sendable (Of, Of) -> Int)?
    /// `"name":`
    let encodedName: [UInt8]

    init(
        _ name: String, _ access: Access, write: (@Sendable (Of, inout JSONWriter) -> Void)? = nil,
        filter: (@Sendable ([String]) throws(NeutronError) -> Filter)? = nil, order: (@Sendable (Of, Of) -> Int)? = nil
    ) {
        self.name = name
        self.access = access
        self.write = write
        self.filter = filter
        self.order = order
        encodedName = Array("\"\(name)\":".utf8)
    }
}

/// All attributes of a resource.
package struct AttributeTable<Of>: Sendable {
    let all: [Attribute<Of>]
    private let byName: [String: Attribute<Of>]
    /// Those that a reply shows.
    let shown: [Attribute<Of>]

    init(_ all: [Attribute<Of>]) {
        self.all = all
        byName = Dictionary(all.map { ($0.name, $0) }, uniquingKeysWith: { $1 })
        shown = all.filter { $0.write != nil }
    }

    package subscript(_ name: String) -> Attribute<Of>? { byName[name] }

    /// The names, in the order in which replies have them.
    package var names: [String] { shown.map(\.name) }

    /// The attributes that a query's `fields` choose; unknown names are ignored, no names choose all.
    package func fields(_ names: [String]) -> [Attribute<Of>] {
        names.isEmpty ? shown : shown.filter { names.contains($0.name) }
    }
}

/// How two values sort: negative, zero or positive as the first comes before, with or after the second.
enum Order {
    static func of<Value: Comparable>(_ a: Value, _ b: Value) -> Int { a < b ? -1 : b < a ? 1 : 0 }

    /// Nothing sorts before something.
    static func of<Value: Comparable>(_ a: Value?, _ b: Value?) -> Int {
        switch (a, b) {
        case (nil, nil): 0
        case (nil, _): -1
        case (_, nil): 1
        case (let a?, let b?): of(a, b)
        }
    }
}

extension JSONWriter {
    /// A resource as an object with the given attributes.
    package mutating func value<Of>(_ resource: Of, _ fields: [Attribute<Of>]) {
        object { writer in
            for field in fields {
                guard let write = field.write else { continue }
                writer.encodedName(field.encodedName)
                write(resource, &writer)
            }
        }
    }
}
