/// All settings, by their names as flags and in the configuration file.
enum Setting: String, CaseIterable, Hashable, Sendable {
    case listen
    case apiListen = "api-listen"
    case apiCertificate = "api-certificate"
    case apiKey = "api-key"
    case open
    case alsoOpen = "also-open"
    case publicName = "public-name"
    case certificateLifetime = "certificate-lifetime"
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
    case tokenLifetime = "token-lifetime"
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
    case quota

    /// `OVN_IPAM_NB_LISTEN`
    var variable: String { Self.prefix + rawValue.uppercased().map { $0 == "-" ? "_" : String($0) }.joined() }

    static let prefix = "OVN_IPAM_"

    /// Whether it must not be printed.
    var isSecret: Bool { self == .authPassword }

    var help: String {
        switch self {
        case .listen: "Where to serve the API (default: 0.0.0.0:9696)."
        case .apiListen:
            "Where to serve the API a second time, with api-certificate, for people and programs; hosts keep to listen."
        case .apiCertificate:
            "The certificate for api-listen, PEM, with those up to its authority; read again when it is replaced."
        case .apiKey: "The private key of api-certificate, PEM, not readable by every user."
        case .open:
            "Serve without TLS, and without asking who somebody is: whoever reaches the ports may change every network."
        case .alsoOpen:
            "Where Southbound listens in plain text too, for hosts that have not joined yet; they find the API in plain "
                + "text on its port."
        case .publicName:
            "Further names and addresses by which this machine is reached, for its certificate, separated by commas."
        case .certificateLifetime:
            "How long the certificates of hosts and of this machine are valid, such as 12h or 7d (default: 7d)."
        case .defaultProject: "The project of resources created by requests that name none (default: admin)."
        case .logLevel: "trace, debug, info, notice, warning, error or critical (default: info)."
        case .authentication:
            "Authentication: builtin for users of the service itself, noauth, or keystone for tokens of Keystone "
                + "(default: noauth)."
        case .authURL: "Keystone's URL, such as https://192.0.2.1:5000/v3."
        case .authUsername: "The user for validating tokens; it needs the role service or admin."
        case .authUserDomain: "The domain of that user, by name (default: the one whose id is default)."
        case .authPassword: "The password of that user. Not a flag: other users can read command lines."
        case .authPasswordFile: "A file with the password of that user."
        case .authProject: "The project of that user, by name (default: service)."
        case .authProjectDomain: "The domain of that project, by name (default: the one whose id is default)."
        case .authAuthority: "The CA certificate of Keystone's, PEM (default: those of this machine)."
        case .authPublicURL: "The Keystone URL given to clients without a token (default: auth-url)."
        case .tokenCacheTime: "Seconds that a validated token is cached, 1 to 60 (default: 30)."
        case .tokenLifetime:
            "Seconds that a token of the service itself is valid, 60 to 86400, with builtin (default: 3600)."
        case .northbound:
            "OVN_Northbound's remote: unix:PATH, tcp:HOST:PORT or ssl:HOST:PORT, several separated by commas."
        case .southbound:
            "OVN_Southbound's remote. Without it, a port can be bound to hosts that do not exist."
        case .privateKey: "The private key for ssl: remotes, PEM."
        case .certificate: "The certificate for ssl: remotes, PEM."
        case .authority: "The CA certificate of ssl: remotes, PEM."
        case .dataFolder: "The folder of the databases (default: /var/lib/ovn)."
        case .runFolder: "The folder of the sockets (default: /run/ovn, or run in another data folder)."
        case .schemaFolder: "The folder of ovn-nb.ovsschema and ovn-sb.ovsschema (default: that of OVN's packages)."
        case .northboundListen:
            "Where OVN_Northbound listens besides its unix socket, in plain text, with --open alone (default: nowhere)."
        case .southboundListen: "Where OVN_Southbound listens, for the hosts (default: 0.0.0.0:6642)."
        case .underlayMTU: "The MTU of the network between the hosts, in bytes (default: 1500)."
        case .tunnelVersion: "The IP version of the tunnels between the hosts (default: 4)."
        case .dnsDomain: "The domain of ports' names, also sent by DHCP (default: openstacklocal, not sent)."
        case .dnsServers: "Name servers of subnets without any, separated by commas (default: none)."
        case .leaseTime: "The DHCP lease time in seconds (default: 43200)."
        case .baseMAC: "MAC addresses start with the first three octets of this (default: fa:16:3e:00:00:00)."
        case .quota:
            "How many resources of a kind each project may have, such as port=500; -1 for any number; may be repeated "
                + "(default: Neutron's numbers with builtin or keystone, else any number)."
        }
    }
}

/// An invalid or unknown setting: names it and where it was found.
struct SettingsError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }

    init(_ setting: Setting, _ value: String, expected: String) {
        description = "\(setting.rawValue): '\(value)' is not \(expected)"
    }
}
