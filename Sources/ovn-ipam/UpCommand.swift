import ArgumentParser

struct UpCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "up",
        abstract: "Run OVN's databases and ovn-northd too, and serve the API on them.",
        discussion: """
            The daemons are started again when they die, and stopped with this command. The databases stay in the data \
            folder, which one ovn-ipam uses at a time.
            """)

    @Option(help: ArgumentHelp(Setting.dataFolder.help, valueName: "folder"))
    var dataFolder: String?

    @Option(help: ArgumentHelp(Setting.runFolder.help, valueName: "folder"))
    var runFolder: String?

    @Option(help: ArgumentHelp(Setting.schemaFolder.help, valueName: "folder"))
    var schemaFolder: String?

    @Option(
        name: .customLong("nb-listen"), help: ArgumentHelp(Setting.northboundListen.help, valueName: "address:port"))
    var northboundListen: String?

    @Option(
        name: .customLong("sb-listen"), help: ArgumentHelp(Setting.southboundListen.help, valueName: "address:port"))
    var southboundListen: String?

    @Option(name: .customLong("also-open"), help: ArgumentHelp(Setting.alsoOpen.help, valueName: "address:port"))
    var alsoOpen: String?

    @OptionGroup var server: ServerOptions

    func run() async throws {
        let settings = try Settings(
            server.values.merging([
                .dataFolder: dataFolder, .runFolder: runFolder, .schemaFolder: schemaFolder,
                .northboundListen: northboundListen, .southboundListen: southboundListen, .alsoOpen: alsoOpen,
            ]) { $1 },
            file: server.config)
        try await App(settings).up()
    }
}
