import Certificates
import Deadlines
import Glibc
import HostMembership
import Logging
import NIOSSL

/// The API by TLS with a host's certificate, beside plain HTTP on the same port of the same `ovn-ipam serve`.
struct TLSBenchmark {
    let programs: String
    let port: UInt16

    func run(report: inout Report) async throws {
        report.section("TLS and a host's certificate: ports on one ovsdb-server, northd not running")
        let folder = try temporaryFolder()
        defer { removeFolder(folder) }
        // It makes the authority, too.
        try measureIdle(folder, &report)
        let database = try PrivateNorthbound()
        try database.fill(ports: 0)
        let file = folder + "/ipam.yaml"
        try ChildProcess.run(
            ["printf", "%s\n", "nb: \(database.remote)", "data-folder: \(folder)", "also-open: 127.0.0.1:\(port + 2)"],
            output: file)
        let server = try start(folder, ["serve", "--config", file])
        defer { server.stop() }
        let context = try await enrol(folder, file)

        let clients = PortClients(port: port)
        let secure = PortClients(port: port, tls: context)
        let network = try secure.makeNetwork("bench")
        try liftQuotas(network)
        _ = try clients.create(network, count: 300)
        _ = try secure.create(network, count: 300)
        var (plain, encrypted): ([Double], [Double]) = ([], [])
        for _ in 0..<8 {
            plain += try clients.create(network, count: 150)
            encrypted += try secure.create(network, count: 150)
        }
        let (one, other) = (Samples(encrypted).median, Samples(plain).median)
        report.judge(
            "port create, one client, p50",
            "\(milliseconds(one)), \(decimal(one / other, 2)) × plain (\(milliseconds(other)))",
            limit: "at most 1.2 ×", met: one <= 1.2 * other)
        var (rates, ratios): ([Double], [Double]) = ([], [])
        // Enough of them that a connection's handshake, once in a host's life, does not count.
        for _ in 0..<9 {
            let rate = try clients.createConcurrently([network], clients: 32, total: 2400)
            rates.append(try secure.createConcurrently([network], clients: 32, total: 2400))
            ratios.append(rate / rates[rates.count - 1])
        }
        let ratio = Samples(ratios).median
        report.judge(
            "port create, 32 clients",
            "\(decimal(Samples(rates).median, 0))/s, \(decimal(ratio, 2)) × the time of plain (\(decimal(ratios.min() ?? 0, 2)) to \(decimal(ratios.max() ?? 0, 2)))",
            limit: "at most 1.2 ×", met: ratio <= 1.2)
    }

    /// Of the network's project, and of the one that plain clients are in.
    private func liftQuotas(_ network: String) throws {
        let connection = try HTTPConnection(port: port)
        let shown = String(decoding: try connection.request("GET", "/v2.0/networks/\(network)").body, as: UTF8.self)
        guard let field = shown.firstRange(of: #""project_id":""#) else {
            throw BenchError("no project in \(shown.prefix(300))")
        }
        for project in [String(shown[field.upperBound...].prefix { $0 != "\"" }), "admin"] {
            let reply = try connection.request("PUT", "/v2.0/quotas/\(project)", body: #"{"quota":{"port":-1}}"#)
            guard reply.status == 200 else { throw BenchError("PUT /v2.0/quotas gave \(reply.status)") }
        }
    }

    /// Of one that is as secure as it is by itself.
    private func measureIdle(_ folder: String, _ report: inout Report) throws {
        let server = try start(
            folder, ["up", "--data-folder", folder, "--sb-listen", "127.0.0.1:\(port + 1)"])
        defer { server.stop() }
        let resident = ChildProcess.memory(of: server.pid).resident / 1024
        report.judge(
            "ovn-ipam up resident memory, idle", "\(resident) MiB", limit: "at most 45 MiB", met: resident <= 45)
    }

    private func start(_ folder: String, _ arguments: [String]) throws -> ChildProcess {
        let process = try ChildProcess(
            [programs + "/ovn-ipam"] + arguments + ["--listen", "127.0.0.1:\(port)"], output: folder + "/out")
        try waitFor("ovn-ipam ready on 127.0.0.1:\(port)", seconds: 60) {
            let trust = folder + "/tls/authorities.pem"
            guard access(trust, R_OK) == 0 else { return false }
            let context = try Self.context(authorities: trust)
            return (try? HTTPConnection(port: port, tls: context).request("GET", "/readyz").status) == 200
        }
        return process
    }

    /// Lets this process be a host: what it speaks to central with.
    private func enrol(_ folder: String, _ file: String) async throws -> NIOSSLContext {
        let line = folder + "/invitation"
        try ChildProcess.run(
            [
                programs + "/ovn-ipam", "invite", "--config", file, "--central", "127.0.0.1:\(port)", "--host", "bench",
            ], output: line)
        let words = readFile(line).split(whereSeparator: \.isWhitespace)
        guard let text = words.first(where: { $0.hasPrefix("ovn1-") }), let name = CertificateName("bench") else {
            throw BenchError("ovn-ipam invite printed no token")
        }
        let token = try JoinToken(String(text))
        let credentials = CredentialFolder(folder + "/host")
        mkdir(credentials.path, 0o700)
        let enrolment = try Enrolment(token, folder: credentials, logger: Logger(label: "bench"))
        _ = try await enrolment.enrol(
            as: name, hostName: "bench", tunnelAddress: "192.0.2.1", versions: [:], until: Deadline(after: .seconds(30))
        )
        return try Self.context(
            authorities: credentials.authorityFile, certificate: credentials.certificateFile,
            key: credentials.keyFile)
    }

    private static func context(
        authorities: String, certificate: String? = nil, key: String? = nil
    ) throws -> NIOSSLContext {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.certificateVerification = .noHostnameVerification
        configuration.trustRoots = .file(authorities)
        if let certificate, let key {
            configuration.certificateChain = try NIOSSLCertificate.fromPEMFile(certificate).map { .certificate($0) }
            configuration.privateKey = .privateKey(try NIOSSLPrivateKey(file: key, format: .pem))
        }
        return try NIOSSLContext(configuration: configuration)
    }
}
