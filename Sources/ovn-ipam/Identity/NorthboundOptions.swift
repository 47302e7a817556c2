import ArgumentParser
import Discretion
import EmbeddedOVN
import Glibc
import Logging
import NetworkStore
import NeutronAPI
import OVSDB
import OVSDBClient

/// The flags of the commands that administer: they change OVN_Northbound themselves, by default through its unix socket,
/// which is root's alone. No daemon listens for them.
struct NorthboundOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The configuration file, YAML.", valueName: "file"))
    var config: String?

    @Option(
        name: .customLong("nb"),
        help: ArgumentHelp(
            "OVN_Northbound's remote (default: its unix socket in the folder of the sockets).",
            valueName: "remotes"))
    var northbound: String?

    @Option(help: ArgumentHelp(Setting.runFolder.help, valueName: "folder"))
    var runFolder: String?

    @Option(help: ArgumentHelp(Setting.dataFolder.help, valueName: "folder"))
    var dataFolder: String?

    @Option(help: ArgumentHelp(Setting.privateKey.help, valueName: "file"))
    var privateKey: String?

    @Option(help: ArgumentHelp(Setting.certificate.help, valueName: "file"))
    var certificate: String?

    @Option(name: .customLong("ca-cert"), help: ArgumentHelp(Setting.authority.help, valueName: "file"))
    var authority: String?

    func settings() throws(SettingsError) -> Settings {
        try Settings(
            [
                .northbound: northbound, .runFolder: runFolder, .dataFolder: dataFolder, .privateKey: privateKey,
                .certificate: certificate, .authority: authority,
            ], file: config)
    }

    /// Runs `body` with a store on the database; its connection ends with it.
    func withStore<Result: Sendable>(
        _ body: @escaping @Sendable (NetworkStore) async throws -> Result
    ) async throws -> Result {
        let settings = try settings()
        let remotes = try remotes(settings)
        var logger = Logger(label: "ovn-ipam", factory: { PlainLogHandler.standardError(label: $0) })
        logger.logLevel = .error
        let configuration = OVSDBConfiguration(
            remotes: remotes, database: "OVN_Northbound", tables: NetworkStore.northboundTables, tls: settings.tls)
        let client = OVSDBClient(configuration: configuration, logger: logger)
        let store = NetworkStore(
            northbound: client, southbound: nil, configuration: settings.store, logger: logger)
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                do { try await client.run() } catch is CancellationError {
                    // The command has ended.
                }
            }
            defer { group.cancelAll() }
            do {
                try await client.ready(within: .seconds(20))
                return try await body(store)
            } catch let error as OVSDBError {
                throw IdentityFailure("the Northbound database did not answer: \(error.message)")
            } catch let error as NeutronError {
                throw IdentityFailure(error.message)
            }
        }
    }

    private func remotes(_ settings: Settings) throws -> [Remote] {
        if !settings.northbound.isEmpty { return settings.northbound }
        let isStandard = settings.embedded.dataFolder == "/var/lib/ovn"
        let folder = settings.embedded.runFolder ?? (isStandard ? "/run/ovn" : "\(settings.embedded.dataFolder)/run")
        let socket = "\(folder)/ovnnb_db.sock"
        guard access(socket, R_OK | W_OK) == 0 else {
            throw IdentityFailure(
                "\(socket): \(String(cString: strerror(errno))); run this as root where ovn-ipam runs, or name the "
                    + "database with --nb or --run-folder")
        }
        return [.unix(path: socket)]
    }
}

/// What a command that administers ends with, a sentence for the user.
struct IdentityFailure: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}

extension NetworkStore {
    func user(_ name: String) throws -> IdentityUser {
        let snapshot = snapshot()
        if let user = snapshot.identityUser(named: name) ?? ID(hex: name).flatMap({ snapshot.identityUser($0) }) {
            return user
        }
        throw IdentityFailure("there is no user \(name.plain()): ovn-ipam user list shows them")
    }

    func project(_ name: String) throws -> IdentityProject {
        let snapshot = snapshot()
        if let found = snapshot.identityProject(named: name)
            ?? ID(hex: name).flatMap({ snapshot.identityProject($0) })
        {
            return found
        }
        throw IdentityFailure(
            "there is no project \(name.plain()): ovn-ipam project create \(name.plain()) makes it")
    }
}

/// A name of something new.
func checkName(_ name: String) throws {
    if let fault = IdentityName.fault(name) { throw ValidationError("the name \(fault)") }
}
