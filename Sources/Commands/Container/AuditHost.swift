import ArgumentParser
import Deadlines
import HostDiagnosis
import HostSetup

/// `ovn-container audit`
struct AuditHost: HostCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit",
        abstract: "List what is out of order on this host, or repair it.",
        discussion: """
            Compares what the networking API says of this host's ports with the Interface rows, the veths and the \
            containers, of network containers and of Docker's networks: a port's addresses, MAC address, host, MTU, port \
            security and user with what its container's interface has; and the packet filter's table with what the \
            settings say. Exit code 1 where anything is out of order and was not repaired. ovn-docker-plugin does the \
            same by itself again and again.

            With --repair what is ours is put right. What Docker may be about to finish, as it starts a container, is neither \
            listed nor touched. Other things are only listed: where the API says something else of a container that runs, \
            its interface stays as it is, and what to do is told.
            """)

    @Flag(help: "Put right what is ours.")
    var repair = false

    @OptionGroup var output: OutputOptions
    @OptionGroup var host: HostOptions

    func run(in context: Context) async throws {
        let (output, isRepair) = (output, repair)
        let left = try await ContainerHost.with(host, context, default: .seconds(60)) { host in
            try await host.withEngine { engine in
                let audit = HostAudit(host: host, engine: engine)
                let items = try await Self.settled(audit)
                var outcomes: [String] = []
                for item in items {
                    guard isRepair, item.remedy != nil else {
                        outcomes.append(item.remedy == nil ? "none" : "possible")
                        continue
                    }
                    host.progress("repairing: \(item.detail)")
                    let failure = await audit.repair(item)
                    if let failure { context.console.errors("ovn-container: not repaired: \(failure)") }
                    outcomes.append(failure == nil ? "done" : "failed")
                }
                output.print(Self.listing(items, outcomes), on: context.console)
                return outcomes.filter { $0 != "done" }.count
            }
        }
        if left > 0 {
            throw HostError(
                .refused, "\(left) \(left == 1 ? "thing is" : "things are") out of order on this host")
        }
    }

    /// What is out of order and stays so.
    private static func settled(_ audit: HostAudit) async throws -> [HostAudit.Item] {
        let items = try await audit.look()
        guard !items.isEmpty else { return [] }
        let pause = audit.host.hooks.settlingTime ?? HostAudit.settlingTime
        guard audit.host.remaining > pause else {
            throw HostError(
                .refused, "making sure takes \(pause.inSeconds), and --timeout leaves \(audit.host.remaining.inSeconds)"
            )
        }
        audit.host.progress("looking again in \(pause.inSeconds)")
        try await Task.sleep(for: pause)
        return try await audit.look(again: items)
    }

    static func listing(_ items: [HostAudit.Item], _ outcomes: [String]) -> Listing {
        var listing = Listing(columns: [
            .init(key: "problem", title: "Problem"),
            .init(key: "endpoint_id", title: "Endpoint ID", isBreakable: false),
            .init(key: "container", title: "Container"), .init(key: "detail", title: "Detail"),
            .init(key: "repair", title: "Repair"),
        ])
        listing.rows = zip(items, outcomes).map { item, outcome in
            [Cell(item.problem), Cell(item.portID), Cell(item.container), Cell(item.detail), Cell(outcome)]
        }
        return listing
    }
}
