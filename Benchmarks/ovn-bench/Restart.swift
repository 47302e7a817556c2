import Glibc

/// How long `ovn-ipam up` takes to answer again, beside what ovsdb-server takes to read the same two files.
struct RestartBenchmark {
    let programs: String
    let port: UInt16
    let ports: Int

    func run(report: inout Report) throws {
        let folder = try temporaryFolder()
        defer { removeFolder(folder) }
        do {
            let database = try PrivateNorthbound()
            try database.fill(ports: ports)
            try ChildProcess.run(["cp", database.folder + "/nb.db", folder + "/ovnnb_db.db"])
        }
        // ovn-northd writes the Southbound database.
        let first = try up(folder).process
        let names = "--db=unix:\(folder)/run/ovnnb_db.sock"
        defer { kill(first.pid, SIGKILL) }
        try ChildProcess.run(["ovn-nbctl", names, "--timeout=900", "--wait=sb", "sync"])
        for database in ["nb", "sb"] {
            try ChildProcess.run(["ovs-appctl", "-t", "\(folder)/run/ovn\(database)_db.ctl", "ovsdb-server/compact"])
        }
        first.stop()
        let sizes = ["nb", "sb"].map { name in size("\(folder)/ovn\(name)_db.db") >> 20 }
        report.section("Restart with \(ports) ports (Northbound \(sizes[0]) MiB, Southbound \(sizes[1]) MiB)")
        let floor = try (0..<3).map { _ in try parse(folder) }
        var restarts: [Double] = []
        for _ in 0..<3 {
            let (process, time) = try up(folder)
            restarts.append(time)
            process.stop()
        }
        let (ours, parsing) = (Samples(restarts).median, Samples(floor).median)
        report.judge(
            "ovn-ipam up until /readyz, p50 of 3",
            "\(milliseconds(ours)); ovsdb-server reads the two files, both at once, in \(milliseconds(parsing))",
            limit: "at most 1.5 ×", met: ours <= 1.5 * parsing)
    }

    private func up(_ folder: String) throws -> (process: ChildProcess, time: Double) {
        let started = now
        let process = try ChildProcess(
            [
                programs + "/ovn-ipam", "up", "--open", "--data-folder", folder, "--listen", "127.0.0.1:\(port)",
                "--sb-listen",
                "127.0.0.1:\(port + 1)",
            ], output: folder + "/out")
        try waitFor("ovn-ipam ready on 127.0.0.1:\(port)", seconds: 300) {
            (try? HTTPConnection(port: port).request("GET", "/readyz").status) == 200
        }
        return (process, now - started)
    }

    /// Seconds from the start of two servers, one for each file, until both answer.
    private func parse(_ folder: String) throws -> Double {
        let started = now
        let servers = try ["nb", "sb"].map { name in
            try ChildProcess([
                "ovsdb-server", "--remote=punix:\(folder)/\(name).sock", "--unixctl=\(folder)/\(name).ctl",
                "-vconsole:off",
                "-vsyslog:off", "\(folder)/ovn\(name)_db.db",
            ])
        }
        defer { for server in servers { server.stop() } }
        for name in ["nb", "sb"] {
            try waitFor("ovsdb-server reads ovn\(name)_db.db", seconds: 300) {
                guard let connection = try? BlockingSocket(unix: "\(folder)/\(name).sock") else { return false }
                return try connection.call(#"{"id":1,"method":"list_dbs","params":[]}"#).contains("OVN_")
            }
        }
        return now - started
    }

    private func size(_ path: String) -> Int {
        guard let file = fopen(path, "r") else { return 0 }
        defer { fclose(file) }
        return fseek(file, 0, SEEK_END) == 0 ? ftell(file) : 0
    }
}

func temporaryFolder() throws -> String {
    var template = Array("/tmp/ovn-bench.XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { throw BenchError("mkdtemp: \(String(cString: strerror(errno)))") }
    return String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
}

func removeFolder(_ folder: String) {
    do { try ChildProcess.run(["rm", "-rf", folder]) } catch { print("\(folder) stays: \(error)") }
}
