package import HTTPTransport

/// The credentials for a Keystone, and its URL. Printing them shows no secret.
package struct Credentials: Hashable, Sendable {
    /// The authentication method.
    package enum Method: Hashable, Sendable {
        case password(User, Secret)
        /// An existing token, exchanged for one of the wanted scope.
        case token(Secret)
        /// It implies its project, so there is no scope. Identity v3 only.
        case applicationCredential(ApplicationCredential, Secret)
    }

    /// What the token is for.
    package enum Scope: Hashable, Sendable {
        case unscoped
        case project(Project)
        case domain(Domain)
        case system
    }

    package enum Domain: Hashable, Sendable {
        case id(String)
        case name(String)
    }

    /// A user; names are unique within their domain, `nil` being the default one.
    package enum User: Hashable, Sendable {
        case id(String)
        case name(String, domain: Domain?)
    }

    /// A project (a tenant in Identity v2.0); names are unique within their domain, `nil` being the default one.
    package enum Project: Hashable, Sendable {
        case id(String)
        case name(String, domain: Domain?)
    }

    package enum ApplicationCredential: Hashable, Sendable {
        case id(String)
        case name(String, user: User)
    }

    /// Keystone's URL, with or without `/v3` or `/v2.0`.
    package var authURL: String
    /// Which Identity API to use; nil is the one in the URL, else the newest that Keystone has.
    package var version: IdentityVersion?
    package var method: Method
    package var scope: Scope
    /// The domain of users and projects without one; the only one of Identity v2.0.
    package var defaultDomain: Domain
    package var trust: Trust

    package init(
        authURL: String, version: IdentityVersion? = nil, method: Method, scope: Scope,
        defaultDomain: Domain = .id("default"), trust: Trust = .system
    ) {
        self.authURL = authURL
        self.version = version
        self.method = method
        self.scope = scope
        self.defaultDomain = defaultDomain
        self.trust = trust
    }
}

/// Which Identity API.
package enum IdentityVersion: String, Hashable, Sendable {
    case v2 = "v2.0"
    case v3

    /// `3`, `v3`, `3.14`, `2`, `2.0`, `v2.0`
    package init?(_ text: some StringProtocol) {
        let number = text.hasPrefix("v") ? text.dropFirst() : text[...]
        switch number.split(separator: ".", omittingEmptySubsequences: false).first {
        case "3": self = .v3
        case "2": self = .v2
        default: return nil
        }
    }
}
