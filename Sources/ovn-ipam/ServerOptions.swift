import ArgumentParser

/// The flags of every command that serves.
struct ServerOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The configuration file, YAML (default: /etc/ovn-containers/ipam.yaml, if it exists).", valueName: "file"))
    var config: String?

    @Option(help: ArgumentHelp(Setting.listen.help, valueName: "address:port"))
    var listen: String?

    @Option(name: .customLong("api-listen"), help: ArgumentHelp(Setting.apiListen.help, valueName: "address:port"))
    var apiListen: String?

    @Option(name: .customLong("api-certificate"), help: ArgumentHelp(Setting.apiCertificate.help, valueName: "file"))
    var apiCertificate: String?

    @Option(name: .customLong("api-key"), help: ArgumentHelp(Setting.apiKey.help, valueName: "file"))
    var apiKey: String?

    @Flag(help: ArgumentHelp(Setting.open.help))
    var open = false

    @Option(name: .customLong("public-name"), help: ArgumentHelp(Setting.publicName.help, valueName: "names"))
    var publicName: String?

    @Option(help: ArgumentHelp(Setting.certificateLifetime.help, valueName: "time"))
    var certificateLifetime: String?

    @Option(help: ArgumentHelp(Setting.defaultProject.help, valueName: "project"))
    var defaultProject: String?

    @Option(help: ArgumentHelp(Setting.logLevel.help, valueName: "level"))
    var logLevel: String?

    @Option(
        name: .customLong("auth"), help: ArgumentHelp(Setting.authentication.help, valueName: "noauth|builtin|keystone")
    )
    var authentication: String?

    @Option(name: .customLong("auth-url"), help: ArgumentHelp(Setting.authURL.help, valueName: "url"))
    var authURL: String?

    @Option(help: ArgumentHelp(Setting.authUsername.help, valueName: "name"))
    var authUsername: String?

    @Option(help: ArgumentHelp(Setting.authUserDomain.help, valueName: "name"))
    var authUserDomain: String?

    @Option(help: ArgumentHelp(Setting.authPasswordFile.help, valueName: "file"))
    var authPasswordFile: String?

    @Option(help: ArgumentHelp(Setting.authProject.help, valueName: "name"))
    var authProject: String?

    @Option(help: ArgumentHelp(Setting.authProjectDomain.help, valueName: "name"))
    var authProjectDomain: String?

    @Option(name: .customLong("auth-ca-cert"), help: ArgumentHelp(Setting.authAuthority.help, valueName: "file"))
    var authAuthority: String?

    @Option(name: .customLong("auth-public-url"), help: ArgumentHelp(Setting.authPublicURL.help, valueName: "url"))
    var authPublicURL: String?

    @Option(help: ArgumentHelp(Setting.tokenCacheTime.help, valueName: "seconds"))
    var tokenCacheTime: String?

    @Option(help: ArgumentHelp(Setting.tokenLifetime.help, valueName: "seconds"))
    var tokenLifetime: String?

    @Option(name: .customLong("underlay-mtu"), help: ArgumentHelp(Setting.underlayMTU.help, valueName: "bytes"))
    var underlayMTU: String?

    @Option(name: .customLong("tunnel-ip-version"), help: ArgumentHelp(Setting.tunnelVersion.help, valueName: "4|6"))
    var tunnelVersion: String?

    @Option(name: .customLong("dns-domain"), help: ArgumentHelp(Setting.dnsDomain.help, valueName: "domain"))
    var dnsDomain: String?

    @Option(name: .customLong("dns-servers"), help: ArgumentHelp(Setting.dnsServers.help, valueName: "addresses"))
    var dnsServers: String?

    @Option(name: .customLong("dhcp-lease-time"), help: ArgumentHelp(Setting.leaseTime.help, valueName: "seconds"))
    var leaseTime: String?

    @Option(name: .customLong("base-mac"), help: ArgumentHelp(Setting.baseMAC.help, valueName: "mac"))
    var baseMAC: String?

    @Option(help: ArgumentHelp(Setting.quota.help, valueName: "kind=number"))
    var quota: [String] = []

    var values: [Setting: String?] {
        [
            .listen: listen, .apiListen: apiListen, .apiCertificate: apiCertificate, .apiKey: apiKey,
            .open: open ? "true" : nil, .publicName: publicName,
            .certificateLifetime: certificateLifetime, .defaultProject: defaultProject, .logLevel: logLevel,
            .authentication: authentication,
            .authURL: authURL, .authUsername: authUsername, .authUserDomain: authUserDomain,
            .authPasswordFile: authPasswordFile, .authProject: authProject, .authProjectDomain: authProjectDomain,
            .authAuthority: authAuthority, .authPublicURL: authPublicURL, .tokenCacheTime: tokenCacheTime,
            .tokenLifetime: tokenLifetime,
            .underlayMTU: underlayMTU,
            .tunnelVersion: tunnelVersion, .dnsDomain: dnsDomain, .dnsServers: dnsServers, .leaseTime: leaseTime,
            .baseMAC: baseMAC, .quota: quota.isEmpty ? nil : quota.joined(separator: ","),
        ]
    }
}
