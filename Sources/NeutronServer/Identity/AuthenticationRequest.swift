import JSONCoding
import NeutronAPI

/// The body of `POST /v3/auth/tokens`.
struct AuthenticationRequest: Sendable {
    /// A user or a project, by identifier or by name and domain.
    enum Reference: Sendable {
        case id(String)
        case name(String)
        /// Of a domain that is not there.
        case elsewhere
    }

    enum Method: Sendable {
        case password(Reference, String)
        case token(String)
        case credential(id: String, secret: String)
        case namedCredential(String, Reference, secret: String)
    }

    enum Scope: Sendable {
        case none
        case unscoped
        case project(Reference)
        /// A domain, the system, a trust: nobody has a role there.
        case other
    }

    let method: Method
    let scope: Scope

    init(_ body: [String: JSON]) throws(NeutronError) {
        let auth = try Self.object(body["auth"], "auth")
        let identity = try Self.object(auth["identity"], "auth.identity")
        guard let methods = identity["methods"]?.array, let name = methods.first?.string else {
            throw Self.missing("auth.identity.methods")
        }
        // One that needs another besides cannot be had.
        guard methods.count == 1 else { throw .unauthorized }
        method = try Self.method(name, identity)
        scope = try Self.scope(auth["scope"])
    }

    private static func method(_ name: String, _ identity: [String: JSON]) throws(NeutronError) -> Method {
        let place = "auth.identity.\(name.shortened)"
        switch name {
        case "password":
            let user = try object(try object(identity[name], place)["user"], "\(place).user")
            return .password(
                try reference(user, "\(place).user"), try text(user["password"], "\(place).user.password", 4_096))
        case "token":
            return .token(try text(try object(identity[name], place)["id"], "\(place).id", 8_192))
        case "application_credential":
            let given = try object(identity[name], place)
            let secret = try text(given["secret"], "\(place).secret", 4_096)
            if let id = given["id"] { return .credential(id: try text(id, "\(place).id"), secret: secret) }
            let user = try reference(try object(given["user"], "\(place).user"), "\(place).user")
            return .namedCredential(try text(given["name"], "\(place).name"), user, secret: secret)
        default: throw .unauthorized
        }
    }

    private static func scope(_ json: JSON?) throws(NeutronError) -> Scope {
        switch json {
        case nil, .null: return .none
        case .string("unscoped"): return .unscoped
        case .object(let scope):
            if let project = scope["project"] {
                return .project(try reference(try object(project, "auth.scope.project"), "auth.scope.project"))
            }
            return scope["unscoped"] == nil ? .other : .unscoped
        default: throw missing("auth.scope")
        }
    }

    private static func reference(_ given: [String: JSON], _ place: String) throws(NeutronError) -> Reference {
        if let id = given["id"] { return .id(try text(id, "\(place).id")) }
        let name = try text(given["name"], "\(place).name")
        let domain = try object(given["domain"], "\(place).domain")
        return IdentityDomain.isIt(id: domain["id"]?.string, name: domain["name"]?.string) ? .name(name) : .elsewhere
    }

    private static func object(_ json: JSON?, _ place: String) throws(NeutronError) -> [String: JSON] {
        guard let object = json?.object else { throw missing(place) }
        return object
    }

    private static func text(_ json: JSON?, _ place: String, _ maximum: Int = 255) throws(NeutronError) -> String {
        guard let text = json?.string, text.utf8.count <= maximum * 4 else { throw missing(place) }
        return text
    }

    private static func missing(_ place: String) -> NeutronError {
        .badRequest(
            "Expecting to find \(place) in request body. The server could not comply with the request since it is "
                + "either malformed or otherwise incorrect. The client is assumed to be in error.")
    }
}

/// The one domain.
enum IdentityDomain {
    static let id = "default"
    static let name = "Default"

    static func isIt(id: String?, name: String?) -> Bool { id.map { $0 == Self.id } ?? (name == Self.name) }

    /// As tokens have it.
    static let short: JSON = ["id": .string(id), "name": .string(name)]
}
