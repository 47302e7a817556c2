/// The sources that select a cloud, in order of precedence: command line options, the environment, clouds.yaml.
package struct CloudChoice: Sendable {
    /// Command line options, by setting.
    package var options: [CloudSetting: String]
    /// The cloud of clouds.yaml named on the command line.
    package var name: String?
    package var environment: [String: String]
    /// Called with a sentence for each insecure file.
    package var warn: @Sendable (String) -> Void

    package init(
        options: [CloudSetting: String] = [:], name: String? = nil, environment: [String: String],
        warn: @escaping @Sendable (String) -> Void = { _ in }
    ) {
        self.options = options
        self.name = name
        self.environment = environment
        self.warn = warn
    }

    /// Whether options or variables select an OpenStack cloud.
    package var isMeant: Bool { Cloud.isMeant(options: options, cloud: name, environment: environment) }

    /// Reads all of it.
    ///
    /// - Throws: `misconfigured`, naming the variable that is missing or wrong.
    package func load() throws(KeystoneError) -> Cloud {
        try Cloud.load(options: options, cloud: name, environment: environment, warn: warn)
    }
}
