import Certificates
import Configuration
import DHCPOptions
import Deadlines
import EmbeddedOVN
import Glibc
import Logging
import NetAddress
import NetworkStore
import NeutronAPI
import NeutronServer
import OVSDB
import OVSDBClient

/// All settings, parsed and checked.
struct Settings: Sendable {
    var server = NeutronServer.Configuration()
    var listen = ListenAddress(host: "0.0.0.0", port: 9_696)
    /// Where the API is served with a certificate that the operator gives; nil: nowhere.
    var operatorListener: OperatorListener?
    var store = NetworkStoreConfiguration()
    var embedded = EmbeddedOVN.Configuration()
    var northbound: [Remote] = []
    var southbound: [Remote] = []
    var tls: OVSDBConfiguration.TLS?
    /// Nil: everything is served in plain text.
    var security: SecuritySettings? = SecuritySettings()
    /// Nil without authentication.
    var keystone: KeystoneSettings?
    /// Nil unless the service has users of its own.
    var identity: IdentityConfiguration?
    var logLevel = Logger.Level.info

    /// Flags take precedence over the environment, the environment over the file.
    init(_ flags: [Setting: String?], file: String?) throws(SettingsError) {
        let environment = try Self.environment()
        var providers: [any ConfigProvider] = [
            InMemoryProvider(name: "flags", values: Self.values(flags.compactMapValues { $0 })),
            InMemoryProvider(name: "environment", values: Self.values(environment.settings)),
        ]
        if let path = file ?? environment.file ?? Self.standardFile {
            providers.append(InMemoryProvider(name: path, values: Self.values(try SettingsFile.read(path))))
        }
        try self.init(ConfigReader(providers: providers))
    }

    /// The packages' file, where it is there.
    private static var standardFile: String? {
        let path = "/etc/ovn-containers/ipam.yaml"
        return access(path, F_OK) == 0 ? path : nil
    }

    private static func values(_ settings: [Setting: String]) -> [AbsoluteConfigKey: ConfigValue] {
        Dictionary(
            uniqueKeysWithValues: settings.map {
                (
                    AbsoluteConfigKey([$0.key.rawValue], context: [:]),
                    ConfigValue(.string($0.value), isSecret: $0.key.isSecret)
                )
            })
    }

    /// The `OVN_IPAM_…` variables; an unknown one is an error.
    private static func environment() throws(SettingsError) -> (settings: [Setting: String], file: String?) {
        let byVariable = Dictionary(uniqueKeysWithValues: Setting.allCases.map { ($0.variable, $0) })
        var settings: [Setting: String] = [:]
        var file: String?
        var next = environ
        while let item = next.pointee {
            next += 1
            let text = String(cString: item)
            guard text.hasPrefix(Setting.prefix), let separator = text.firstIndex(of: "=") else { continue }
            let (name, value) = (String(text[..<separator]), String(text[text.index(after: separator)...]))
            if name == Setting.prefix + "CONFIG" {
                file = value
            } else if let setting = byVariable[name] {
                settings[setting] = value
            } else {
                throw SettingsError(
                    "\(name) is not a setting; there are \(byVariable.keys.sorted().joined(separator: ", "))")
            }
        }
        return (settings, file)
    }

