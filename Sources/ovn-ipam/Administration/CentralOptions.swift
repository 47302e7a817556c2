import ArgumentParser
import Discretion
import EmbeddedOVN
import Logging
import NetworkStore
import NeutronAPI
import OVSDB
import OVSDBClient

/// The flags of the commands that administer: they change the databases themselves, by default through the unix sockets of
/// `ovn-ipam up`, which are root's alone. No daemon listens for them.
struct CentralOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The configuration file, YAML (default: /etc/ovn-containers/ipam.yaml, if it exists).", valueName: "file"))
    var config: String?

    @Option(help: ArgumentHelp(Setting.dataFolder.help, valueName: "folder"))
    var dataFolder: String?

    @Option(help: ArgumentHelp(Setting.runFolder.help, valueName: "folder"))
    var runFolder: String?

    @Option(
        name: .customLong("nb"),
        help: ArgumentHelp(
            "OVN_Northbound's remote (default: its unix socket in the folder of the sockets).", valueName: "remotes"))
    var northbound: String?

    @Option(
        name: .customLong("sb"),
        help: ArgumentHelp(
            "OVN_Southbound's remote (default: its unix socket in the folder of the sockets).", valueName: "remotes"))
    var southbound: String?

    @Option(help: ArgumentHelp(Setting.privateKey.help, valueName: "file"))
    var privateKey: String?

    @Option(help: ArgumentHelp(Setting.certificate.help, valueName: "file"))
    var certificate: String?

    @Option(name: .customLong("ca-cert"), help: ArgumentHelp(Setting.authority.help, valueName: "file"))
    var authority: String?

    func settings() throws(SettingsError) -> Settings {
        try Settings(
            [
                .northbound: northbound, .southbound: southbound, .runFolder: runFolder, .dataFolder: dataFolder,
                .privateKey: privateKey, .certificate: certificate, .authority: authority,
            ], file: config)
    }

    /// How long the databases have to answer.
    private static let patience = Duration.seconds(10)

    /// Runs `body` with a store on Northbound, and on Southbound where it is needed; its connections end with it.
    func withStore<Result: Sendable>(
        _ known: Settings? = nil, withSouthbound: Bool = false,
        _ body: @escaping @Sendable (NetworkStore) async throws -> Result
    ) async throws -> Result {
        let settings = try known ?? settings()
        var logger = Logger(label: "ovn-ipam", factory: { PlainLogHandler.standardError(label: $0) })
        logger.logLevel = .error
        func client(
            _ name: String, _ given: [Remote], _ socket: String, _ tables: [MonitoredTable]
        ) throws -> OVSDBClient {
            let remotes = given.isEmpty ? [try Remote("unix:\(settings.embedded.socketFolder)/\(socket)")] : given
            return OVSDBClient(
                configuration: OVSDBConfiguration(
                    remotes: remotes, database: name, tables: tables, tls: settings.tls), logger: logger)
        }
        let northbound = try client(
            "OVN_Northbound", settings.northbound, "ovnnb_db.sock", NetworkStore.northboundTables)
        let southbound =
            withSouthbound
            ? try client("OVN_Southbound", settings.southbound, "ovnsb_db.sock", NetworkStore.southboundTables) : nil
        let clients = [northbound, southbound].compactMap { $0 }
        let store = NetworkStore(
            northbound: northbound, southbound: southbound, configuration: settings.store, logger: logger)
        return try await withThrowingTaskGroup(of: Void.self) { group in
            defer { group.cancelAll() }
            for client in clients {
                group.addTask { do { try await client.run() } catch is CancellationError {} }
            }
            do {
                for client in clients { try await client.ready(within: Self.patience) }
            } catch let error as OVSDBError {
                throw CommandFailure(
                    "\(error.message): run this as root on the central machine while 'ovn-ipam up' runs, or name the "
                        + "databases (--nb, --sb)")
            }
            do { return try await body(store) } catch let error as NeutronError {
                throw CommandFailure(error.message)
            }
        }
    }
}

/// Why a command did nothing, as a sentence for its user.
struct CommandFailure: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}

extension EmbeddedOVN.Configuration {
    /// Where the databases' unix sockets are.
    var socketFolder: String {
        runFolder ?? (dataFolder == Self().dataFolder ? "/run/ovn" : "\(dataFolder)/run")
    }
}
