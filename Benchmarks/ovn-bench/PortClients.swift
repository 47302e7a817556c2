import NIOSSL

/// Clients of an API on this machine that create ports.
struct PortClients: Sendable {
    let port: UInt16
    /// Nil for plain HTTP.
    var tls: NIOSSLContext?
    /// Whether ports are in their project's default group. A container's port is in no group unless one is named.
    var isGrouped = false

    func makeNetwork(_ name: String) throws -> String {
        let connection = try HTTPConnection(port: port, tls: tls)
        let network = try connection.request("POST", "/v2.0/networks", body: #"{"network":{"name":"\#(name)"}}"#)
        let text = String(decoding: network.body, as: UTF8.self)
        guard network.status == 201, let start = text.firstRange(of: #""id":"#) else {
            throw BenchError("POST /v2.0/networks gave \(network.status): \(text.prefix(300))")
        }
        let id = String(text[start.upperBound...].drop { $0 == " " || $0 == "\"" }.prefix(36))
        let subnet = try connection.request(
            "POST", "/v2.0/subnets",
            body: #"{"subnet":{"network_id":"\#(id)","ip_version":4,"cidr":"10.0.0.0/16"}}"#)
        guard subnet.status == 201 else { throw BenchError("POST /v2.0/subnets gave \(subnet.status)") }
        return id
    }

    /// Seconds of each of `count` port creations on one keep-alive connection.
    func create(_ network: String, count: Int) throws -> [Double] {
        let connection = try HTTPConnection(port: port, tls: tls)
        let owner = isGrouped ? "" : "compute:docker"
        let body = #"{"port":{"network_id":"\#(network)","name":"bench","device_owner":"\#(owner)"}}"#
        return try (0..<count).map { _ in
            let started = now
            let reply = try connection.request("POST", "/v2.0/ports", body: body)
            guard reply.status == 201 else {
                throw BenchError(
                    "POST /v2.0/ports gave \(reply.status): \(String(decoding: reply.body.prefix(300), as: UTF8.self))")
            }
            return now - started
        }
    }

    /// Ports per second with so many keep-alive connections, each on a thread of its own.
    func createConcurrently(_ networks: [String], clients: Int, total: Int) throws -> Double {
        let share = total / clients
        let started = now
        let failures = try inThreads(clients) { client in
            _ = try create(networks[client % networks.count], count: share)
        }
        if let first = failures.first { throw first }
        return Double(share * clients) / (now - started)
    }
}
