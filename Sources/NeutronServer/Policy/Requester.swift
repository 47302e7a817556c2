/// Who a request is from, and what that is worth.
package struct Requester: Hashable, Sendable {
    /// The project that the requester speaks for: owner of what it makes. Nil for a token that is for no project.
    package let projectID: String?
    package let userID: String
    /// In lower case, which does not count in the names of roles.
    let roles: Set<String>
    /// Sees and may do everything.
    let isAdmin: Bool
    /// May read what its project has.
    let isReader: Bool
    /// May change what its project has; `_member_` is the name that old Keystones gave this role.
    let isMember: Bool

    package init(projectID: String?, userID: String, roles: some Sequence<String>) {
        self.projectID = projectID
        self.userID = userID
        self.roles = Set(roles.map { $0.lowercased() })
        isAdmin = self.roles.contains("admin")
        isMember = self.roles.contains("member") || self.roles.contains("_member_")
        isReader = isMember || self.roles.contains("reader")
    }

    /// Who asks where nobody has to say who it is.
    static func trusted(projectID: String) -> Self { Self(projectID: projectID, userID: "", roles: ["admin"]) }
}
