// Refusals of the identity service, with Keystone's messages (Identity API v3).
extension NeutronError {
    /// 401, the same for all causes.
    package static var unauthorized: Self {
        Self(
            status: 401, type: "Unauthorized", message: "The request you have made requires authentication.")
    }

    /// 403
    package static func forbiddenAction(_ action: String) -> Self {
        Self(
            status: 403, type: "Forbidden",
            message: "You are not authorized to perform the requested action: \(action).")
    }

    /// 404
    package static func identityNotFound(_ kind: String, _ id: String) -> Self {
        Self(status: 404, type: "NotFound", message: "Could not find \(kind): \(id.shortened).")
    }

    /// 409: a name is taken.
    package static func identityNameTaken(_ kind: String, _ name: String) -> Self {
        Self(
            status: 409, type: "Conflict",
            message: "Conflict occurred attempting to store \(kind) - Duplicate entry found with name "
                + "\(name.shortened) at domain ID default.")
    }

    /// 403
    package static func tooManyCredentials(_ limit: Int) -> Self {
        Self(
            status: 403, type: "Forbidden",
            message: "Unable to create additional application credentials, maximum of \(limit) already exceeded for "
                + "user.")
    }

    /// 409: a project that owns resources is not deleted unless told so.
    package static func identityProjectInUse(_ name: String, _ resources: [String: Int]) -> Self {
        let counts = resources.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }.joined(separator: ", ")
        return Self(
            status: 409, type: "Conflict",
            message: "Project \(name.shortened) has resources (\(counts)).")
    }
}

/// The rules for names of users, projects and application credentials.
package enum IdentityName {
    /// Why a text is not a name; nil where it is: a line of 1…`maximum` characters without spaces at its ends.
    package static func fault(_ text: String, maximum: Int = 255) -> String? {
        guard !text.isEmpty, text.unicodeScalars.count <= maximum else { return "must have 1 to \(maximum) characters" }
        guard text.first != " ", text.last != " " else { return "must not begin or end with a space" }
        guard text.unicodeScalars.allSatisfy({ $0.value >= 0x20 && !(0x7f...0x9f ~= $0.value) }) else {
            return "must not have control characters"
        }
        return nil
    }
}
