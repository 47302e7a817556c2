// Credentials in messages and logs.

extension Credentials: CustomStringConvertible, CustomDebugStringConvertible {
    /// `user "demo" for project "demo" at http://192.0.2.1:5000/v3`
    package var description: String {
        switch scope {
        case .unscoped: "\(method) at \(authURL)"
        default: "\(method) for \(scope) at \(authURL)"
        }
    }

    package var debugDescription: String { description }
}

extension Credentials.Method: CustomStringConvertible {
    package var description: String {
        switch self {
        case .password(let user, _): "\(user)"
        case .token: "the given token"
        case .applicationCredential(let credential, _): "\(credential)"
        }
    }
}

extension Credentials.Scope: CustomStringConvertible {
    package var description: String {
        switch self {
        case .unscoped: "nothing"
        case .project(let project): "\(project)"
        case .domain(let domain): "\(domain)"
        case .system: "the system"
        }
    }
}

extension Credentials.Domain: CustomStringConvertible {
    package var description: String {
        switch self {
        case .id(let id): "domain \(id)"
        case .name(let name): "domain \"\(name)\""
        }
    }
}

extension Credentials.User: CustomStringConvertible {
    package var description: String {
        switch self {
        case .id(let id): "user \(id)"
        case .name(let name, let domain?): "user \"\(name)\" of \(domain)"
        case .name(let name, nil): "user \"\(name)\""
        }
    }
}

extension Credentials.Project: CustomStringConvertible {
    package var description: String {
        switch self {
        case .id(let id): "project \(id)"
        case .name(let name, let domain?): "project \"\(name)\" of \(domain)"
        case .name(let name, nil): "project \"\(name)\""
        }
    }
}

extension Credentials.ApplicationCredential: CustomStringConvertible {
    package var description: String {
        switch self {
        case .id(let id): "application credential \(id)"
        case .name(let name, let user): "application credential \"\(name)\" of \(user)"
        }
    }
}
