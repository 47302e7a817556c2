import ArgumentParser

/// `ovn-integrate nics-to-bridge`
struct NICsToBridge: HostCommand {
    static let configuration = CommandConfiguration(
        commandName: "nics-to-bridge",
        abstract: "Make network interfaces ports of Open vSwitch bridges.",
        discussion: """
            For each interface IF a bridge brIF is made that takes over its addresses and routes. A DHCP client that \
            listens on IF must then listen on brIF.
            """)

    @Argument(help: "Interfaces, such as eth0.")
    var interfaces: [String]

    @OptionGroup var host: HostOptions

    func run(in context: Context) async throws {
    }
}
