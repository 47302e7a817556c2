/// What says which cloud is meant: options of a command line, the environment, clouds.yaml. Each counts before the next.
package struct CloudChoice: Sendable {
    /// What a command line says, by setting.
    package var options: [CloudSetting: String]
    /// The cloud of clouds.yaml that a command line names.
    package var name: String?
    package var environment: [String: String]
    /// Told what is unwise about the files, a sentence each.
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

    /// Whether options or variables say that an OpenStack cloud is meant.
    package var isMeant: Bool { Cloud.isMeant(options: options, cloud: name, environment: environment) }

    /// Reads all of it.
    ///
    /// - Throws: `misconfigured`, naming the variable that is missing or wrong.
    package func load() throws(KeystoneError) -> Cloud {
        try Cloud.load(options: options, cloud: name, environment: environment, warn: warn)
    }
}
