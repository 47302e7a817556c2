import ArgumentParser

/// `make bench`: every figure beside its peer, in one run on one machine.
@main struct Bench: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ovn-bench", abstract: "Measure ovn-containers beside its peers.",
        subcommands: [All.self, Attach.self, Load.self, LookUp.self], defaultSubcommand: All.self)

    struct All: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Everything that needs no lab.")

        @Option(help: "The folder with the release programs.") var programs: String
        @Option(help: "A free TCP port on this machine.") var port: UInt16 = 19696
        @Option(help: "Only these parts: start-up, replica, api, tls, scale, restart.") var only: [String] = []
        @Option(help: "The ports of the parts scale and restart.") var ports = 10_000

        func run() async throws {
            var report = Report()
            func wanted(_ part: String) -> Bool { only.isEmpty || only.contains(part) }
            if wanted("start-up") { try measureStartUp(programs: programs, report: &report) }
            if wanted("replica") {
                try measureReplica(program: CommandLine.arguments[0], ports: 50_000, report: &report)
            }
            if wanted("api") { try APIBenchmark(programs: programs, port: port).run(report: &report) }
            if wanted("tls") { try await TLSBenchmark(programs: programs, port: port).run(report: &report) }
            if wanted("scale") { try ScaleBenchmark(programs: programs, port: port, ports: ports).run(report: &report) }
            if wanted("restart") {
                try RestartBenchmark(programs: programs, port: port, ports: ports).run(report: &report)
            }
            try report.conclude()
        }
    }
}
