import HTTPTransport

/// Turns settings into a cloud.
struct CloudReader {
    let settings: CloudSettings
    /// The entry of clouds.yaml that they come from, for messages.
    let entry: CloudsFiles.Entry?

    func cloud() throws(KeystoneError) -> Cloud {
        let trust = try trust()
        return Cloud(
            login: try login(trust), endpoint: try endpoint(), region: settings[.region], interface: try interface(),
            trust: trust)
    }

    /// keystoneauth's auth plugins.
    private enum Plugin {
        case none, password, token, applicationCredential
    }

    private func plugin() throws(KeystoneError) -> (Plugin, IdentityVersion?) {
        let version = try identityVersion()
        guard let name = settings[.authType] else {
            if settings[.applicationCredentialSecret] != nil, settings[.password] == nil {
                return (.applicationCredential, .v3)
            }
            if settings[.token] != nil, settings[.password] == nil { return (.token, version) }
            // An endpoint without credentials.
            let somebody: [CloudSetting] = [.authURL, .username, .userID, .password]
            if settings[.endpoint] != nil, somebody.allSatisfy({ settings[$0] == nil }) { return (.none, nil) }
            return (.password, version)
        }
        switch name.lowercased() {
        case "password": return (.password, version)
        case "v3password": return (.password, .v3)
        case "v2password": return (.password, .v2)
        case "token": return (.token, version)
        case "v3token": return (.token, .v3)
        case "v2token": return (.token, .v2)
        case "v3applicationcredential": return (.applicationCredential, .v3)
        case "none", "noauth": return (.none, nil)
        default:
            throw KeystoneError(
                .misconfigured,
                "the authentication type \(name) (OS_AUTH_TYPE) is not supported: supported are password, token, "
                    + "v3applicationcredential and none")
        }
    }

    private func identityVersion() throws(KeystoneError) -> IdentityVersion? {
        guard let text = settings[.identityVersion] else { return nil }
        guard let version = IdentityVersion(text) else { throw wrong(.identityVersion, text, expected: "2 or 3") }
        return version
    }

    private func login(_ trust: Trust) throws(KeystoneError) -> Cloud.Login {
        let (plugin, version) = try plugin()
        if plugin == .none { return .none }
        let authURL = try required(.authURL)
        guard authURL.hasPrefix("http://") || authURL.hasPrefix("https://") else {
            throw wrong(.authURL, authURL, expected: "http://… or https://…")
        }
        let method: Credentials.Method
        switch plugin {
        case .token: method = .token(Secret(try required(.token)))
        case .applicationCredential: method = try applicationCredential()
        case .password, .none: method = .password(try user(), Secret(try required(.password)))
        }
        let scope: Credentials.Scope = plugin == .applicationCredential ? .unscoped : try scope()
        return .keystone(
            Credentials(
                authURL: authURL, version: version, method: method, scope: scope,
                defaultDomain: domain(.defaultDomainID, .defaultDomainName) ?? .id("default"), trust: trust))
    }

    private func user() throws(KeystoneError) -> Credentials.User {
        if let id = settings[.userID] { return .id(id) }
        return .name(try required(.username), domain: sharedDomain(.userDomainID, .userDomainName))
    }

    private func applicationCredential() throws(KeystoneError) -> Credentials.Method {
        let secret = Secret(try required(.applicationCredentialSecret))
        if let id = settings[.applicationCredentialID] { return .applicationCredential(.id(id), secret) }
        guard let name = settings[.applicationCredentialName] else { throw missing(.applicationCredentialID) }
        return .applicationCredential(.name(name, user: try user()), secret)
    }

    private func scope() throws(KeystoneError) -> Credentials.Scope {
        if let id = settings[.projectID] { return .project(.id(id)) }
        if let name = settings[.projectName] {
            return .project(.name(name, domain: sharedDomain(.projectDomainID, .projectDomainName)))
        }
        if let domain = domain(.domainID, .domainName) { return .domain(domain) }
        if let scope = settings[.systemScope] {
            guard scope == "all" else { throw wrong(.systemScope, scope, expected: "all") }
            return .system
        }
        throw missing(.projectName, or: .projectID)
    }

    private func domain(_ id: CloudSetting, _ name: CloudSetting) -> Credentials.Domain? {
        settings[id].map { .id($0) } ?? settings[name].map { .name($0) }
    }

    /// The domain of a user or project; where there is a project, `domain_id` and `domain_name` stand for both.
    private func sharedDomain(_ id: CloudSetting, _ name: CloudSetting) -> Credentials.Domain? {
        let isProjectScoped = settings[.projectID] != nil || settings[.projectName] != nil
        return domain(id, name) ?? (isProjectScoped ? domain(.domainID, .domainName) : nil)
    }

    private func endpoint() throws(KeystoneError) -> String? {
        guard var url = settings[.endpoint] else { return nil }
        guard url.hasPrefix("http://") || url.hasPrefix("https://") else {
            throw wrong(.endpoint, url, expected: "http://… or https://…")
        }
        while url.hasSuffix("/") { url.removeLast() }
        return url
    }

    private func interface() throws(KeystoneError) -> Catalogue.Interface {
        guard let text = settings[.interface] else { return .public }
        guard let interface = Catalogue.Interface(text) else {
            throw wrong(.interface, text, expected: "public, internal or admin")
        }
        return interface
    }

    private func trust() throws(KeystoneError) -> Trust {
        if let text = settings[.insecure] {
            switch text.lowercased() {
            case "1", "true", "yes", "on", "t", "y": return .unverified
            case "0", "false", "no", "off", "f", "n": break
            default: throw wrong(.insecure, text, expected: "true or false")
            }
        }
        guard let file = settings[.authority] else { return .system }
        do {
            return try Trust.authorities(in: file)
        } catch {
            throw KeystoneError(.misconfigured, "\(named(.authority)): \(error.reason)")
        }
    }

    private func required(_ setting: CloudSetting) throws(KeystoneError) -> String {
        guard let value = settings[setting] else { throw missing(setting) }
        return value
    }

    private func missing(_ setting: CloudSetting, or other: CloudSetting? = nil) -> KeystoneError {
        let variables = [setting, other].compactMap { $0?.variable }.joined(separator: " or ")
        guard let entry else {
            return KeystoneError(
                .misconfigured,
                "\(variables) is not set: source the RC file of your cloud, or name a cloud of clouds.yaml by OS_CLOUD")
        }
        return KeystoneError(
            .misconfigured,
            "cloud \"\(entry.name)\" in \(entry.file) has no \(setting.rawValue), and \(variables) is not set")
    }

    /// Shows `value`, which must not be a secret.
    private func wrong(_ setting: CloudSetting, _ value: String, expected: String) -> KeystoneError {
        KeystoneError(.misconfigured, "\(named(setting)) is \"\(value)\", not \(expected)")
    }

    private func named(_ setting: CloudSetting) -> String { "\(setting.rawValue) (\(setting.variable))" }
}
