package import Certificates
import Deadlines
package import HTTPTransport
package import HostSetup
import JSONCoding
package import Logging
import NIOCore
import NIOHTTP1

/// What central does for hosts, and for machines that want to be hosts: `/hosts/v1` on the port of its API.
package struct CentralHosts: Sendable {
    /// What a machine says of itself to become a host.
    package struct Application: Sendable {
        /// Of the invitation, in hexadecimal.
        package let secret: String
        /// PKCS #10 in PEM.
        package let request: String
        package let systemID: String
        package let hostName: String
        package let tunnelAddress: String
        /// Of `ovs`, `ovn` and `ovn_containers`, as far as they are known.
        package let versions: [String: String]

        package init(
            secret: String, request: String, systemID: String, hostName: String, tunnelAddress: String,
            versions: [String: String]
        ) {
            (self.secret, self.request, self.systemID) = (secret, request, systemID)
            (self.hostName, self.tunnelAddress, self.versions) = (hostName, tunnelAddress, versions)
        }
    }

    /// What a host is given.
    package struct Issue: Sendable {
        package let certificate: IssuedCertificate
        /// Those to trust.
        package let authorities: [IssuedCertificate]
        /// Of OVN's Southbound database; only for one that joins.
        package let southboundPort: Int?
        /// For which the host acts; only for one that joins.
        package let project: String?
    }

    /// What central knows of a host.
    package struct Member: Hashable, Sendable {
        package let systemID: String
        package let hostName: String
        package let project: String
        package let tunnelAddress: String
        /// Whether ovn-controller has registered the host in OVN's Southbound database; nil where central does not say.
        package let hasChassis: Bool?
    }

    package let central: CentralPoint
    private let transport: HTTPTransport

    private init(_ central: CentralPoint, _ transport: HTTPTransport) {
        (self.central, self.transport) = (central, transport)
    }

    private static let connectTimeout = Duration.seconds(4)
    /// In bytes: a few certificates.
    private static let replyLimit = 256 << 10

    /// Connects as `trust` says, runs `body`, disconnects.
    package static func with<T: Sendable>(
        _ central: CentralPoint, _ trust: Trust, logger: Logger,
        _ body: (CentralHosts) async throws(MembershipError) -> T
    ) async throws(MembershipError) -> T {
        let transport = HTTPTransport(trust: trust, connectTimeout: connectTimeout, logger: logger)
        do {
            let result = try await body(CentralHosts(central, transport))
            await transport.shutdown()
            return result
        } catch {
            await transport.shutdown()
            throw error
        }
    }

    /// The same as the host whose certificate is in the folder.
    package static func with<T: Sendable>(
        _ central: CentralPoint, as folder: CredentialFolder, logger: Logger,
        _ body: (CentralHosts) async throws(MembershipError) -> T
    ) async throws(MembershipError) -> T {
        try await with(central, .host(folder), logger: logger, body)
    }

    /// The authorities whose certificates this central's hosts and servers have. Anyone may ask.
    package func authorities(within limit: Duration) async throws(MembershipError) -> [IssuedCertificate] {
        try certificates(try await ask(.GET, "authority", within: limit, "ask for its authority")["authorities"])
    }

    /// Makes this machine a host. The same machine with the same key may ask again.
    package func join(_ application: Application, within limit: Duration) async throws(MembershipError) -> Issue {
        var body: [String: JSON] = [
            "secret": .string(application.secret), "request": .string(application.request),
            "system_id": .string(application.systemID), "host_name": .string(application.hostName),
            "tunnel_address": .string(application.tunnelAddress),
        ]
        if !application.versions.isEmpty { body["versions"] = .object(application.versions.mapValues { .string($0) }) }
        return try issue(try await ask(.POST, "join", body, within: limit, "join"))
    }

    /// Another certificate for a host with its key, and the authorities to trust from now on.
    package func renew(
        _ request: String, trusting authorities: [IssuedCertificate], versions: [String: String] = [:],
        within limit: Duration
    ) async throws(MembershipError) -> Issue {
        let known = authorities.compactMap { authority in
            if case .success(let print) = Result(catching: { try authority.fingerprint }) { "\(print)" } else { nil }
        }
        var body: [String: JSON] = ["request": .string(request), "authorities": .array(known.map { .string($0) })]
        if !versions.isEmpty { body["versions"] = .object(versions.mapValues { .string($0) }) }
        return try issue(try await ask(.POST, "certificate", body, within: limit, "renew the certificate"))
    }

    /// What central knows of this host.
    package func itself(within limit: Duration) async throws(MembershipError) -> Member {
        let body = try await ask(.GET, "self", within: limit, "ask for this host")
        guard let systemID = body["system_id"]?.string else { throw unintelligible("no system id") }
        return Member(
            systemID: systemID, hostName: body["host_name"]?.string ?? "", project: body["project"]?.string ?? "",
            tunnelAddress: body["tunnel_address"]?.string ?? "", hasChassis: body["chassis"]?.boolean)
    }

    /// Takes this host out; repeatable.
    package func leave(within limit: Duration) async throws(MembershipError) {
        do {
            _ = try await ask(.DELETE, "self", within: limit, "leave")
        } catch  where error.kind == .unknownHost {
            // As it is to be.
        }
    }
}

