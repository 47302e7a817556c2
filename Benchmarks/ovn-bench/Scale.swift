import Glibc

/// What is to be the same with few ports and with very many: pages, look-ups, and a port more in a network that has many.
struct ScaleBenchmark {
    let programs: String
    let port: UInt16
    /// On networks of a thousand ports each.
    let ports: Int

    private static let few = 1_000
    /// Ports that the networks for new ports have already.
    private static let grown = [0, 10_000, 40_000]

    func run(report: inout Report) throws {
        report.section(
            "\(ports) ports on \((ports + 999) / 1_000) networks, northd not running; beside, the same among \(Self.few)"
        )
        let small = try reads(among: Self.few)
        let large = try reads(among: ports)
        for (read, few) in zip(large, small) {
            report.judge(
                read.what + ", p50", "\(milliseconds(read.median)); among \(Self.few) \(milliseconds(few.median))",
                limit: "at most \(decimal(read.limit * 1e3, 0)) ms", met: read.median <= read.limit)
        }
        try creations(report: &report)
    }

    private struct Read {
        let what: String
        let limit: Double
        let median: Double
    }

    /// Seconds that each kind of list takes among so many ports.
    private func reads(among ports: Int) throws -> [Read] {
        let database = try PrivateNorthbound()
        try database.fill(ports: ports)
        let server = try APIProcess(programs: programs, port: port, database: database)
        defer { server.process.stop() }
        let number = ports / 2
        let network = PrivateNorthbound.networkID(number / 1_000)
        let middle = PrivateNorthbound.portID(number)
        let address = PrivateNorthbound.address(number, on: number / 1_000)
        let cases: [(what: String, path: String, count: Int, limit: Double)] = [
            ("port by id", "/v2.0/ports/\(middle)", 0, 0.001),
            ("page of 100 of all ports", "/v2.0/ports?limit=100", 100, 0.002),
            ("page of 100 from the middle on", "/v2.0/ports?limit=100&marker=\(middle)", 100, 0.002),
            (
                "page of 100 back from the middle", "/v2.0/ports?limit=100&page_reverse=True&marker=\(middle)", 100,
                0.002
            ),
            ("page of 100 of one network", "/v2.0/ports?limit=100&network_id=\(network)", 100, 0.002),
            ("by mac_address", "/v2.0/ports?mac_address=\(PrivateNorthbound.mac(number))", 1, 0.001),
            ("by fixed_ips", "/v2.0/ports?fixed_ips=ip_address%3D\(address)", 1, 0.001),
            ("by device_id", "/v2.0/ports?device_id=container-\(number)", 1, 0.001),
            ("by name", "/v2.0/ports?name=port-\(number)", 1, 0.001),
            (
                "by binding:host_id and device_owner, fields=id",
                "/v2.0/ports?binding:host_id=host-7&device_owner=compute:docker&fields=id&limit=20", 20, 0.001
            ),
        ]
        let connection = try HTTPConnection(port: port)
        return try cases.map { item in
            let samples = try (0..<50).map { _ in
                let started = now
                let reply = try connection.request("GET", item.path)
                let time = now - started
                let found = String(decoding: reply.body, as: UTF8.self).ranges(of: #""id":"#).count
                guard reply.status == 200, item.count == 0 || found == item.count else {
                    throw BenchError("GET \(item.path) gave \(reply.status) and \(found) ports, not \(item.count)")
                }
                return time
            }
            return Read(what: item.what, limit: item.limit, median: Samples(samples).median)
        }
    }

    /// A port more in a network that has many, beside the transaction that it is.
    private func creations(report: inout Report) throws {
        let database = try PrivateNorthbound()
        try database.fill(networks: Self.grown)
        let server = try APIProcess(programs: programs, port: port, database: database)
        defer { server.process.stop() }
        let connection = try HTTPConnection(port: port)
        for (network, ports) in Self.grown.enumerated() {
            let body = #"{"port":{"network_id":"\#(PrivateNorthbound.networkID(network))","name":"bench"}}"#
            var (ours, raw): ([Double], [Double]) = ([], [])
            let writer = try RawPortWriter(database, network: network)
            // Some of one and some of the other: the server takes in what was written raw, which is no part of ours.
            for round in 0..<20 {
                let transactions = try (0..<20).map { _ in try writer.insert() }
                usleep(20_000)
                let requests = try (0..<20).map { _ in
                    let started = now
                    let reply = try connection.request("POST", "/v2.0/ports", body: body)
                    guard reply.status == 201 else {
                        throw BenchError(
                            "POST /v2.0/ports gave \(reply.status): \(String(decoding: reply.body.prefix(300), as: UTF8.self))"
                        )
                    }
                    return now - started
                }
                // The first ones warm up.
                if round >= 5 {
                    raw += transactions
                    ours += requests
                }
            }
            let (port, transaction) = (Samples(ours).median, Samples(raw).median)
            let value = "\(milliseconds(port)); its transaction raw \(milliseconds(transaction))"
            let limit = ports == 0 ? 3 * transaction : transaction + 0.0003
            report.judge(
                "create in a network of \(ports) ports, p50", value,
                limit: ports == 0 ? "at most 3 × raw" : "at most raw + 0.3 ms", met: port <= limit)
        }
    }
}

/// `ovn-ipam serve` on a private Northbound database.
struct APIProcess {
    let process: ChildProcess

