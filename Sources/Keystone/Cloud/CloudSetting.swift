/// The settings of a cloud, by their names in clouds.yaml.
package enum CloudSetting: String, CaseIterable, Hashable, Sendable {
    case authType = "auth_type"
    case authURL = "auth_url"
    case identityVersion = "identity_api_version"
    case username
    case userID = "user_id"
    case password
    case token
    case applicationCredentialID = "application_credential_id"
    case applicationCredentialName = "application_credential_name"
    case applicationCredentialSecret = "application_credential_secret"
    case projectID = "project_id"
    case projectName = "project_name"
    case userDomainID = "user_domain_id"
    case userDomainName = "user_domain_name"
    case projectDomainID = "project_domain_id"
    case projectDomainName = "project_domain_name"
    case domainID = "domain_id"
    case domainName = "domain_name"
    case systemScope = "system_scope"
    case defaultDomainID = "default_domain_id"
    case defaultDomainName = "default_domain_name"
    case endpoint
    case region = "region_name"
    case interface
    case authority = "cacert"
    case insecure

    /// Its environment variables; the first one set wins.
    package var variables: [String] {
        switch self {
        case .authType: ["OS_AUTH_TYPE", "OS_AUTH_PLUGIN"]
        case .token: ["OS_TOKEN", "OS_AUTH_TOKEN"]
        case .projectID: ["OS_PROJECT_ID", "OS_TENANT_ID"]
        case .projectName: ["OS_PROJECT_NAME", "OS_TENANT_NAME"]
        case .defaultDomainID: ["OS_DEFAULT_DOMAIN_ID", "OS_DEFAULT_DOMAIN"]
        case .endpoint: ["OS_NETWORK_ENDPOINT_OVERRIDE", "OS_ENDPOINT_OVERRIDE", "OS_ENDPOINT"]
        case .interface: ["OS_INTERFACE", "OS_ENDPOINT_TYPE"]
        default: ["OS_" + rawValue.uppercased()]
        }
    }

    /// The one to name in messages.
    var variable: String { self == .endpoint ? "OS_ENDPOINT" : variables[0] }

    /// Other names in clouds.yaml, in order of precedence after the name itself.
    var aliases: [String] {
        switch self {
        case .authType: ["auth_plugin"]
        case .token: ["auth_token"]
        case .projectID: ["tenant_id"]
        case .projectName: ["tenant_name"]
        case .defaultDomainID: ["default_domain"]
        case .endpoint: ["network_endpoint_override", "endpoint_override"]
        case .interface: ["endpoint_type"]
        default: []
        }
    }

    /// Alternatives by id and by name: an override of one unsets all.
    private static let rivals: [Set<CloudSetting>] = [
        [.username, .userID], [.projectID, .projectName], [.userDomainID, .userDomainName],
        [.projectDomainID, .projectDomainName], [.domainID, .domainName], [.defaultDomainID, .defaultDomainName],
        [.applicationCredentialID, .applicationCredentialName],
    ]

    /// The settings that an override of this one unsets.
    var rivals: Set<CloudSetting> { Self.rivals.first { $0.contains(self) } ?? [self] }

    /// The settings that select an OpenStack cloud; others alone, such as a region, do not.
    static let telling: [CloudSetting] = [
        .authType, .authURL, .username, .userID, .password, .token, .applicationCredentialID,
        .applicationCredentialName, .applicationCredentialSecret, .endpoint,
    ]
}

/// Settings, and how they override each other.
struct CloudSettings: Sendable {
    private(set) var values: [CloudSetting: String] = [:]

    init(_ values: [CloudSetting: String] = [:]) { self.values = values.filter { !$0.value.isEmpty } }

    /// The `OS_…` variables; empty ones count as unset.
    init(environment: [String: String]) {
        for setting in CloudSetting.allCases {
            values[setting] = setting.variables.lazy.compactMap { environment[$0] }.first { !$0.isEmpty }
        }
    }

    subscript(setting: CloudSetting) -> String? { values[setting] }

    /// Takes over all settings of `other`.
    mutating func override(with other: CloudSettings) {
        let unsaid = other.values.keys.reduce(into: Set<CloudSetting>()) { $0.formUnion($1.rivals) }
        values = values.filter { !unsaid.contains($0.key) }.merging(other.values) { $1 }
    }
}
