import ArgumentParser
import Deadlines
import Discretion
import Glibc
import JSONCoding
import NetworkStore
import NeutronAPI

struct HostCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "host", abstract: "Hosts: which there are, and away with one.",
        subcommands: [List.self, Remove.self])

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List the hosts.",
            discussion: "A host that does not answer within two seconds, or has not for a minute, is silent.")

        @Option(name: [.short, .long], help: "table or json.")
        var format = OutputFormat.table

        @OptionGroup var options: CentralOptions

        /// How long hosts have to give a sign of life.
        private static let patience = Duration.seconds(2)

        func run() async throws {
            let hosts = try await options.withStore(withSouthbound: true) { store in
                try await store.pingChassis()
                let deadline = ContinuousClock.now + Self.patience
                let start = Timestamp.now
                while ContinuousClock.now < deadline,
                    store.hosts().contains(where: { $0.isAlive && ($0.lastSeen ?? start) < start })
                {
                    try await Task.sleep(for: .milliseconds(50))
                }
                return store.hosts()
            }
            switch format {
            case .json: print(JSON.array(hosts.map(\.json)).description)
            case .table: Listing(headings: HostTable.headings, rows: hosts.map(HostTable.cells)).print(.table)
            }
        }
    }

    struct Remove: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Take away a host that is gone, with all that is left of it.",
            discussion: """
                Its chassis, its containers' ports and their addresses, its uses of networks and its right to the API \
                go. A host that still runs is to run 'ovn-integrate leave' instead. May be repeated.
                """)

        @Argument(help: "The host's name or system id.")
        var name: String

        @Flag(help: "Also where containers have ports on it.")
        var force = false

        @OptionGroup var options: CentralOptions

        func run() async throws {
            let (name, force) = (name, force)
            let removal = try await options.withStore(withSouthbound: true) { store in
                try await store.removeHost(name, isForced: force)
            }
            var line = Array("\(HostTable.sentence(removal, name).plain())\n".utf8)
            write(STDERR_FILENO, &line, line.count)
        }
    }
}

/// How hosts are printed.
enum HostTable {
    static let headings = [
        "name", "system id", "address", "ovs", "ovn", "state", "last seen", "ports", "certificate until",
    ]

    static func cells(_ host: HostStanding) -> [JSON] {
        [
            .string(host.hostName), .string(host.systemID), .array(host.tunnelAddresses.map { .string($0) }),
            .string(host.versions["ovs"] ?? ""), .string(host.versions["ovn"] ?? ""),
            .string(host.isAlive ? "alive" : "silent"), .string(host.lastSeen?.description ?? "never"),
            .integer(Int64(host.ports)), .string(host.certificateEnd?.description ?? ""),
        ]
    }

    static func sentence(_ removal: HostRemoval, _ name: String) -> String {
        guard !removal.isEmpty else { return "there is nothing of a host \(name)" }
        func count(_ number: Int, _ what: String) -> String { "\(number) \(what)\(number == 1 ? "" : "s")" }
        return "host \(name) is removed: \(count(removal.deletedPorts, "port")) of containers deleted, "
            + "\(count(removal.keptPorts, "sticky address")) kept, \(count(removal.unboundPorts, "other port")) unbound, "
            + "\(count(removal.networks, "network")) left"
    }
}

extension HostStanding {
    var json: JSON {
        [
            "name": .string(hostName), "system_id": .string(systemID),
            "addresses": .array(tunnelAddresses.map { .string($0) }),
            "versions": .object(versions.mapValues { .string($0) }), "alive": .boolean(isAlive),
            "last_seen": lastSeen.map { .string($0.description) } ?? .null, "ports": .integer(Int64(ports)),
            "certificate_end": certificateEnd.map { .string($0.description) } ?? .null,
            "project": project.map { .string($0) } ?? .null,
            "trusted_authorities": .array(trusted.map { .string($0) }),
        ]
    }
}
