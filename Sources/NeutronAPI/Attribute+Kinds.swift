import Deadlines
import JSONCoding
import NetAddress

// The kinds of attributes. Filter values are read once a query, not once a resource; a value that cannot be one of the kind
// fits nothing.
extension Attribute {
    static func text(_ name: String, _ access: Access, _ value: @escaping @Sendable (Of) -> String) -> Self {
        Self(
            name, access,
            write: { $1.value(value($0)) },
            filter: { values in
                let values = Set(values)
                return { [values] in values.contains(value($0)) }
            },
            sortKey: { .text(value($0)) })
    }

    static func optionalText(_ name: String, _ access: Access, _ value: @escaping @Sendable (Of) -> String?) -> Self {
        Self(
            name, access,
            write: { $1.value(value($0)) },
            filter: { values in
                let values = Set(values)
                return { values.contains(value($0) ?? "") }
            },
            sortKey: { SortKey(value($0)) })
    }

    static func boolean(_ name: String, _ access: Access, _ value: @escaping @Sendable (Of) -> Bool) -> Self {
        Self(
            name, access,
            write: { $1.value(value($0)) },
            filter: { texts throws(NeutronError) in
                var values: Set<Bool> = []
                for text in texts { values.insert(try JSON.string(text).asBoolean()) }
                return { [values] in values.contains(value($0)) }
            },
            sortKey: { .number(value($0) ? 1 : 0) })
    }

    static func integer(_ name: String, _ access: Access, _ value: @escaping @Sendable (Of) -> Int) -> Self {
        Self(
            name, access,
            write: { $1.value(value($0)) },
            filter: { texts throws(NeutronError) in
                var values: Set<Int> = []
                for text in texts { values.insert(try JSON.string(text).asInteger()) }
                return { [values] in values.contains(value($0)) }
            },
            sortKey: { .number(value($0)) })
    }

    static func identifier<Other>(
        _ name: String, _ access: Access, _ value: @escaping @Sendable (Of) -> ID<Other>
    ) -> Self {
        Self(
            name, access,
            write: { $1.value(value($0)) },
            filter: { texts in
                let values = Set(texts.compactMap { ID<Other>($0) })
                return { [values] in values.contains(value($0)) }
            },
            sortKey: { SortKey(value($0)) })
    }

    static func address(_ name: String, _ access: Access, _ value: @escaping @Sendable (Of) -> IPAddress?) -> Self {
        Self(
            name, access,
            write: { if let address = value($0) { $1.value(address) } else { $1.null() } },
            filter: { texts in
                let values = Set(texts.map { IPAddress($0) }.filter { $0 != nil })
                let none = texts.contains("") || texts.contains("None")
                return { value($0).map { values.contains($0) } ?? none }
            },
            sortKey: { SortKey(value($0)) })
    }

    static func time(_ name: String, _ value: @escaping @Sendable (Of) -> Timestamp) -> Self {
        Self(
            name, [],
            write: { $1.value(value($0)) },
            filter: { texts in
                let values = Set(texts.compactMap { Timestamp($0) })
                return { [values] in values.contains(value($0)) }
            },
            sortKey: { .number(Int(value($0).seconds)) })
    }

    /// A list, each element of which is one text to filter by.
    static func list(_ name: String, _ access: Access, _ value: @escaping @Sendable (Of) -> [String]) -> Self {
        Self(
            name, access,
            write: { resource, writer in writer.array(value(resource)) { $0.value($1) } },
            filter: { texts in
                let values = Set(texts)
                return { value($0).contains { values.contains($0) } }
            })
    }

    /// What has neither filter nor order.
    static func other(
        _ name: String, _ access: Access, _ write: @escaping @Sendable (Of, inout JSONWriter) -> Void
    ) -> Self {
        Self(name, access, write: write)
    }

    /// A parameter of queries only.
    static func query(
        _ name: String, _ filter: @escaping @Sendable ([String]) throws(NeutronError) -> Filter
    ) -> Self {
        Self(name, [], filter: filter)
    }

    /// A field of requests only.
    static func request(_ name: String, _ access: Access) -> Self { Self(name, access) }
}
