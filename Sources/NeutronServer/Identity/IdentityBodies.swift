import Deadlines
import Identity
import JSONCoding
import NetworkStore
import NeutronAPI

// What replies of the Identity API have in them.
extension Timestamp {
    /// `2024-05-17T09:30:00.000000Z`
    var keystoneText: String { description.dropLast() + ".000000Z" }

    /// Reads it with a fraction of a second or without.
    init?(keystone text: String) {
        let rest = text.dropFirst(19).utf8
        let fraction = rest.first == UInt8(ascii: ".") ? rest.dropFirst() : rest
        let digits = fraction.last == UInt8(ascii: "Z") ? fraction.dropLast() : fraction
        guard text.utf8.count <= 32, digits.allSatisfy({ 48...57 ~= $0 }),
            rest.first == UInt8(ascii: ".") || digits.isEmpty
        else { return nil }
        self.init(text.prefix(19))
    }
}

extension IdentityRole {
    /// As tokens and credentials have it.
    var short: JSON { ["id": .string(rawValue), "name": .string(rawValue)] }

    func json(_ base: String) -> JSON {
        [
            "id": .string(rawValue), "name": .string(rawValue), "domain_id": .null, "description": .null,
            "options": [:], "links": ["self": .string("\(base)/roles/\(rawValue)")],
        ]
    }
}

extension IdentityUser {
    func json(_ base: String) -> JSON {
        var members: [String: JSON] = [
            "id": .string(id.hex), "name": .string(name), "domain_id": .string(IdentityDomain.id),
            "enabled": .boolean(isEnabled), "password_expires_at": .null, "options": [:],
            "links": ["self": .string("\(base)/users/\(id.hex)")],
        ]
        if let defaultProjectID { members["default_project_id"] = .string(defaultProjectID.hex) }
        if !standard.description.isEmpty { members["description"] = .string(standard.description) }
        return .object(members)
    }

    var short: JSON { ["id": .string(id.hex), "name": .string(name), "domain": IdentityDomain.short] }
}

extension IdentityProject {
    func json(_ base: String) -> JSON {
        [
            "id": .string(id.hex), "name": .string(name), "domain_id": .string(IdentityDomain.id),
            "parent_id": .string(IdentityDomain.id), "is_domain": false, "enabled": .boolean(isEnabled),
            "description": .string(standard.description), "tags": [], "options": [:],
            "links": ["self": .string("\(base)/projects/\(id.hex)")],
        ]
    }

    var short: JSON { ["id": .string(id.hex), "name": .string(name), "domain": IdentityDomain.short] }
}

extension ApplicationCredential {
    func json(_ base: String, secret: String? = nil) -> JSON {
        var members: [String: JSON] = [
            "id": .string(id.hex), "name": .string(name),
            "description": standard.description.isEmpty ? .null : .string(standard.description),
            "user_id": .string(userID.hex), "project_id": .string(identityProjectID.hex), "system": .null,
            "roles": .array(
                roles.map { ["id": .string($0.rawValue), "name": .string($0.rawValue), "domain_id": .null] }),
            "expires_at": expiresAt.map { .string($0.keystoneText) } ?? .null,
            "unrestricted": .boolean(isUnrestricted),
            "links": ["self": .string("\(base)/users/\(userID.hex)/application_credentials/\(id.hex)")],
        ]
        if let secret { members["secret"] = .string(secret) }
        return .object(members)
    }
}

extension IdentityDomain {
    static func json(_ base: String) -> JSON {
        [
            "id": .string(id), "name": .string(name), "enabled": true, "description": "The only domain",
            "tags": [], "options": [:], "links": ["self": .string("\(base)/domains/\(id)")],
        ]
    }
}

extension IdentitySession {
    /// `root` is the URL by which the client reached us.
    func json(_ root: String, withCatalogue: Bool) -> JSON {
        var user = self.user.short.object ?? [:]
        user["password_expires_at"] = .null
        var members: [String: JSON] = [
            "user": .object(user), "methods": .array(token.methods.names.map { .string($0) }),
            "audit_ids": .array(token.auditIDs.map { .string($0) }),
            "issued_at": .string(token.issuedAt.keystoneText), "expires_at": .string(token.expiresAt.keystoneText),
        ]
        if let project {
            members["project"] = project.short
            members["is_domain"] = false
            members["roles"] = .array(roles.map(\.short))
            if withCatalogue { members["catalog"] = Self.catalogue(root) }
        }
        if let credential {
            members["application_credential"] = [
                "id": .string(credential.id.hex), "name": .string(credential.name),
                "restricted": .boolean(!credential.isUnrestricted),
            ]
        }
        return ["token": .object(members)]
    }

    static let region = "RegionOne"

    /// Both services are where the client has found this one.
    static func catalogue(_ root: String) -> JSON {
        let services: [(type: String, name: String, url: String)] = [
            ("network", "neutron", root), ("identity", "keystone", "\(root)/v3"),
        ]
        return .array(
            services.map { service in
                let endpoints = ["public", "internal", "admin"].map { interface -> JSON in
                    [
                        "id": .string("\(service.type)-\(interface)"), "interface": .string(interface),
                        "region": .string(region), "region_id": .string(region), "url": .string(service.url),
                    ]
                }
                return [
                    "id": .string(service.type), "type": .string(service.type), "name": .string(service.name),
                    "endpoints": .array(endpoints),
                ]
            })
    }
}
