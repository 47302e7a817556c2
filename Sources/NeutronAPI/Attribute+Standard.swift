import Deadlines
import JSONCoding

extension Attribute where Of: Resource {
    /// `project_id` and its old name.
    static var project: [Self] {
        [
            .text("project_id", .create) { $0.standard.projectID },
            .text("tenant_id", .create) { $0.standard.projectID },
        ]
    }

    /// What every main resource ends with.
    static var standard: [Self] {
        [.text("description", [.create, .update]) { $0.standard.description }] + stamped
    }

    /// Tags, times and revision.
    static var stamped: [Self] { tagged + timed }

    static var tagged: [Self] {
        [
            Self(
                "tags", Of.self == Port.self ? .create : [],
                write: { resource, writer in writer.array(resource.standard.tags) { $0.value($1) } },
                filter: { texts in
                    let wanted = tags(texts)
                    return { wanted.isSubset(of: $0.standard.tags) }
                }),
            .query("tags-any") { texts in
                let wanted = tags(texts)
                return { !wanted.isDisjoint(with: $0.standard.tags) }
            },
            .query("not-tags") { texts in
                let unwanted = tags(texts)
                return { !unwanted.isSubset(of: $0.standard.tags) }
            },
            .query("not-tags-any") { texts in
                let unwanted = tags(texts)
                return { unwanted.isDisjoint(with: $0.standard.tags) }
            },
        ]
    }

    static var timed: [Self] {
        [
            .time("created_at") { $0.standard.createdAt },
            .time("updated_at") { $0.standard.updatedAt },
            .integer("revision_number", []) { $0.standard.revision },
            .query("changed_since") { texts throws(NeutronError) in
                guard let since = texts.last.flatMap({ Timestamp($0) }) else {
                    throw .invalidInput("The input changed_since must be in the following format: YYYY-MM-DDTHH:MM:SSZ")
                }
                return { $0.standard.updatedAt >= since }
            },
        ]
    }

    /// Tags of a filter, which are joined by commas.
    private static func tags(_ texts: [String]) -> Set<String> {
        Set(texts.flatMap { $0.split(separator: ",", omittingEmptySubsequences: true) }.map(String.init))
    }
}
