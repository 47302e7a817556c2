/// Everything that can be configured, by the name that it has as a flag and in the configuration file.
enum Setting: String, CaseIterable, Hashable, Sendable {
    case listen
    case defaultProject = "default-project"
    case logLevel = "log-level"
    case authentication = "auth"
    case authURL = "auth-url"
    case authUsername = "auth-username"
    case authUserDomain = "auth-user-domain"
    case authPassword = "auth-password"
    case authPasswordFile = "auth-password-file"
    case authProject = "auth-project"
    case authProjectDomain = "auth-project-domain"
    case authAuthority = "auth-ca-cert"
    case authPublicURL = "auth-public-url"
    case tokenCacheTime = "token-cache-time"
    case northbound = "nb"
    case southbound = "sb"
    case privateKey = "private-key"
    case certificate
    case authority = "ca-cert"
    case dataFolder = "data-folder"
    case runFolder = "run-folder"
    case schemaFolder = "schema-folder"
    case northboundListen = "nb-listen"
    case southboundListen = "sb-listen"
    case underlayMTU = "underlay-mtu"
    case tunnelVersion = "tunnel-ip-version"
    case dnsDomain = "dns-domain"
    case dnsServers = "dns-servers"
    case leaseTime = "dhcp-lease-time"
    case baseMAC = "base-mac"

    /// `OVN_IPAM_NB_LISTEN`
    var variable: String { Self.prefix + rawValue.uppercased().map { $0 == "-" ? "_" : String($0) }.joined() }

    static let prefix = "OVN_IPAM_"

    /// Not to be shown.
    var isSecret: Bool { self == .authPassword }

    var help: String {
        switch self {
        case .listen: "Where to serve the API (default: 0.0.0.0:9696)."
        case .defaultProject: "The owner of what is made by requests that do not say whose it is (default: admin)."
        case .logLevel: "trace, debug, info, notice, warning, error or critical (default: info)."
        case .authentication:
            "Who may ask: noauth, everybody, or keystone, whoever has a token of Keystone (default: noauth)."
        case .authURL: "Where Keystone is, such as https://192.0.2.1:5000/v3."
        case .authUsername: "The user as which Keystone is asked about tokens; it needs the role service or admin."
        case .authUserDomain: "The domain of that user, by name (default: the one whose id is default)."
        case .authPassword: "The password of that user. Not a flag: others can read a command line."
        case .authPasswordFile: "A file with the password of that user."
        case .authProject: "The project of that user, by name (default: service)."
        case .authProjectDomain: "The domain of that project, by name (default: the one whose id is default)."
        case .authAuthority: "The certificate that Keystone's is signed by, PEM (default: those of this machine)."
        case .authPublicURL: "Where clients without a token are told to get one (default: auth-url)."
        case .tokenCacheTime: "For how many seconds Keystone's word on a token is taken, 1 to 60 (default: 30)."
        case .northbound:
            "Where OVN_Northbound is: unix:PATH, tcp:HOST:PORT or ssl:HOST:PORT, several joined by commas."
        case .southbound:
            "Where OVN_Southbound is. Without it, a port can be bound to hosts that do not exist."
        case .privateKey: "The private key for ssl: remotes, PEM."
        case .certificate: "The certificate for ssl: remotes, PEM."
        case .authority: "The certificate that ssl: remotes are signed by, PEM."
        case .dataFolder: "Where the databases are kept (default: /var/lib/ovn)."
        case .runFolder: "Where sockets are made (default: /run/ovn, or run in another data folder)."
        case .schemaFolder: "Where ovn-nb.ovsschema and ovn-sb.ovsschema are (default: where OVN's packages put them)."
        case .northboundListen:
            "Where OVN_Northbound listens besides its unix socket, for other machines (default: nowhere)."
        case .southboundListen: "Where OVN_Southbound listens, for the hosts (default: 0.0.0.0:6642)."
        case .underlayMTU: "The largest packet that the network between the hosts carries (default: 1500)."
        case .tunnelVersion: "The IP version of the tunnels between the hosts (default: 4)."
        case .dnsDomain: "The domain that DHCP tells clients (default: none)."
        case .dnsServers: "Name servers of subnets that name none, joined by commas (default: none)."
        case .leaseTime: "How long a DHCP lease is good (default: 43200)."
        case .baseMAC: "MAC addresses start with the first three octets of this (default: fa:16:3e:00:00:00)."
        }
    }
}

/// A setting that is wrong, or unknown: names it and where it was found.
struct SettingsError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }

    init(_ setting: Setting, _ value: String, expected: String) {
        description = "\(setting.rawValue): '\(value)' is not \(expected)"
    }
}
