import ArgumentParser
import HostAttachment
import HostNetwork
import NetAddress
import OVNModel
import OVSDB
import OVSDBClient

/// `ovn-integrate nics-to-bridge`
struct NICsToBridge: HostCommand {
    static let configuration = CommandConfiguration(
        commandName: "nics-to-bridge",
        abstract: "Make network interfaces ports of Open vSwitch bridges.",
        discussion: """
            For each interface IF a bridge brIF is made that takes over its addresses and routes, all of them or none. A \
            DHCP client that listens on IF must then listen on brIF. The move does not survive a reboot; --undo reverses it.
            """)

    @Argument(help: "Interfaces, such as eth0.")
    var interfaces: [String]

    @Option(help: "What moves the packets: system (the kernel) or netdev (user space). By default as br-int has it.")
    var datapath: Datapath?

    @Flag(help: "Give the interfaces their addresses and routes back and delete the bridges.")
    var undo = false

    @OptionGroup var host: HostOptions

    func validate() throws {
        guard !interfaces.isEmpty else { throw ValidationError("name an interface, such as eth0") }
    }

    func run(in context: Context) async throws {
        let deadline = host.deadline()
        let progress = host.progress(context)
        let logger = host.logger(context)
        let (interfaces, wanted, undo) = (interfaces, datapath, undo)
        try await HostDatabase.with(host.remote(context), until: deadline, logger: logger) { database in
            let work = try NICBridge(ovs: database.client, logger: logger)
            for nic in interfaces {
                if undo {
                    let result = try await work.restore(nic: nic, within: deadline.remaining)
                    Self.tell(result, nic, to: nic, progress, context.console)
                } else {
                    let datapath = try Self.datapath(of: nic, wanted, database)
                    let result = try await work.move(nic: nic, datapath: datapath, within: deadline.remaining)
                    Self.tell(result, nic, to: result.bridge, progress, context.console)
                }
            }
        }
    }

    /// What the user says, else what the NIC's bridge has, else what OVN's bridge has or will have.
    private static func datapath(of nic: String, _ wanted: Datapath?, _ database: HostDatabase) throws -> Datapath {
        if let wanted { return wanted }
        if let bridge = database.findBridge(try NICBridge.bridgeName(of: nic)) {
            return Datapath(rawValue: bridge.datapathType) ?? .system
        }
        let integration = try database.configuration.externalIDs["ovn-bridge-datapath-type"]
        if let datapath = integration.flatMap(Datapath.init(rawValue:)) { return datapath }
        return try Datapath.isInKernel() ? .system : .netdev
    }

    private static func tell(
        _ result: NICBridge.Result, _ nic: String, to place: String, _ progress: (String) -> Void, _ console: Console
    ) {
        for moved in result.moved { progress("\(place): \(moved)") }
        guard !result.leased.isEmpty else { return }
        let addresses = result.leased.map(\.description).joined(separator: ", ")
        console.errors(
            "note: \(addresses) came by DHCP and runs out: stop the client on \(place == nic ? result.bridge : nic) "
                + "and start one on \(place)")
    }
}
