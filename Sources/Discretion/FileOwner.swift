package import Glibc

/// Who a file or folder belongs to.
package struct FileOwner: Hashable, Sendable {
    package let user: uid_t
    package let group: gid_t

    /// Nil where it cannot be looked at.
    package init?(of path: String) {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        (user, group) = (status.st_uid, status.st_gid)
    }
}
