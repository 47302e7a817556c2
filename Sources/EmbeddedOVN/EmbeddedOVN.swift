import Glibc
package import Logging
import ServiceLifecycle

/// OVN's two databases and ovn-northd, as child processes, in a folder of their own.
package struct EmbeddedOVN: Sendable {
    /// Folders and listen addresses.
    package struct Configuration: Sendable {
        package var dataFolder = "/var/lib/ovn"
        /// Nil: `/run/ovn` for the standard data folder, so that `ovn-nbctl` finds the sockets; else `run` in the data
        /// folder.
        package var runFolder: String?
        /// Nil: where OVN's packages put its schemas.
        package var schemaFolder: String?
        /// Nil: its unix socket only. Hosts need no more, and any client of it may change everything.
        package var northbound: ListenAddress?
        package var southbound = ListenAddress(host: "0.0.0.0", port: 6642)
        /// With which files Southbound is served by TLS; who may do what there, and where it listens, is then in its own rows.
        /// Nil: plain, and any client of it may change everything.
        package var tls: TLSFiles?
        /// Where Southbound listens in plain text as well.
        package var openSouthbound: ListenAddress?

        package init() {}
    }

    /// Paths of PEM files, which ovsdb-server reads again when they change.
    package struct TLSFiles: Hashable, Sendable {
        let key: String
        let certificate: String
        let authorities: String

        package init(key: String, certificate: String, authorities: String) {
            (self.key, self.certificate, self.authorities) = (key, certificate, authorities)
        }

        var arguments: [String] {
            ["--private-key=\(key)", "--certificate=\(certificate)", "--ca-cert=\(authorities)"]
        }
    }

    let configuration: Configuration
    let folders: Folders
    let logger: Logger
    private let northbound: DatabaseFile
    private let southbound: DatabaseFile
    private let lock: FolderLock

    /// Locks the data folder, stops daemons that an earlier run left behind, and prepares the database files.
    package init(_ configuration: Configuration, logger: Logger) async throws {
        self.configuration = configuration
        self.logger = logger
        let standard = configuration.dataFolder == Configuration().dataFolder
        folders = Folders(
            data: configuration.dataFolder,
            run: configuration.runFolder ?? (standard ? "/run/ovn" : "\(configuration.dataFolder)/run"))
        try folders.create()
        lock = try FolderLock(folders.data)
        for name in Self.names {
            for path in [folders.pidFile(name), folders.control(name)] { try OwnFile.refuseLink(path) }
        }
        for path in [folders.socket("nb"), folders.socket("sb")] { try OwnFile.refuseLink(path) }
        for name in Self.names { try await Orphan.end(pidFile: folders.pidFile(name), logger: logger) }
        try configuration.northbound?.check("nb-listen")
        try configuration.southbound.check("sb-listen")
        try configuration.openSouthbound?.check("also-open")
        let schemas = try configuration.schemaFolder ?? Self.schemaFolder()
        northbound = DatabaseFile(
            path: folders.database("nb"), name: "OVN_Northbound", schema: "\(schemas)/ovn-nb.ovsschema")
        southbound = DatabaseFile(
            path: folders.database("sb"), name: "OVN_Southbound", schema: "\(schemas)/ovn-sb.ovsschema",
            // ovn-northd creates it in its first run only, and an ovn-controller (23.03) that connects earlier crashes.
            // `ovn-sbctl init` creates it for OVN's own scripts.
            onlyRowTable: "SB_Global", isDerived: true)
        // Each is read to its end, concurrently.
        let other = southbound
        async let isPrepared: Void = other.prepare(logger: logger)
        try await northbound.prepare(logger: logger)
        try await isPrepared
    }

    private static let names = ["ovn-northd", "ovnsb_db", "ovnnb_db"]

    private static func schemaFolder() throws -> String {
        let places = ["/usr/share/ovn", "/usr/local/share/ovn"]
        guard let found = places.first(where: { access("\($0)/ovn-nb.ovsschema", R_OK) == 0 }) else {
            throw EmbeddedOVNError(
                "no ovn-nb.ovsschema in \(places.joined(separator: " or ")) (Debian has it in ovn-central; "
                    + "--schema-folder names another place)")
        }
        return found
    }

    /// The remotes of the databases, for clients on this machine.
    package var northboundRemote: String { "unix:\(folders.socket("nb"))" }
    package var southboundRemote: String { "unix:\(folders.socket("sb"))" }

    /// The databases and ovn-northd, to be started in this order and stopped in reverse. `isNorthdsTurn` returns
    /// when ovn-northd may start: it keeps both databases busy at first, which delays other clients' first copies.
    package func daemons(isNorthdsTurn: @escaping @Sendable () async -> Void) throws -> [Daemon] {
        var northd = Daemon("ovn-northd", try self.northd(), logger: logger)
        northd.isItsTurn = isNorthdsTurn
        return [
            try server("nb", northbound, "NB_Global", configuration.northbound, nil),
            try server(
                "sb", southbound, "SB_Global",
                configuration.tls == nil ? configuration.southbound : configuration.openSouthbound,
                configuration.tls), northd,
        ]
    }

    private func server(
        _ name: String, _ file: DatabaseFile, _ table: String, _ listen: ListenAddress?, _ tls: TLSFiles?
    ) throws -> Daemon {
        let program = try program(
            "ovsdb-server", "ovn\(name)_db",
            ["--remote=punix:\(folders.socket(name))"] + (listen.map { ["--remote=\($0.remote)"] } ?? []) + [
                // Added by operators with ovn-nbctl set-connection and set-ssl.
                "--remote=db:\(file.name),\(table),connections"
            ]
                + (tls?.arguments ?? [
                    "--private-key=db:\(file.name),SSL,private_key", "--certificate=db:\(file.name),SSL,certificate",
                    "--ca-cert=db:\(file.name),SSL,ca_cert",
                ]) + [file.path])
        var daemon = Daemon("ovsdb-server \(file.name)", program, logger: logger)
        daemon.prepareAgain = { [logger] () throws(EmbeddedOVNError) in try await file.prepareAgain(logger: logger) }
        return daemon
    }

    private func northd() throws -> Program {
        try program("ovn-northd", "ovn-northd", ["--ovnnb-db=\(northboundRemote)", "--ovnsb-db=\(southboundRemote)"])
    }

    private func program(_ executable: String, _ name: String, _ arguments: [String]) throws -> Program {
        var program = try Program.find(
            executable,
            [
                "-vconsole:warn", "-vsyslog:off", "-vfile:off", "--pidfile=\(folders.pidFile(name))",
                "--unixctl=\(folders.control(name))",
            ] + arguments)
        // Their defaults for anything that is not given explicitly.
        for variable in ["OVN_RUNDIR", "OVS_RUNDIR", "OVN_LOGDIR", "OVS_LOGDIR"] {
            program.environment[variable] = folders.run
        }
        for variable in ["OVN_DBDIR", "OVS_DBDIR"] { program.environment[variable] = folders.data }
        return program
    }
}

extension Folders {
    /// `name` is `nb` or `sb`.
    func database(_ name: String) -> String { "\(data)/ovn\(name)_db.db" }

    func socket(_ name: String) -> String { "\(run)/ovn\(name)_db.sock" }

    func control(_ name: String) -> String { "\(run)/\(name).ctl" }

    /// Distinct from the files of Debian's own units, whose daemons must not be stopped.
    func pidFile(_ name: String) -> String { "\(run)/ovn-ipam-\(name).pid" }
}
