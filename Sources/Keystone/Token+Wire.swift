import Deadlines
package import JSONCoding

/// Reading what Keystone answers.
extension Token {
    /// The reply does not follow the Identity API.
    struct Malformed: Error, CustomStringConvertible {
        let description: String
    }

    /// From the body of `POST` or `GET /v3/auth/tokens`, whose token itself is in a header.
    /// - Throws: ``Malformed``, naming what is missing.
    package init(v3 body: JSON, secret: Secret) throws {
        guard let token = body.object?["token"]?.object else { throw Malformed(description: "it has no token") }
        guard let user = token["user"]?.object, let owner = Named(user) else {
            throw Malformed(description: "its token has no user")
        }
        let project = token["project"]?.object
        let endpoints = (token["catalog"]?.array ?? []).compactMap(\.object).flatMap { service in
            (service["endpoints"]?.array ?? []).compactMap(\.object).compactMap { Self.endpoint(of: service, $0) }
        }
        self.init(
            secret: secret, issuedAt: try Self.time(token["issued_at"], "issued_at"),
            expiresAt: try Self.time(token["expires_at"], "expires_at"), user: owner,
            userDomain: user["domain"]?.object.flatMap { Named($0) } ?? Named(id: "", name: ""),
            project: project.flatMap { Named($0) },
            projectDomain: project?["domain"]?.object.flatMap { Named($0) },
            roles: (token["roles"]?.array ?? []).compactMap { $0.object?["name"]?.string },
            isAdminProject: token["is_admin_project"] == .boolean(true),
            isSystemScoped: token["system"]?.object != nil, catalogue: Catalogue(endpoints))
    }

    private static func endpoint(of service: [String: JSON], _ endpoint: [String: JSON]) -> Catalogue.Endpoint? {
        guard let type = service["type"]?.string, let url = endpoint["url"]?.string,
            let interface = endpoint["interface"]?.string.flatMap({ Catalogue.Interface($0) })
        else { return nil }
        return Catalogue.Endpoint(
            serviceType: type, interface: interface,
            region: endpoint["region_id"]?.string ?? endpoint["region"]?.string ?? "", url: url)
    }

    /// From the body of `POST /v2.0/tokens`.
    init(v2 body: JSON) throws {
        guard let access = body.object?["access"]?.object, let token = access["token"]?.object,
            let secret = token["id"]?.string
        else { throw Malformed(description: "it has no access token") }
        guard let user = access["user"]?.object, let owner = Named(user) else {
            throw Malformed(description: "its access has no user")
        }
        let endpoints = (access["serviceCatalog"]?.array ?? []).compactMap(\.object).flatMap { service in
            (service["endpoints"]?.array ?? []).compactMap(\.object).flatMap { Self.endpoints(of: service, $0) }
        }
        self.init(
            secret: Secret(secret), issuedAt: try Self.time(token["issued_at"], "issued_at"),
            expiresAt: try Self.time(token["expires"], "expires"), user: owner, userDomain: Named(id: "", name: ""),
            project: token["tenant"]?.object.flatMap { Named($0) }, projectDomain: nil,
            roles: (user["roles"]?.array ?? []).compactMap { $0.object?["name"]?.string }, isAdminProject: false,
            isSystemScoped: false, catalogue: Catalogue(endpoints))
    }

    /// An endpoint of v2.0 has the URLs of all interfaces.
    private static func endpoints(
        of service: [String: JSON], _ endpoint: [String: JSON]
    ) -> [Catalogue.Endpoint] {
        Catalogue.Interface.allCases.compactMap { interface in
            guard let type = service["type"]?.string, let url = endpoint["\(interface.rawValue)URL"]?.string else {
                return nil
            }
            return Catalogue.Endpoint(
                serviceType: type, interface: interface, region: endpoint["region"]?.string ?? "", url: url)
        }
    }

    /// ISO 8601 in UTC; fractions of a second do not matter.
    private static func time(_ json: JSON?, _ name: String) throws -> Timestamp {
        guard let text = json?.string, let time = Timestamp(text.prefix(19)) else {
            throw Malformed(description: "its token's \(name) is not a time")
        }
        return time
    }
}

extension Token.Named {
    init?(_ members: [String: JSON]) {
        guard let id = members["id"]?.string else { return nil }
        self.init(id: id, name: members["name"]?.string ?? "")
    }
}