    private init(_ reader: ConfigReader) throws(SettingsError) {
        func value<Value>(
            _ setting: Setting, _ expected: String, _ convert: (String) -> Value?
        ) throws(SettingsError) -> Value? {
            guard let text = reader.string(forKey: ConfigKey([setting.rawValue])) else { return nil }
            guard let value = convert(text) else { throw SettingsError(setting, text, expected: expected) }
            return value
        }
        func remotes(_ setting: Setting) throws(SettingsError) -> [Remote] {
            // Errors in a list are reported as for every setting: its name, its text, and what is expected.
            try value(setting, "a list of unix:PATH, tcp:HOST:PORT or ssl:HOST:PORT") { try? Remote.list($0) } ?? []
        }
        func text(_ setting: Setting) throws(SettingsError) -> String? {
            try value(setting, "a text") { $0.isEmpty ? nil : $0 }
        }
        func address(_ setting: Setting) throws(SettingsError) -> ListenAddress? {
            try value(setting, "an address and a port, such as 192.0.2.1:6641 or [::]:6641") { ListenAddress($0) }
        }

        if let listen = try address(.listen) { self.listen = listen }
        operatorListener = try OperatorListener(
            try address(.apiListen), certificateFile: try text(.apiCertificate), keyFile: try text(.apiKey))
        if let project = try value(.defaultProject, "a line of at most 255 characters", { ProjectID($0) }) {
            server.defaultProject = project.text
        }
        if let level = try value(.logLevel, "a log level", { Logger.Level(rawValue: $0) }) { logLevel = level }
        northbound = try remotes(.northbound)
        southbound = try remotes(.southbound)
        tls = try Self.tls(try text(.privateKey), try text(.certificate), try text(.authority))
        for remote in northbound + southbound {
            if case .ssl = remote, tls == nil {
                throw SettingsError("\(remote) needs --private-key, --certificate and --ca-cert")
            }
        }

        if try value(.open, "true or false", { ["true": true, "false": false][$0] }) == true { security = nil }
        if let time = try value(
            .certificateLifetime, "a time from 30s to 8760h, such as 12h or 7d",
            { text in Duration(text).flatMap { .seconds(30)...(.seconds(8_760 * 3_600)) ~= $0 ? $0 : nil } })
        {
            security?.lifetime = time
        }
        if let listen = try address(.alsoOpen) {
            guard security != nil else { throw SettingsError("also-open: with --open nothing else is served") }
            security?.isAlsoOpen = true
            embedded.openSouthbound = listen
        }
        if let names = try value(.publicName, "a list of names and addresses", { ServedNames($0) }) {
            security?.publicNames = names
        }

        let cacheTime = try value(.tokenCacheTime, "a number of seconds from 1 to 60") { text in
            Int(text).flatMap { 1...60 ~= $0 ? $0 : nil }
        }
        let mode = try value(.authentication, "noauth, builtin or keystone") {
            ["noauth", "builtin", "keystone"].contains($0) ? $0 : nil
        }
        let authentication = mode ?? (security == nil ? "noauth" : "builtin")
        keystone = try KeystoneSettings(
            mode: authentication, cacheTime: cacheTime,
            { setting throws(SettingsError) in try text(setting) })
        let lifetime = try value(.tokenLifetime, "a number of seconds from 60 to 86400") { text in
            Int(text).flatMap { 60...86_400 ~= $0 ? $0 : nil }
        }
        if authentication == "builtin" {
            var configuration = IdentityConfiguration()
            if let lifetime { configuration.tokenLifetime = lifetime }
            identity = configuration
        }

        if let folder = try text(.dataFolder) { embedded.dataFolder = folder }
        embedded.runFolder = try text(.runFolder)
        embedded.schemaFolder = try text(.schemaFolder)
        if let listen = try address(.northboundListen) {
            guard security == nil else {
                throw SettingsError(
                    "nb-listen: Northbound has no users of its own, so it listens in plain text with --open alone; "
                        + "'ovn-nbctl set-ssl' and 'set-connection pssl:PORT' let replicas with certificates of yours reach it"
                )
            }
            embedded.northbound = listen
        }
        if let listen = try address(.southboundListen) { embedded.southbound = listen }

        let integer = { (range: ClosedRange<Int>) in
            { (text: String) in Int(text).flatMap { range.contains($0) ? $0 : nil } }
        }
        if let mtu = try value(.underlayMTU, "a number from 1358 to 65535", integer(1_358...65_535)) {
            store.underlayMTU = mtu
        }
        if let version = try value(.tunnelVersion, "4 or 6", { Int($0).flatMap { IPVersion(rawValue: $0) } }) {
            store.tunnelVersion = version
        }
        store.dnsDomain = try value(.dnsDomain, "a domain name") { DomainName($0) }
        if let servers = try value(
            .dnsServers, "a list of at most 63 addresses",
            { text -> [IPAddress]? in
                let parts = text.split(separator: ",").map { IPAddress($0.filter { $0 != " " }) }
                return parts.contains(nil) || parts.count > 63 ? nil : parts.compactMap { $0 }
            })
        {
            store.nameservers = servers
        }
        if let time = try value(.leaseTime, "a number of seconds", integer(1...4_294_967_295)) {
            store.dhcpLeaseTime = time
        }
        store.quotas = keystone == nil && identity == nil ? .none : .standard
        let kinds = QuotaLimits.kinds.joined(separator: ", ")
        if let quotas = try value(
            .quota, "a list of kind=number, with a number from -1 on; kinds are \(kinds)", Self.quotas)
        {
            store.quotas = store.quotas.replaced(by: quotas)
        }
        if let mac = try value(.baseMAC, "a unicast MAC address", { MACAddress($0) }) {
            guard !mac.isMulticast else {
                throw SettingsError(.baseMAC, mac.description, expected: "a unicast MAC address")
            }
            store.macs = mac
        }
    }

    /// `port=500,network=-1`; nil where it is something else.
    private static func quotas(_ text: String) -> [String: Int]? {
        var limits: [String: Int] = [:]
        for item in text.split(separator: ",", omittingEmptySubsequences: false) {
            let parts = item.filter { $0 != " " }.split(separator: "=", omittingEmptySubsequences: false).map(
                String.init)
            guard parts.count == 2, QuotaLimits.kinds.contains(parts[0]), let limit = Int(parts[1]),
                -1...QuotaLimits.maximum ~= limit
            else { return nil }
            limits[parts[0]] = limit
        }
        return limits
    }

    private static func tls(
        _ key: String?, _ certificate: String?, _ authority: String?
    ) throws(SettingsError) -> OVSDBConfiguration.TLS? {
        switch (key, certificate, authority) {
        case (nil, nil, nil): return nil
        case (let key?, let certificate?, let authority?):
            for file in [key, certificate, authority] where access(file, R_OK) != 0 {
                throw SettingsError("cannot read \(file): \(String(cString: strerror(errno)))")
            }
            return .init(privateKeyFile: key, certificateFile: certificate, authorityFile: authority)
        default: throw SettingsError("--private-key, --certificate and --ca-cert must be given together")
        }
    }
}
