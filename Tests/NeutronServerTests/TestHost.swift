import Certificates
import Deadlines
import HTTPTypes
import JSONCoding
import NetAddress
import NetworkStore
import NeutronAPI
import TestServers
import Testing

@testable import NeutronServer

/// A machine that joins, and its calls with the certificate that it was given.
struct TestHost: Sendable {
    let api: API
    let name: String
    let systemID: String
    let key: SigningKey
    var certificate: IssuedCertificate?

    init(_ api: API, _ name: String, systemID: String? = nil, key: SigningKey = SigningKey()) {
        (self.api, self.name, self.key) = (api, name, key)
        self.systemID = systemID ?? "system-\(name)"
    }

    /// What it sends to join.
    func body(_ token: JoinToken, address: String = "192.0.2.1") throws -> [String: JSON] {
        let common = try #require(CertificateName(systemID))
        return [
            "secret": .string(token.secretText), "request": .string(try key.request(for: common)),
            "system_id": .string(systemID), "host_name": .string(name), "tunnel_address": .string(address),
            "versions": ["ovs": "3.1.0", "ovn": "23.03.1", "ovn_containers": "1.0"],
        ]
    }

    func join(_ token: JoinToken, address: String = "192.0.2.1") async throws -> API.Reply {
        try await api(.post, "/hosts/v1/join", .object(try body(token, address: address)))
    }

    /// The same with the certificate that it is given.
    func joined(_ token: JoinToken, address: String = "192.0.2.1") async throws -> TestHost {
        let reply = try await join(token, address: address)
        try #require(reply.status == 200, "\(reply.text)")
        var host = self
        host.certificate = try IssuedCertificate(pem: try #require(reply["certificate"]?.string))
        return host
    }

    /// A call by mutual TLS.
    func callAsFunction(
        _ method: HTTPRequest.Method, _ path: String, _ body: JSON? = nil, headers: HTTPFields = [:]
    ) async throws -> API.Reply {
        try await Peer.$current.withValue(Peer(certificate: certificate)) {
            try await api(method, path.hasPrefix("/") ? path : "/v2.0/\(path)", body, headers: headers)
        }
    }

    func make(_ member: String, _ body: JSON) async throws -> String {
        let reply = try await self(.post, "\(member)s", .object([member: body]))
        try #require(reply.status == 201, "\(reply.text)")
        return try #require(reply[member, "id"]?.string)
    }
}

extension API {
    /// Runs `body` with an API where hosts can join, and people by ``Users``.
    static func runWithHosts(
        lifetime: Duration = .seconds(600), hasKey: Bool = true, withSouthbound: Bool = false,
        _ body: @Sendable (API, Authority, OVSDBServer?) async throws -> Void
    ) async throws {
        let authority = try Authority(making: SigningKey(), at: .now)
        let admission = HostAdmission(
            authority: { hasKey ? authority : nil }, authorities: { [authority.certificate] }, lifetime: lifetime,
            southboundPort: 6_643)
        try await withOVSDBServer(schema: .northbound) { north in
            guard withSouthbound else {
                return try await run(
                    on: north, authentication: .keystone(Users(), url: Users.url), hosts: admission
                ) { try await body($0, authority, nil) }
            }
            try await withOVSDBServer(schema: .southbound) { south in
                try await run(
                    on: north, south, authentication: .keystone(Users(), url: Users.url), hosts: admission
                ) { try await body($0, authority, south) }
            }
        }
    }

    /// A token that one host may use, unless something else is said.
    func invite(
        host: String = "", project: String = "a", uses: Int = 1, seconds: Int64 = 600
    ) async throws -> JoinToken {
        let fingerprint = try Authority(making: SigningKey(), at: .now).certificate.fingerprint
        let token = JoinToken(address: "192.0.2.250:9696", authority: fingerprint)
        _ = try await store.invite(
            secretHash: token.secretHash, host: host, project: project, uses: uses,
            end: Timestamp(seconds: Timestamp.now.seconds + seconds))
        return token
    }
}
