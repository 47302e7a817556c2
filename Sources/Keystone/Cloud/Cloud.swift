package import HTTPTransport

/// An OpenStack cloud and the credentials for it, from an RC file, clouds.yaml and options.
package struct Cloud: Hashable, Sendable {
    package enum Login: Hashable, Sendable {
        /// Services without authentication.
        case none
        case keystone(Credentials)
    }

    package var login: Login
    /// The URL of the network service; nil takes the catalogue's.
    package var endpoint: String?
    /// Which of the catalogue's endpoints; `nil` is the first.
    package var region: String?
    package var interface: Catalogue.Interface
    package var trust: Trust

    package init(
        login: Login, endpoint: String? = nil, region: String? = nil, interface: Catalogue.Interface = .public,
        trust: Trust = .system
    ) {
        self.login = login
        self.endpoint = endpoint
        self.region = region
        self.interface = interface
        self.trust = trust
    }

    /// Whether options or variables select an OpenStack cloud.
    package static func isMeant(
        options: [CloudSetting: String], cloud: String?, environment: [String: String]
    ) -> Bool {
        var settings = CloudSettings(environment: environment)
        settings.override(with: CloudSettings(options))
        let name = cloud ?? environment["OS_CLOUD"] ?? ""
        return !name.isEmpty || CloudSetting.telling.contains { settings[$0] != nil }
    }

    /// Reads options, the `OS_…` variables and clouds.yaml, in order of precedence.
    ///
    /// `cloud` is the cloud of clouds.yaml that the command line names; else `OS_CLOUD` does, else, where nothing at
    /// all is configured, it is the only one in the file. `folder` is where clouds.yaml is looked for first. `warn`
    /// gets the file whose secret every user of the machine can read, which OpenStack's own tools accept silently.
    ///
    /// - Throws: `misconfigured`, naming the variable that is missing or wrong.
    package static func load(
        options: [CloudSetting: String] = [:], cloud: String? = nil, environment: [String: String],
        folder: String = ".", warn: (String) -> Void = { _ in }
    ) throws(KeystoneError) -> Cloud {
        var said = CloudSettings(environment: environment)
        said.override(with: CloudSettings(options))
        let name = [cloud, environment["OS_CLOUD"]].lazy.compactMap { $0 }.first { !$0.isEmpty }
        var entry: CloudsFiles.Entry?
        if name != nil || !isMeant(options: options, cloud: cloud, environment: environment) {
            entry = try CloudsFiles(environment: environment, folder: folder).find(name, warn)
        }
        var settings = CloudSettings()
        if let entry { settings = try CloudSettings(entry, region: said[.region]) }
        settings.override(with: said)
        return try CloudReader(settings: settings, entry: entry).cloud()
    }
}
