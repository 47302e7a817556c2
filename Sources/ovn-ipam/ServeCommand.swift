import ArgumentParser

struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Serve the API on databases that run already.",
        discussion: """
            Any number of these on the same databases are right together.
            """)

    @Option(name: .customLong("nb"), help: ArgumentHelp(Setting.northbound.help, valueName: "remotes"))
    var northbound: String?

    @Option(name: .customLong("sb"), help: ArgumentHelp(Setting.southbound.help, valueName: "remotes"))
    var southbound: String?

    @Option(help: ArgumentHelp(Setting.privateKey.help, valueName: "file"))
    var privateKey: String?

    @Option(help: ArgumentHelp(Setting.certificate.help, valueName: "file"))
    var certificate: String?

    @Option(name: .customLong("ca-cert"), help: ArgumentHelp(Setting.authority.help, valueName: "file"))
    var authority: String?

    @OptionGroup var server: ServerOptions

    func run() async throws {
        let settings = try Settings(
            server.values.merging([
                .northbound: northbound, .southbound: southbound, .privateKey: privateKey, .certificate: certificate,
                .authority: authority,
            ]) { $1 },
            file: server.config)
        try await App(settings).serve()
    }
}
