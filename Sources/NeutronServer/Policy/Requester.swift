/// The user, project and roles of a request.
package struct Requester: Hashable, Sendable {
    /// The requester's project, which owns what it creates. Nil for a token without a project.
    package let projectID: String?
    package let userID: String
    /// In lower case: names of roles are case-insensitive.
    let roles: Set<String>
    /// May see and do everything.
    let isAdmin: Bool
    /// May read its project's resources.
    let isReader: Bool
    /// May change its project's resources; `_member_` is the role's name in old Keystones.
    let isMember: Bool
    /// Where the requester is a host, by its certificate: the rules of hosts hold besides.
    var host: RequestingHost?

    package init(projectID: String?, userID: String, roles: some Sequence<String>) {
        self.projectID = projectID
        self.userID = userID
        self.roles = Set(roles.map { $0.lowercased() })
        isAdmin = self.roles.contains("admin")
        isMember = self.roles.contains("member") || self.roles.contains("_member_")
        isReader = isMember || self.roles.contains("reader")
    }

    /// The requester without authentication.
    static func trusted(projectID: String) -> Self { Self(projectID: projectID, userID: "", roles: ["admin"]) }
}

/// A host that makes a request.
struct RequestingHost: Hashable, Sendable {
    let systemID: String
    /// What `binding:host_id` calls it; the system id means it too.
    let hostName: String

    func isNamed(_ name: String) -> Bool { name == hostName || name == systemID }
}
