import Certificates
import Deadlines
import HostSetup
import Logging
import TestServers
import Testing

@testable import HostMembership

/// How a machine gets its certificate, and what it tells whom.
@Suite(.timeLimit(.minutes(1)))
struct EnrolmentTests {
    static let quiet = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
    struct Interruption: Error {}

    @discardableResult
    static func enrol(
        _ token: JoinToken, _ folder: CredentialFolder, as name: String = "h1",
        afterStep: @escaping @Sendable (JoinStep) throws -> Void = { _ in }
    ) async throws -> CentralHosts.Issue {
        let enrolment = try Enrolment(token, folder: folder, logger: quiet, afterStep: afterStep)
        return try await enrolment.enrol(
            as: try #require(CertificateName(name)), hostName: "one", tunnelAddress: "192.0.2.11",
            versions: ["ovs": "3.1.0"], until: Deadline(after: .seconds(10)))
    }

    static func failure(_ body: () async throws -> Void) async -> HostError? {
        do {
            try await body()
            return nil
        } catch { return HostError(error) }
    }

    @Test func `a token makes a machine a host, whose key stays with it`() async throws {
        try await withTestCentral { central, folder in
            let token = try central.invite()
            let enrolment = try Enrolment(token, folder: folder, logger: Self.quiet)
            #expect(try !enrolment.isKnown)
            #expect(try await enrolment.member(within: .seconds(5)) == nil)
            let issue = try await Self.enrol(token, folder)
            #expect(issue.southboundPort == 6642 && issue.project == "p")
            #expect(try folder.certificate() == issue.certificate && issue.certificate.name?.text == "h1")
            #expect(try folder.authorities() == issue.authorities)
            #expect(try enrolment.isKnown)
            let member = try #require(try await enrolment.member(within: .seconds(5)))
            #expect(member.systemID == "h1" && member.tunnelAddress == "192.0.2.11")
            let key = try folder.key().pem.split(separator: "\n")[1]
            #expect(!central.requests.joined().contains(key))
        }
    }

    @Test func `a man in the middle with a certificate of his own does not get the secret`() async throws {
        try await withTestCentral { central, folder in
            try await withTestCentral { impostor, _ in
                // The token's authority, found at the impostor's address.
                let token = JoinToken(
                    address: "127.0.0.1:\(impostor.port)", authority: try central.invite().authority)
                let error = await Self.failure { try await Self.enrol(token, folder) }
                #expect(error?.message.contains("is not the one that invited this host") == true)
                #expect(impostor.requests == ["GET /hosts/v1/authority "])
                // And one who passes central's authority on, without its key.
                let authority = central.change { $0.authorities[0].certificate }
                let text = try authority.pem.split(separator: "\n").joined(separator: "\\n")
                let heard = Heard()
                let (key, own) = try impostor.change { state in
                    (
                        state.serverKey.pem,
                        try state.authorities[0].certifyServer(
                            state.serverKey, names: [], addresses: [], at: .now, lifetime: .seconds(60)
                        ).pem
                    )
                }
                let relay = try await TLSServer(
                    identity: { .init(key: key, certificate: own, authorities: own) },
                    answer: { request in
                        heard.add(request.path + request.body)
                        return .init(200, "{\"authorities\": \"\(text)\\n\"}")
                    })
                let relayed = JoinToken(address: "127.0.0.1:\(relay.port)", authority: token.authority)
                let refusal = await Self.failure { try await Self.enrol(relayed, folder) }
                #expect(refusal?.message.contains("is not trusted") == true, "\(refusal?.message ?? "")")
                #expect(heard.all == ["/hosts/v1/authority"])
                await relay.stop()
            }
        }
    }

    @Test func `a token that is used up, or of nobody, is refused in central's words`() async throws {
        try await withTestCentral { central, folder in
            let token = try central.invite()
            try await Self.enrol(token, folder)
            let other = CredentialFolder(folder.path + "-2")
            let error = await Self.failure { try await Self.enrol(token, other, as: "h2") }
            #expect(error?.code == .refused && error?.message == "could not join: the token is used up")
            #expect(try other.certificate() == nil)
            let unknown = JoinToken(address: token.address, authority: token.authority)
            #expect(await Self.failure { try await Self.enrol(unknown, other, as: "h2") }?.code == .refused)
            // The same host may ask again.
            try await Self.enrol(token, folder)
            try other.remove()
        }
    }

    @Test(arguments: [JoinStep.key, .authority, .answer, .certificate])
    func `what was cut short is finished by the next, with the same key`(step: JoinStep) async throws {
        try await withTestCentral { central, folder in
            let token = try central.invite()
            await #expect(throws: Interruption.self) {
                try await Self.enrol(token, folder) { if $0 == step { throw Interruption() } }
            }
            let key = try folder.key().publicKeyHash
            let issue = try await Self.enrol(token, folder)
            #expect(issue.certificate.publicKeyHash == key)
            #expect(central.change { $0.hosts } == ["h1": key])
        }
    }

    @Test func `a central that is away, busy or something else is named`() async throws {
        try await withTestCentral { central, folder in
            let token = try central.invite()
            central.change { $0.failure = 404 }
            #expect(await Self.failure { try await Self.enrol(token, folder) }?.code == .refused)
            central.change { $0.failure = 500 }
            #expect(await Self.failure { try await Self.enrol(token, folder) }?.code == .unreachable)
            await central.stop()
            let error = await Self.failure { try await Self.enrol(token, folder) }
            #expect(error?.code == .unreachable && error?.message.contains("cannot be reached") == true)
        }
    }
}
