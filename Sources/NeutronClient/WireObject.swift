import Deadlines
import JSONCoding
import NeutronAPI

/// A resource in a reply of the API, read attribute by attribute.
///
/// A missing attribute is an error only where every Neutron has it: attributes of extensions that a server lacks, or
/// shown to administrators only (`binding:…`), have their defaults.
package struct WireObject: Sendable {
    /// For messages: `port`.
    let kind: String
    let members: [String: JSON]

    /// An attribute that is missing or of another type.
    struct Malformed: Error, CustomStringConvertible {
        let description: String
    }

    func required<T>(_ name: String, _ read: (String) -> T?) throws -> T {
        guard let text = members[name]?.string, let value = read(text) else {
            throw Malformed(description: "the \(kind)'s \(name) is \(members[name].map { "\($0)" } ?? "missing")")
        }
        return value
    }

    func optional<T>(_ name: String, _ read: (String) -> T?) throws -> T? {
        switch members[name] {
        case nil, .null, .string(""): nil
        default: try required(name, read)
        }
    }

    func string(_ name: String) -> String { members[name]?.string ?? "" }

    func boolean(_ name: String, default value: Bool) -> Bool {
        if case .boolean(let value) = members[name] { value } else { value }
    }

    func integer(_ name: String) -> Int? {
        if case .integer(let value) = members[name] { Int(value) } else { nil }
    }

    func strings(_ name: String) -> [String] { (members[name]?.array ?? []).compactMap(\.string) }

    /// The members of an array of objects.
    func objects(_ name: String) throws -> [WireObject] {
        try (members[name]?.array ?? []).map { element in
            guard let members = element.object else {
                throw Malformed(description: "the \(kind)'s \(name) is \(element)")
            }
            return WireObject(kind: "\(kind)'s \(name)", members: members)
        }
    }

    var standardAttributes: StandardAttributes {
        get throws {
            StandardAttributes(
                projectID: members["project_id"]?.string ?? string("tenant_id"), description: string("description"),
                tags: strings("tags"), revision: integer("revision_number") ?? 0,
                createdAt: try optional("created_at", { Timestamp($0) }) ?? Timestamp(seconds: 0),
                updatedAt: try optional("updated_at", { Timestamp($0) }) ?? Timestamp(seconds: 0))
        }
    }
}
