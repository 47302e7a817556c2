package import Deadlines

/// The attributes that every main resource has (extensions `standard-attr-description`, `-timestamp`, `-revisions`, `-tag`
/// and `project-id`).
package struct StandardAttributes: Hashable, Sendable {
    /// The owner; any text. Shown as `project_id` and `tenant_id`.
    package var projectID: String
    /// At most 255 characters.
    package var description: String
    /// Sorted, without duplicates; each 1…255 characters.
    package var tags: [String]
    /// Counts the changes, from 1 at creation; a request may name the one it expects (`If-Match: revision_number=N`).
    package var revision: Int
    package var createdAt: Timestamp
    package var updatedAt: Timestamp

    package init(
        projectID: String, description: String = "", tags: [String] = [], revision: Int = 1, createdAt: Timestamp,
        updatedAt: Timestamp
    ) {
        self.projectID = projectID
        self.description = description
        self.tags = tags
        self.revision = revision
        self.createdAt = createdAt
        self.updatedAt = updatedAt
    }
}

/// Whether a resource works (`status`).
package enum ResourceStatus: String, Hashable, Sendable {
    case active = "ACTIVE"
    case down = "DOWN"
    case build = "BUILD"
    case error = "ERROR"
}

extension StandardAttributes {
    /// Those of nothing.
    static let none = StandardAttributes(
        projectID: "", createdAt: Timestamp(seconds: 0), updatedAt: Timestamp(seconds: 0))
}
