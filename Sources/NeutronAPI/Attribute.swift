package import JSONCoding

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
    /// What resources are sorted by. Nil: no sort key.
    let sortKey: (@Sendable (Of) -> SortKey)?
    /// Which resources show it. Nil: all.
    let isShown: (@Sendable (Of) -> Bool)?
    /// Reads a value, and returns what sets it. Nil: the resource reads its requests itself.
    let read: (@Sendable (JSON) throws(NeutronError) -> @Sendable (inout Of) -> Void)?
    /// Whether a request must have it that makes a resource.
    let isRequired: Bool
    /// How it is kept where the database has no column for it. Nil: in a column, or not at all.
    let kept: Kept?
    /// `"name":`
    let encodedName: [UInt8]

    /// A value's text under a key of `external_ids`.
    struct Kept: Sendable {
        let key: String
        /// Nil for the value that an absent key means.
        let text: @Sendable (Of) -> String?
        /// A text that cannot be read changes nothing.
        let take: @Sendable (String, inout Of) -> Void
    }

    init(
        _ name: String, _ access: Access, write: (@Sendable (Of, inout JSONWriter) -> Void)? = nil,
        filter: (@Sendable ([String]) throws(NeutronError) -> Filter)? = nil,
        sortKey: (@Sendable (Of) -> SortKey)? = nil, isShown: (@Sendable (Of) -> Bool)? = nil,
        read: (@Sendable (JSON) throws(NeutronError) -> @Sendable (inout Of) -> Void)? = nil,
        isRequired: Bool = false, kept: Kept? = nil
    ) {
        self.name = name
        self.access = access
        self.write = write
        self.filter = filter
        self.sortKey = sortKey
        self.isShown = isShown
        self.read = read
        self.isRequired = isRequired
        self.kept = kept
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

    /// The keys of `external_ids` in which a resource is kept, each with its text; nil for a key that is not to be there.
    package func texts(of resource: Of) -> [(key: String, text: String?)] {
        all.compactMap { attribute in attribute.kept.map { ($0.key, $0.text(resource)) } }
    }

    /// Takes what is kept under these keys into a resource.
    package func take(_ text: (_ key: String) -> String?, into resource: inout Of) {
        for attribute in all {
            guard let kept = attribute.kept, let text = text(kept.key) else { continue }
            kept.take(text, &resource)
        }
    }

    /// The names, in the order in which replies have them.
    package var names: [String] { shown.map(\.name) }

    /// The attributes that a query's `fields` choose; unknown names are ignored, no names choose all.
    package func fields(_ names: [String], hiding hidden: Set<String> = []) -> [Attribute<Of>] {
        if names.isEmpty, hidden.isEmpty { return shown }
        return shown.filter { (names.isEmpty || names.contains($0.name)) && !hidden.contains($0.name) }
    }
}

extension Resource {
    /// Writes resources as elements of an array, objects with the given attributes. A requirement of the protocol for the
    /// same reason as ``choose(among:_:)``.
    package static func write(_ resources: [Self], _ fields: [Attribute<Self>], to writer: inout JSONWriter) {
        for resource in resources { write(resource, fields, hiding: [], to: &writer) }
    }

    package static func write(
        _ resource: Self, _ fields: [Attribute<Self>], hiding hidden: Set<String>, to writer: inout JSONWriter
    ) {
        writer.object { writer in
            // In place: a loop over the attributes themselves would retain and release all that each of them has.
            fields.withUnsafeBufferPointer { fields in
                for place in fields.indices {
                    guard let write = fields[place].write, fields[place].isShown?(resource) ?? true,
                        hidden.isEmpty || !hidden.contains(fields[place].name)
                    else { continue }
                    writer.encodedName(fields[place].encodedName)
                    write(resource, &writer)
                }
            }
        }
    }
}
