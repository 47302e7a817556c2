import ArgumentParser
import Discretion
import Glibc
import HostSetup
import Logging
import OVSDB
import OVSDBClient
import Release

/// `ovn-docker-plugin`: networks of OVN by Docker's own commands.
@main
struct OVNDockerPlugin: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ovn-docker-plugin",
        abstract: "Docker's network driver and IPAM driver named ovn.",
        discussion: """
            A daemon of every host, beside dockerd and started before it. `docker network create -d ovn --ipam-driver ovn \
            --subnet 10.1.0.0/16 -o net=blue blue` on every host joins one logical network; containers get their \
            addresses from the networking API, as the host was initialised with ovn-container init.

            The socket is the one that systemd hands over (ovn-docker-plugin.socket), or else made. In the underlay mode the \
            cloud's credentials are the OS_... variables, or OS_CLOUD names a cloud of clouds.yaml.
            """,
        version: version)

    @Option(help: ArgumentHelp("Where Docker looks for the plugin; its name is the driver's.", valueName: "path"))
    var socket = "/run/docker/plugins/ovn.sock"

    @Option(help: ArgumentHelp("Open vSwitch's database on this host.", valueName: "remote"))
    var db: String?

    @Option(help: ArgumentHelp("trace, debug, info, notice, warning, error or critical.", valueName: "level"))
    var logLevel = "info"

    func validate() throws {
        guard Logger.Level(rawValue: logLevel) != nil else {
            throw ValidationError(
                "--log-level \(logLevel): it is trace, debug, info, notice, warning, error or critical")
        }
    }

    func run() async throws {
        var logger = Logger(label: "ovn-docker-plugin", factory: { PlainLogHandler.standardError(label: $0) })
        logger.logLevel = Logger.Level(rawValue: logLevel) ?? .info
        let environment = HostProcess.environment()
        let remotes: [Remote]
        do {
            remotes = try Remote.list(db ?? "unix:\(environment["OVS_RUNDIR"] ?? "/run/openvswitch")/db.sock")
        } catch {
            throw ValidationError("--db: \(error.message)")
        }
        try await App(socket: socket, remotes: remotes, environment: environment, logger: logger).run()
    }

    /// Exit codes: 0 done, 1 could not run, 2 used wrongly.
    static func main() async {
        // Without it the C library looks for a new time zone at every log line.
        setenv("TZ", ":/etc/localtime", 0)
        do {
            var command = try parseAsRoot()
            if var waiting = command as? any AsyncParsableCommand {
                try await waiting.run()
            } else {
                try command.run()
            }
        } catch {
            let code = exitCode(for: error)
            guard code != .success else {
                print(fullMessage(for: error))
                Glibc.exit(0)
            }
            let isUsage = code == .validationFailure
            var line =
                Array((isUsage ? fullMessage(for: error) : "ovn-docker-plugin: \("\(error)".plain())").utf8) + [
                    UInt8(ascii: "\n")
                ]
            write(STDERR_FILENO, &line, line.count)
            Glibc.exit(isUsage ? 2 : 1)
        }
    }
}
