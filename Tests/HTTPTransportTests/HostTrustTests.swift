import Certificates
import Deadlines
import Glibc
import Logging
import NIOHTTP1
import TestServers
import Testing

@testable import HTTPTransport

/// TLS between a host and central: who shows what, and who is trusted.
@Suite(.timeLimit(.minutes(1)))
struct HostTrustTests {
    static let quiet = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })

    static func ask(_ url: String, _ trust: Trust) async throws(TransportError) -> Int {
        let transport = HTTPTransport(trust: trust, connectTimeout: .seconds(5), logger: quiet)
        do {
            let reply = try await transport.exchange(
                .init(.GET, "\(url)/hosts/v1/self", isRepeatable: true), within: .seconds(10))
            await transport.shutdown()
            return reply.status
        } catch {
            await transport.shutdown()
            throw error
        }
    }

    static func failure(_ url: String, _ trust: Trust) async -> TransportError? {
        do {
            _ = try await ask(url, trust)
            return nil
        } catch { return error }
    }

    @Test func `a host is known by its certificate, and central by its authority, under any name`() async throws {
        try await withTestCentral { central, folder in
            try central.admit("h1", folder)
            #expect(try await Self.ask(central.endpoint, .host(folder)) == 200)
            #expect(try await Self.ask("https://localhost:\(central.port)", .host(folder)) == 200)
            let authorities = try folder.authorities()
            #expect(try await Self.ask(central.endpoint, .deployment(authorities)) == 401)
            #expect(try await Self.ask(central.endpoint, .unverified) == 401)
            #expect(await Self.failure(central.endpoint, .system)?.kind == .untrusted)
            let other = try Authority(making: SigningKey(), at: .now).certificate
            #expect(await Self.failure(central.endpoint, try .deployment([other]))?.kind == .untrusted)
        }
    }

    @Test func `what was renewed is used by the next request`() async throws {
        try await withTestCentral { central, folder in
            let transport = HTTPTransport(trust: .host(folder), connectTimeout: .seconds(5), logger: Self.quiet)
            let request = HTTPTransport.Request(.GET, "\(central.endpoint)/hosts/v1/self", isRepeatable: true)
            do {
                _ = try await transport.exchange(request, within: .seconds(5))
                Issue.record("there was no certificate")
            } catch let error as TransportError {
                #expect(error.kind == .misconfigured && error.reason.contains("ovn-integrate join TOKEN"))
            }
            try central.admit("h1", folder)
            #expect(try await transport.exchange(request, within: .seconds(5)).status == 200)
            #expect(try await transport.exchange(request, within: .seconds(5)).status == 200)
            // Another authority, and the one of before no longer trusted by central.
            try central.addAuthority()
            try central.admit("h1", folder)
            central.change { _ = $0.authorities.removeLast() }
            #expect(try await transport.exchange(request, within: .seconds(5)).status == 200)
            await transport.shutdown()
        }
    }

    @Test func `a host's own certificate cannot pass for central's`() async throws {
        try await withTestCentral { central, folder in
            try central.admit("h1", folder)
            let key = try folder.key().pem
            let (certificate, authorities) = (try folder.certificate()?.pem ?? "", try folder.authorities())
            let trusted = try authorities.map { try $0.pem }.joined()
            let impostor = try await TLSServer(
                identity: { .init(key: key, certificate: certificate, authorities: trusted) },
                answer: { _ in .init(200, "{}") })
            let error = await Self.failure("https://127.0.0.1:\(impostor.port)", .host(folder))
            #expect(error?.kind == .untrusted)
            #expect(await Self.failure("https://127.0.0.1:\(impostor.port)", try .deployment(authorities)) != nil)
            await impostor.stop()
        }
    }

    @Test func `a certificate that has ended is refused, with what to do`() async throws {
        try await withTestCentral { central, folder in
            central.change { ($0.clock, $0.lifetime) = (-600, .seconds(60)) }
            try central.admit("h1", folder)
            let transport = HTTPTransport(trust: .host(folder), connectTimeout: .seconds(5), logger: Self.quiet)
            let advice = transport.advice
            #expect(advice?.contains("certificate ended at") == true, "\(advice ?? "")")
            #expect(advice?.contains("ovn-integrate join TOKEN") == true)
            await transport.shutdown()
            let error = await Self.failure(central.endpoint, .host(folder))
            #expect(error?.kind == .unwelcome, "\(error.map { "\($0.kind) \($0.reason)" } ?? "accepted")")
            central.change { $0.clock = 3600 }
            try central.admit("h1", folder)
            #expect(HostCredentials(folder).advice().contains("certificate begins at"))
        }
    }

    @Test func `a key that others may read is not used`() async throws {
        try await withTestCentral { central, folder in
            try central.admit("h1", folder)
            #expect(chmod(folder.keyFile, 0o644) == 0)
            let error = await Self.failure(central.endpoint, .host(folder))
            #expect(error?.kind == .misconfigured && error?.reason.contains(folder.keyFile) == true)
        }
    }
}