extension CentralHosts {
    /// Asks, and again while central says that it cannot now. Everything that is asked may be repeated.
    private func ask(
        _ method: HTTPMethod, _ path: String, _ body: [String: JSON]? = nil, within limit: Duration, _ goal: String
    ) async throws(MembershipError) -> JSON {
        let deadline = ContinuousClock.now + limit
        var request = HTTPTransport.Request(
            method, "\(central.api)/hosts/v1/\(path)", isRepeatable: true, replyLimit: Self.replyLimit)
        if let body {
            var writer = JSONWriter()
            writer.value(.object(body))
            request.body = ByteBuffer(bytes: writer.bytes)
        }
        var pause = Duration.milliseconds(200)
        while true {
            let reply: HTTPTransport.Reply
            do {
                reply = try await transport.exchange(request, within: max(.milliseconds(1), deadline - .now))
            } catch { throw failure(error, goal) }
            // What is no JSON is told below, as an answer without members.
            let answer = Result {
                try reply.body.withUnsafeReadableBytes { try JSON(parsing: $0, values: Self.valueLimit) }
            }
            let members = if case .success(let json) = answer { json } else { JSON.null }
            if 200..<300 ~= reply.status {
                guard reply.status == 204 || members.object != nil else { throw unintelligible("no object of JSON") }
                return members
            }
            guard reply.status == 503, deadline - .now > pause * 2 else {
                throw refusal(reply.status, members["NeutronError"], goal)
            }
            do { try await Task.sleep(for: pause) } catch { throw MembershipError(.unreachable, "cancelled") }
            pause = min(pause * 2, .seconds(2))
        }
    }

    private static let valueLimit = 100

    private func issue(_ body: JSON) throws(MembershipError) -> Issue {
        guard let certificate = try certificates(body["certificate"]).first else {
            throw unintelligible("no certificate")
        }
        let authorities = try certificates(body["authorities"])
        guard authorities.contains(where: { certificate.isSigned(by: $0) }) else {
            throw unintelligible("a certificate that none of its authorities has signed")
        }
        let port = body["southbound_port"]?.integer
        guard port.map({ 1...65_535 ~= $0 }) ?? true else { throw unintelligible("no TCP port") }
        return Issue(
            certificate: certificate, authorities: authorities, southboundPort: port.map { Int($0) },
            project: body["project"]?.string)
    }

    private func certificates(_ text: JSON?) throws(MembershipError) -> [IssuedCertificate] {
        guard let text = text?.string else { throw unintelligible("no certificate") }
        do { return try IssuedCertificate.all(pem: text) } catch { throw unintelligible("\(error)") }
    }

    private func unintelligible(_ what: String) -> MembershipError {
        MembershipError(.refused, "central at \(central.api) answered with \(what): is it an ovn-ipam of this version?")
    }

    private func failure(_ error: TransportError, _ goal: String) -> MembershipError {
        let place = "could not \(goal): central at \(central.api)"
        let advice = transport.advice.map { "; \($0)" } ?? ""
        return switch error.kind {
        case .unreachable: MembershipError(.unreachable, "\(place) cannot be reached (\(error.reason))")
        case .lost: MembershipError(.unreachable, "\(place) does not answer (\(error.reason)); repeat the command")
        case .untrusted: MembershipError(.untrusted, "\(place) is not trusted: \(error.reason)\(advice)")
        case .unwelcome: MembershipError(.untrusted, "\(place) refuses this host: \(error.reason)\(advice)")
        case .misconfigured: MembershipError(.untrusted, "could not \(goal): \(error.reason)")
        }
    }

    private func refusal(_ status: Int, _ error: JSON?, _ goal: String) -> MembershipError {
        guard let message = error?["message"]?.string else {
            let hint = status == 404 ? ": it takes no hosts, 'ovn-ipam up' does unless it is open" : ""
            return MembershipError(
                status >= 500 ? .unreachable : .refused,
                "could not \(goal): central at \(central.api) returned status \(status)\(hint)")
        }
        let isUnknown = status == 401 && error?["type"]?.string == "HostUnknown"
        return MembershipError(
            isUnknown ? .unknownHost : status >= 500 ? .unreachable : .refused, "could not \(goal): \(message)")
    }
}