    init(programs: String, port: UInt16, database: PrivateNorthbound) throws {
        process = try ChildProcess(
            [programs + "/ovn-ipam", "serve", "--open", "--nb", database.remote, "--listen", "127.0.0.1:\(port)"],
            output: database.folder + "/out")
        try waitFor("ovn-ipam ready on 127.0.0.1:\(port)", seconds: 60) {
            (try? HTTPConnection(port: port).request("GET", "/readyz").status) == 200
        }
    }
}

/// The four operations by which a port is made, sent without us: the wait for the network's count and the next, the port's row, and
/// its place in the switch.
struct RawPortWriter {
    private let connection: BlockingSocket
    private let network: String
    private let switchRow: String
    private let countRow: String

    init(_ database: PrivateNorthbound, network: Int) throws {
        connection = try BlockingSocket(unix: database.socket)
        self.network = PrivateNorthbound.switchName(network)
        switchRow = try Self.row(connection, "Logical_Switch", #"["name","==","\#(self.network)"]"#)
        let id = PrivateNorthbound.networkID(network)
        countRow = try Self.row(
            connection, "DHCP_Options",
            #"["external_ids","includes",["map",[["neutron:allocation_network_id","\#(id)"]]]]"#)
    }

    private static func row(_ connection: BlockingSocket, _ table: String, _ condition: String) throws -> String {
        let reply = try connection.call(
            #"{"id":1,"method":"transact","params":["OVN_Northbound",{"op":"select","table":"\#(table)","where":[\#(condition)],"columns":["_uuid"]}]}"#
        )
        guard let start = reply.firstRange(of: #"["uuid",""#) else { throw BenchError("no row of \(table): \(reply)") }
        return String(reply[start.upperBound...].prefix(36))
    }

    /// Seconds of one transaction.
    func insert() throws -> Double {
        let number = Int.random(in: 1 << 30..<1 << 31)
        let row = PrivateNorthbound.portRow(
            name: "00000000-0000-4000-a000-\(hex(number, 12))", network: network, address: "192.0.2.9",
            mac: "fa:16:3e:ff:ff:ff", number: number)
        let count = #"["_uuid","==",["uuid","\#(countRow)"]]"#
        let key = #"["map",[["bench","\#(number)"]]]"#
        let request = [
            #"{"id":1,"method":"transact","params":["OVN_Northbound""#,
            #"{"op":"wait","table":"DHCP_Options","where":[\#(count),["external_ids","excludes",\#(key)]],"columns":["_uuid"],"until":"==","rows":[{"_uuid":["uuid","\#(countRow)"]}],"timeout":0}"#,
            #"{"op":"mutate","table":"DHCP_Options","where":[\#(count)],"mutations":[["external_ids","delete",["set",["bench"]]],["external_ids","insert",\#(key)]]}"#,
            #"{"op":"insert","table":"Logical_Switch_Port","uuid-name":"p","row":\#(row)}"#,
            #"{"op":"mutate","table":"Logical_Switch","where":[["_uuid","==",["uuid","\#(switchRow)"]]],"mutations":[["ports","insert",["named-uuid","p"]]]}]}"#,
        ].joined(separator: ",")
        let started = now
        let reply = try connection.call(request)
        let time = now - started
        guard reply.contains(#""error":null"#), !reply.contains("details"), !reply.contains("timed out") else {
            throw BenchError("raw insert: \(reply.prefix(500))")
        }
        return time
    }
}
