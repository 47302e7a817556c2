import ArgumentParser
import ContainerFirewall
import HostNetwork
import HostSetup
import NICBridging
import OVNModel
import OVSDB
import OVSDBClient

/// `ovn-integrate nics-to-bridge`
struct NICsToBridge: HostCommand {
    static let configuration = CommandConfiguration(
        commandName: "nics-to-bridge",
        abstract: "Make network interfaces ports of Open vSwitch bridges.",
        discussion: """
            For each interface IF a bridge brIF is made that takes over its addresses, routes and policy rules, all of \
            them or none, with its MAC and MTU. Open connections stay open. Again it finishes what was cut short, or \
            does nothing; nics-from-bridge reverses it, and restore brings it back after a reboot. A DHCP client of IF \
            becomes one of brIF, or you are told what to do.
            """)

    @Argument(help: "Interfaces, such as eth0.")
    var interfaces: [String]

    @Option(help: "What moves the packets: system (the kernel) or netdev (user space). By default as br-int has it.")
    var datapath: Datapath?

    @OptionGroup var host: LocalOptions

    func validate() throws {
        guard !interfaces.isEmpty else { throw ValidationError("name an interface, such as eth0") }
    }

    func run(in context: Context) async throws {
        let (interfaces, wanted) = (interfaces, datapath)
        let hooks = context.hooks
        try await MovedNICs.with(host, context) { nics in
            for nic in interfaces { try await nics.move(nic, try nics.datapath(of: nic, wanted)) }
            // Other hosts now come by the bridge.
            try await HostFirewall(hooks).ensure(nics.database)
        }
    }
}

/// `ovn-integrate nics-from-bridge`
struct NICsFromBridge: HostCommand {
    static let configuration = CommandConfiguration(
        commandName: "nics-from-bridge",
        abstract: "Give network interfaces back what nics-to-bridge moved, and delete their bridges.",
        discussion: """
            All of it or nothing, and open connections stay open. Refused while the bridge has other ports. An interface \
            without a bridge stays as it is.
            """)

    @Argument(help: "Interfaces, such as eth0.")
    var interfaces: [String]

    @OptionGroup var host: LocalOptions

    func validate() throws {
        guard !interfaces.isEmpty else { throw ValidationError("name an interface, such as eth0") }
    }

    func run(in context: Context) async throws {
        let interfaces = interfaces
        try await MovedNICs.with(host, context) { nics in
            for nic in interfaces { try await nics.moveBack(nic) }
        }
    }
}

/// `ovn-integrate restore`
struct RestoreNICs: HostCommand {
    static let configuration = CommandConfiguration(
        commandName: "restore",
        abstract: "Bring back what nics-to-bridge did, after a reboot or a restart of Open vSwitch.",
        discussion: """
            Open vSwitch remembers the bridges, and in their rows what they took over. Whatever the interfaces have been \
            configured with since then moves to the bridges; where nothing has, the addresses and routes that are \
            remembered are laid on the bridge. The unit ovn-restore.service does this at every boot. The packet filter's table \
            is put back too.
            """)

    @OptionGroup var host: LocalOptions

    func run(in context: Context) async throws {
        let hooks = context.hooks
        try await MovedNICs.with(host, context) { nics in
            var failures: [any Error] = []
            // One that is gone must not keep the others from working.
            for (nic, datapath) in NICBridge.moved(in: nics.database.client.replica) {
                do { try await nics.move(nic, datapath) } catch { failures.append(error) }
            }
            do { try await HostFirewall(hooks).ensure(nics.database) } catch { failures.append(error) }
            if failures.count == 1 { throw failures[0] }
            guard failures.isEmpty else {
                throw HostError(.refused, failures.map { HostError($0).message }.joined(separator: "; "))
            }
        }
    }
}
