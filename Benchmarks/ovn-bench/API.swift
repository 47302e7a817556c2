import Glibc

/// (b), (e) The API beside the `ovsdb-server` it writes to.
struct APIBenchmark {
    let programs: String
    let database: PrivateNorthbound
    let port: UInt16
    let server: ChildProcess
    private var clients: PortClients { PortClients(port: port) }

    init(programs: String, port: UInt16) throws {
        self.programs = programs
        self.port = port
        database = try PrivateNorthbound()
        try database.fill(ports: 0)
        server = try APIProcess(programs: programs, port: port, database: database).process
    }

    func run(report: inout Report) throws {
        defer { server.stop() }
        report.section("API: ports on one ovsdb-server, northd not running")
        let idle = ChildProcess.memory(of: server.pid).resident
        let networks = try (0..<10).map { try clients.makeNetwork("bench-\($0)") }
        _ = try rawTransactions(count: 300)
        _ = try clients.create(networks[0], count: 300)

        let raw = Samples(try rawTransactions(count: 2000))
        let empty = Samples(try clients.create(networks[0], count: 1000))
        let rawRate = 1 / raw.median
        report.note(
            "raw one-row transaction, one connection, p50", "\(milliseconds(raw.median)) (\(decimal(rawRate, 0))/s)")
        report.judge(
            "port create, one client, p50",
            "\(milliseconds(empty.median)), \(decimal(empty.median / raw.median, 2)) × raw",
            limit: "at most 3 × raw", met: empty.median <= 3 * raw.median)

        let rate = try clients.createConcurrently(networks, clients: 32, total: 8000)
        report.judge(
            "port create, 32 clients", "\(decimal(rate, 0))/s, \(decimal(rate / rawRate, 2)) × raw one by one",
            limit: "5,000/s or 1.7 × raw", met: rate >= 5000 || rate >= 1.7 * rawRate)

        var listed: [Double] = []
        let connection = try HTTPConnection(port: port)
        _ = try clients.createConcurrently(networks, clients: 32, total: 10_000 - 300 - 1000 - 8000)
        for _ in 0..<7 {
            let started = now
            let reply = try connection.request("GET", "/v2.0/ports?limit=5000")
            listed.append(now - started)
            guard reply.status == 200, reply.body.count > 1_000_000 else {
                throw BenchError("GET /v2.0/ports?limit=5000 gave \(reply.status) and \(reply.body.count) bytes")
            }
        }
        report.judge(
            "list of 5,000 ports", milliseconds(Samples(listed).median), limit: "under 100 ms",
            met: Samples(listed).median < 0.1)

        let memory = ChildProcess.memory(of: server.pid)
        let full = Samples(try clients.create(networks[1], count: 1000))
        report.judge(
            "port create at 10,000 ports, p50",
            "\(milliseconds(full.median)), \(decimal(full.median / empty.median, 2)) × at none", limit: "at most 1.5 ×",
            met: full.median <= 1.5 * empty.median)
        try compareGroups(networks, &report)
        report.note("ovn-ipam resident memory, idle", "\(idle / 1024) MiB")
        report.note(
            "ovn-ipam resident memory, 10,000 ports", "\(memory.resident / 1024) MiB (peak \(memory.peak / 1024))")
    }

    /// Ports in their project's default group beside ports without groups.
    private func compareGroups(_ networks: [String], _ report: inout Report) throws {
        var (plain, grouped): ([Double], [Double]) = ([], [])
        let inGroup = PortClients(port: port, isGrouped: true)
        _ = try inGroup.create(networks[2], count: 50)
        for _ in 0..<5 {
            plain += try clients.create(networks[2], count: 200)
            grouped += try inGroup.create(networks[2], count: 200)
        }
        let ratio = Samples(grouped).median / Samples(plain).median
        report.judge(
            "port create in the default group, one client, p50",
            "\(milliseconds(Samples(grouped).median)), \(decimal(ratio, 2)) × without groups", limit: "at most 1.3 ×",
            met: ratio <= 1.3)
        var (rate, groupedRate) = (0.0, 0.0)
        for _ in 0..<3 {
            rate += try clients.createConcurrently(networks, clients: 32, total: 1600)
            groupedRate += try inGroup.createConcurrently(networks, clients: 32, total: 1600)
        }
        report.judge(
            "port create in the default group, 32 clients",
            "\(decimal(groupedRate / 3, 0))/s, \(decimal(rate / groupedRate, 2)) × the time without groups",
            limit: "at most 1.3 ×", met: rate <= 1.3 * groupedRate)
    }

    /// Seconds of each of `count` one-row inserts sent one after another on one connection, nothing between us and the server.
    private func rawTransactions(count: Int) throws -> [Double] {
        let connection = try BlockingSocket(unix: database.socket)
        return try (0..<count).map { index in
            let request =
                #"{"id":\#(index),"method":"transact","params":["OVN_Northbound",{"op":"insert","table":"DHCP_Options","row":{"cidr":"10.0.0.0/16","external_ids":["map",[["bench","\#(index)"]]]}}]}"#
            let started = now
            let reply = try connection.call(request)
            guard reply.contains(#""error":null"#), !reply.contains("details") else {
                throw BenchError("raw insert: \(reply)")
            }
            return now - started
        }
    }
}
