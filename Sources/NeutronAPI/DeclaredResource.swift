package import JSONCoding

/// A resource whose table of attributes says everything about them: requests, replies and what is kept of it are read and
/// written by the table.
package protocol DeclaredResource: Resource where Create == Given<Self>, Update == Given<Self> {
    var standard: StandardAttributes { get set }

    /// One whose attributes all have their defaults.
    init(id: ID<Self>, standard: StandardAttributes)

    /// Refuses what a request's body alone is refused for, beyond what its attributes are. `made` has its attributes.
    static func check(_ made: Self, _ given: Given<Self>) throws(NeutronError)
}

extension DeclaredResource {
    package static func check(_ made: Self, _ given: Given<Self>) throws(NeutronError) {}

    package static func create(from body: inout RequestReader) throws(NeutronError) -> Given<Self> {
        let given = try Given<Self>(body, .create, projectID: try body.project())
        try check(given.applied(to: blank), given)
        return given
    }

    package static func update(from body: inout RequestReader) throws(NeutronError) -> Given<Self> {
        try Given(body, .update, projectID: "")
    }

    /// What an object of a reply says. An attribute that is not there, or cannot be read, has its default: the server may
    /// lack an extension, or hide the attribute.
    package init(id: ID<Self>, standard: StandardAttributes, reply members: [String: JSON]) {
        self.init(id: id, standard: standard)
        for attribute in Self.attributes.all {
            guard let read = attribute.read, let json = members[attribute.name] else { continue }
            guard case .success(let apply) = Result(catching: { () throws(NeutronError) in try read(json) }) else {
                continue
            }
            apply(&self)
        }
    }

    /// One that nothing is said about: what an absent key of the database means.
    static var blank: Self { Self(id: ID(high: 0, low: 0), standard: .none) }
}

/// What a request gave a resource, by attribute.
package struct Given<Of: DeclaredResource>: CreateRequest {
    /// The owner of what the request makes.
    package let projectID: String
    private let changes: [(name: String, apply: @Sendable (inout Of) -> Void)]

    fileprivate init(
        _ body: RequestReader, _ access: Attribute<Of>.Access, projectID: String
    ) throws(NeutronError) {
        self.projectID = projectID
        var changes: [(name: String, apply: @Sendable (inout Of) -> Void)] = []
        for attribute in Of.attributes.all where attribute.access.contains(access) {
            guard let read = attribute.read else { continue }
            if let json = body.member(attribute.name) {
                changes.append((attribute.name, try read(json)))
            } else if attribute.isRequired, access == .create {
                throw .missingAttribute(attribute.name)
            }
        }
        self.changes = changes
    }

    /// The members of a request, as a client would send them.
    package init(
        _ members: [String: JSON], _ access: Attribute<Of>.Access = .create, projectID: String = ""
    ) throws(NeutronError) {
        let body = try RequestReader(members, for: Of.self, access, defaultProject: projectID)
        try self.init(body, access, projectID: projectID)
    }

    /// Nothing.
    package init(projectID: String = "") {
        self.projectID = projectID
        changes = []
    }

    /// Whether the request has the attribute.
    package func has(_ name: String) -> Bool { changes.contains { $0.name == name } }

    package func apply(to resource: inout Of) {
        for change in changes { change.apply(&resource) }
    }

    func applied(to resource: Of) -> Of {
        var resource = resource
        apply(to: &resource)
        return resource
    }
}

extension Attribute where Of: DeclaredResource {
    /// An attribute that is everything its kind is: read where `access` lets requests have it, written, filtered and
    /// sorted by, and kept under `key` unless its value is the default. With `always` the default is kept too.
    init<Value: Hashable & Sendable>(
        _ name: String, _ place: any WritableKeyPath<Of, Value> & Sendable, _ kind: Kind<Value>, _ access: Access = [],
        key: String? = nil, always: Bool = false, isRequired: Bool = false
    ) {
        var kept: Kept?
        if let key {
            kept = Kept(
                key: key,
                text: { resource in
                    let value = resource[keyPath: place]
                    return always || value != Of.blank[keyPath: place] ? kind.write(value) : nil
                },
                take: { text, resource in
                    if let value = kind.parse(text) { resource[keyPath: place] = value }
                })
        }
        var sortKey: (@Sendable (Of) -> SortKey)?
        if let key = kind.sortKey { sortKey = { key($0[keyPath: place]) } }
        self.init(
            name, access, write: { resource, writer in writer.value(kind.json(resource[keyPath: place])) },
            filter: Self.filter(place, kind.filter),
            sortKey: sortKey,
            read: { (json: JSON) throws(NeutronError) -> @Sendable (inout Of) -> Void in
                let value = try kind.read(json, name)
                return { $0[keyPath: place] = value }
            },
            isRequired: isRequired, kept: kept)
    }

    /// What is kept and not shown.
    static func keptOnly<Value: Hashable & Sendable>(
        _ key: String, _ place: any WritableKeyPath<Of, Value> & Sendable, _ kind: Kind<Value>
    ) -> Self {
        Self(key, [], kept: Attribute(key, place, kind, key: key).kept)
    }

    private static func filter<Value>(
        _ place: any KeyPath<Of, Value> & Sendable, _ filters: Kind<Value>.Filters?
    ) -> (@Sendable ([String]) throws(NeutronError) -> Filter)? {
        guard let filters else { return nil }
        return { (texts: [String]) throws(NeutronError) -> Filter in
            let matches = try filters(texts)
            return { matches($0[keyPath: place]) }
        }
    }

    /// `id`
    static var id: Self { .identifier("id", []) { $0.id } }

    /// What every resource with standard attributes ends with.
    static var standard: [Self] { [described] + stamped }

    static var described: Self {
        Attribute("description", \.standard.description, .text(isBlock: true), [.create, .update])
    }
}
