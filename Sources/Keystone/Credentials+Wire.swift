import JSONCoding

/// The bodies of token requests.
extension Credentials {
    /// `POST /v3/auth/tokens` (docs.openstack.org/api-ref/identity/v3, "Authentication and token management").
    var v3: JSON {
        var auth: [String: JSON] = [:]
        switch method {
        case .password(let user, let password):
            var members = wire(user)
            members["password"] = .string(password.revealed)
            auth["identity"] = ["methods": ["password"], "password": ["user": .object(members)]]
        case .token(let token):
            auth["identity"] = ["methods": ["token"], "token": ["id": .string(token.revealed)]]
        case .applicationCredential(let credential, let secret):
            var members: [String: JSON] = ["secret": .string(secret.revealed)]
            switch credential {
            case .id(let id): members["id"] = .string(id)
            case .name(let name, let user):
                members["name"] = .string(name)
                members["user"] = .object(wire(user))
            }
            auth["identity"] = [
                "methods": ["application_credential"], "application_credential": .object(members),
            ]
        }
        switch scope {
        case .unscoped: break
        case .project(.id(let id)): auth["scope"] = ["project": ["id": .string(id)]]
        case .project(.name(let name, let domain)):
            auth["scope"] = ["project": ["name": .string(name), "domain": wire(domain ?? defaultDomain)]]
        case .domain(let domain): auth["scope"] = ["domain": wire(domain)]
        case .system: auth["scope"] = ["system": ["all": true]]
        }
        return ["auth": .object(auth)]
    }

    /// `POST /v2.0/tokens` of Identity v2.0.
    /// - Throws: `misconfigured` for what v2.0 does not support.
    func v2() throws(KeystoneError) -> JSON {
        var auth: [String: JSON] = [:]
        switch method {
        case .password(.id(let id), let password):
            auth["passwordCredentials"] = ["userId": .string(id), "password": .string(password.revealed)]
        case .password(.name(let name, nil), let password):
            auth["passwordCredentials"] = ["username": .string(name), "password": .string(password.revealed)]
        case .password(.name(_, .some), _): throw Self.beyondV2("a user's domain")
        case .token(let token): auth["token"] = ["id": .string(token.revealed)]
        case .applicationCredential: throw Self.beyondV2("application credentials")
        }
        switch scope {
        case .unscoped: break
        case .project(.id(let id)): auth["tenantId"] = .string(id)
        case .project(.name(let name, nil)): auth["tenantName"] = .string(name)
        case .project(.name(_, .some)): throw Self.beyondV2("a project's domain")
        case .domain, .system: throw Self.beyondV2("\(scope)")
        }
        return ["auth": .object(auth)]
    }

    private static func beyondV2(_ what: String) -> KeystoneError {
        KeystoneError(.misconfigured, "keystone's identity API v2.0 does not support \(what): use v3")
    }

    private func wire(_ user: User) -> [String: JSON] {
        switch user {
        case .id(let id): ["id": .string(id)]
        case .name(let name, let domain): ["name": .string(name), "domain": wire(domain ?? defaultDomain)]
        }
    }

    private func wire(_ domain: Domain) -> JSON {
        switch domain {
        case .id(let id): ["id": .string(id)]
        case .name(let name): ["name": .string(name)]
        }
    }
}
