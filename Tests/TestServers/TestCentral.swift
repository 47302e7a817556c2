package import Certificates
import Deadlines
import Foundation
import JSONCoding
import NIOConcurrencyHelpers

/// A central point as far as hosts join it, in memory: `/hosts/v1` by TLS, and an empty networking API for its hosts.
package final class TestCentral: Sendable {
    package struct State: Sendable {
        /// The newest issues; all are trusted.
        package var authorities: [Authority]
        package var serverKey = SigningKey()
        /// By their hash: the single use of a token, and who has taken it.
        package var tokens: [String: String?] = [:]
        /// System ids, and the hash of each host's key.
        package var hosts: [String: String] = [:]
        package var addresses: [String: String] = [:]
        package var lifetime = Duration.seconds(7 * 86_400)
        package var southboundPort = 6642
        /// Method and path, and the body.
        package var requests: [String] = []
        /// Answers this to everything.
        package var failure: Int?
        /// For certificates that are to have ended.
        package var clock: Int64 = 0
    }

    private let state: NIOLockedValueBox<State>
    private let server: TLSServer

    package init() async throws {
        let state = NIOLockedValueBox(State(authorities: [try Authority(making: SigningKey(), at: .now)]))
        self.state = state
        server = try await TLSServer(
            identity: { try state.withLockedValue { try Self.identity($0) } },
            answer: { request in state.withLockedValue { Self.answer(request, &$0) } })
    }

    package func change<Result>(_ body: (inout State) throws -> Result) rethrows -> Result {
        try state.withLockedValue(body)
    }

    package func stop() async { await server.stop() }
    package var port: Int { server.port }
    package var endpoint: String { "https://127.0.0.1:\(server.port)" }
    package var requests: [String] { state.withLockedValue { $0.requests } }

    /// A token that is good for one host.
    package func invite() throws -> JoinToken {
        try state.withLockedValue { state in
            let token = JoinToken(
                address: "127.0.0.1:\(server.port)", authority: try state.authorities[0].certificate.fingerprint)
            state.tokens[token.secretHash] = .some(nil)
            return token
        }
    }

    /// Makes the owner of the folder a host, without a token.
    package func admit(_ name: String, _ folder: CredentialFolder) throws {
        guard let name = CertificateName(name) else { throw CredentialError("no name") }
        let key = try folder.key()
        try change { state in
            let request = try HostRequest(pem: try key.request(for: name))
            try folder.write(authorities: state.authorities.map(\.certificate))
            guard let issuer = state.authorities.first else { return }
            try folder.write(
                certificate: try issuer.certifyHost(
                    request, name: name, at: Timestamp(seconds: Timestamp.now.seconds + state.clock),
                    lifetime: state.lifetime))
            state.hosts[name.text] = key.publicKeyHash
        }
    }

    /// Begins to use another authority; the old one stays trusted.
    package func addAuthority() throws {
        let another = try Authority(making: SigningKey(), at: .now)
        state.withLockedValue { $0.authorities.insert(another, at: 0) }
    }

    private static func identity(_ state: State) throws -> TLSServer.Identity {
        // The oldest is trusted by all.
        guard let oldest = state.authorities.last else { throw CredentialError("no authority") }
        let certificate = try oldest.certifyServer(
            state.serverKey, names: [], addresses: [], at: .now, lifetime: .seconds(3600))
        return .init(key: state.serverKey.pem, certificate: try certificate.pem, authorities: try trusted(state))
    }

    private static func trusted(_ state: State) throws -> String {
        try state.authorities.map { try $0.certificate.pem }.joined()
    }

    private static func answer(_ request: TLSServer.Request, _ state: inout State) -> TLSServer.Answer {
        state.requests.append("\(request.method) \(request.path) \(request.body)")
        if let failure = state.failure { return refusal(failure, "ServiceUnavailable", "not now") }
        do {
            let body = request.body.isEmpty ? JSON.null : try JSON(parsing: Array(request.body.utf8))
            switch (request.method, request.path) {
            case ("GET", "/hosts/v1/authority"):
                return .init(200, text(["authorities": .string(try trusted(state))]))
            case ("POST", "/hosts/v1/join"): return try join(body, &state)
            case ("POST", "/hosts/v1/certificate"):
                guard let host = host(request, state) else { return unknown }
                return .init(200, text(try issue(body, to: host, state)))
            case ("GET", "/hosts/v1/self"):
                guard let host = host(request, state) else { return unknown }
                return .init(
                    200,
                    text([
                        "system_id": .string(host), "project": "p", "host_name": "h",
                        "tunnel_address": .string(state.addresses[host] ?? ""),
                    ]))
            case ("DELETE", "/hosts/v1/self"):
                guard let host = host(request, state) else { return unknown }
                state.hosts[host] = nil
                return .init(204)
            default:
                guard host(request, state) != nil else { return unknown }
                return refusal(404, "NetworkNotFound", "there is none")
            }
        } catch { return refusal(400, "BadRequest", "\(error)") }
    }

    private static func join(_ body: JSON, _ state: inout State) throws -> TLSServer.Answer {
        guard let id = body["system_id"]?.string,
            let hash = body["secret"]?.string.flatMap({ JoinToken.hash(ofSecret: $0) }),
            let taken = state.tokens[hash]
        else { return refusal(401, "JoinRefused", "the secret is unknown") }
        let key = try HostRequest(pem: body["request"]?.string ?? "").publicKeyHash
        guard taken == nil || taken == id else { return refusal(401, "JoinRefused", "the token is used up") }
        if let other = state.hosts[id], other != key { return refusal(409, "HostExists", "\(id) is another host's") }
        state.tokens[hash] = .some(id)
        state.hosts[id] = key
        state.addresses[id] = body["tunnel_address"]?.string
        var answer = try issue(body, to: id, state)
        answer["southbound_port"] = .integer(Int64(state.southboundPort))
        answer["project"] = "p"
        return .init(200, text(answer))
    }

    private static func issue(_ body: JSON, to host: String, _ state: State) throws -> [String: JSON] {
        guard let name = CertificateName(host), let issuer = state.authorities.first else { return [:] }
        let certificate = try issuer.certifyHost(
            try HostRequest(pem: body["request"]?.string ?? ""), name: name,
            at: Timestamp(seconds: Timestamp.now.seconds + state.clock), lifetime: state.lifetime)
        return ["certificate": .string(try certificate.pem), "authorities": .string(try trusted(state))]
    }

    private static func host(_ request: TLSServer.Request, _ state: State) -> String? {
        guard let bytes = request.certificate, let certificate = try? IssuedCertificate(der: bytes),
            let name = certificate.name?.text, state.hosts[name] == certificate.publicKeyHash
        else { return nil }
        return name
    }

    private static let unknown = refusal(401, "HostUnknown", "host has been removed")

    private static func refusal(_ status: Int, _ type: String, _ message: String) -> TLSServer.Answer {
        .init(
            status,
            text(["NeutronError": ["type": .string(type), "message": .string(message), "detail": ""]]))
    }

    private static func text(_ members: [String: JSON]) -> String {
        var writer = JSONWriter()
        writer.value(.object(members))
        return String(decoding: writer.bytes, as: UTF8.self)
    }
}

/// Runs `body` with a central point of its own and an empty folder for a host's certificate.
package func withTestCentral<Result>(
    _ body: (TestCentral, CredentialFolder) async throws -> Result
) async throws -> Result {
    let central = try await TestCentral()
    let place = try OVSDBServer.makeFolder()
    defer { try? FileManager.default.removeItem(atPath: place) }
    do {
        let result = try await body(central, CredentialFolder("\(place)/tls"))
        await central.stop()
        return result
    } catch {
        await central.stop()
        throw error
    }
}
