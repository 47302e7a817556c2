import ArgumentParser
import Glibc
import Logging
import NetworkStore
import OVNModel
import OVSDB
import OVSDBClient

/// The process that (a) measures: loads a replica, and ends.
struct Load: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Load the replica of a Northbound database once.")

    @Argument(help: "The remote, as unix:PATH.") var remote: String
    @Argument(help: "How many ports it must have.") var ports: Int
    @Flag(help: "The columns and the secondary indexes of ovn-ipam, not every column and none.") var indexed = false

    func run() async throws {
        let whole = [
            MonitoredTable(Northbound.LogicalSwitch.self), MonitoredTable(Northbound.LogicalSwitchPort.self),
            MonitoredTable(Northbound.DHCPOptions.self), MonitoredTable(Northbound.NBGlobal.self),
            MonitoredTable(Northbound.ACL.self),
        ]
        let configuration = OVSDBConfiguration(
            remotes: [try Remote(remote)], database: "OVN_Northbound",
            tables: indexed ? NetworkStore.northboundTables : whole)
        let client = OVSDBClient(
            configuration: configuration, logger: Logger(label: "bench", factory: SwiftLogNoOpLogHandler.init))
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await client.run() }
            try await client.ready(within: .seconds(60))
            let loaded = client.replica[Northbound.LogicalSwitchPort.self].count
            guard loaded == ports else { throw BenchError("the replica has \(loaded) ports, not \(ports)") }
            // Taking a replica apart row by row is no part of loading it.
            Glibc.exit(0)
        }
    }
}

/// (a) The replica of a large database beside a whole `ovn-nbctl` run on the same server.
func measureReplica(program: String, ports: Int, report: inout Report) throws {
    report.section("OVSDB: the whole Northbound database with \(ports) ports, 5 runs in turn")
    let database = try PrivateNorthbound()
    try database.fill(ports: ports)
    var peer: [ChildProcess.Usage] = []
    var ours: [ChildProcess.Usage] = []
    var indexed: [ChildProcess.Usage] = []
    for _ in 0..<5 {
        peer.append(try ChildProcess.run(["ovn-nbctl", "--timeout=60", "--db=\(database.remote)", "show"]))
        ours.append(try ChildProcess.run([program, "load", database.remote, "\(ports)"]))
        indexed.append(try ChildProcess.run([program, "load", "--indexed", database.remote, "\(ports)"]))
    }
    let peerCPU = Samples(peer.map(\.cpu)).median
    let ourCPU = Samples(ours.map(\.cpu)).median
    let peerPeak = peer.map(\.peakKiB).max() ?? 0
    let ourPeak = ours.map(\.peakKiB).max() ?? 0
    report.note("ovn-nbctl show", "\(milliseconds(peerCPU)) CPU, peak \(peerPeak / 1024) MiB")
    report.judge(
        "replica, CPU", "\(milliseconds(ourCPU)), \(decimal(peerCPU / ourCPU, 1)) times less", limit: "4 times less",
        met: peerCPU >= 4 * ourCPU)
    report.note(
        "replica with ovn-ipam's secondary indexes",
        "\(milliseconds(Samples(indexed.map(\.cpu)).median)) CPU, peak \((indexed.map(\.peakKiB).max() ?? 0) / 1024) MiB"
    )
    report.judge("replica, peak memory", "\(ourPeak / 1024) MiB", limit: "less than ovn-nbctl", met: ourPeak < peerPeak)
}
