import Certificates
import Deadlines
import HostSetup
import TestServers
import Testing

@testable import HostMembership

/// Certificates are renewed before they end, and authorities replaced.
@Suite(.timeLimit(.minutes(1)))
struct RenewalTests {
    private func renewal(_ central: TestCentral, _ folder: CredentialFolder) throws -> CertificateRenewal {
        CertificateRenewal(
            try #require(CentralPoint("127.0.0.1", port: central.port, isSecure: true)), folder: folder,
            logger: EnrolmentTests.quiet)
    }

    @Test func `a certificate is renewed when a third of its life is over, with the same key`() async throws {
        try await withTestCentral { central, folder in
            central.change { $0.lifetime = .seconds(90) }
            let first = try await EnrolmentTests.enrol(try central.invite(), folder).certificate
            let renewal = try renewal(central, folder)
            #expect(CertificateRenewal.lifetime(first) == .seconds(90))
            #expect(CertificateRenewal.interval(first) == .milliseconds(4500))
            let issued = first.end.seconds - 90
            #expect(!CertificateRenewal.isDue(first, at: Timestamp(seconds: issued + 29)))
            #expect(CertificateRenewal.isDue(first, at: Timestamp(seconds: issued + 30)))
            let idle = try await renewal.renew(now: Timestamp(seconds: issued + 1), within: .seconds(10))
            #expect(idle.reason == nil && idle.certificate == first)
            let due = try await renewal.renew(now: Timestamp(seconds: issued + 31), within: .seconds(10))
            #expect(due.reason == .age && due.certificate != first)
            #expect(due.certificate.publicKeyHash == first.publicKeyHash)
            #expect(try folder.certificate() == due.certificate)
            let asked = try await renewal.renew(always: true, within: .seconds(10))
            #expect(asked.reason == .request)
        }
    }

    @Test func `the authority is replaced while the host goes on`() async throws {
        try await withTestCentral { central, folder in
            let first = try await EnrolmentTests.enrol(try central.invite(), folder).certificate
            let renewal = try renewal(central, folder)
            try central.addAuthority()
            let both = try await renewal.renew(within: .seconds(10))
            #expect(both.reason == .authorities)
            let authorities = try folder.authorities()
            #expect(authorities.count == 2)
            #expect(both.certificate.isSigned(by: authorities[0]) && first.isSigned(by: authorities[1]))
            // Central was told so when the host had them.
            let told = central.requests.filter { $0.contains("certificate") }.count
            #expect(told == 2, "\(central.requests)")
            #expect(try await renewal.renew(within: .seconds(10)).reason == nil)
            // The old one goes, and with it what it certified.
            central.change { _ = $0.authorities.removeLast() }
            #expect(try await renewal.renew(within: .seconds(10)).reason == .authorities)
            #expect(try folder.authorities() == [authorities[0]])
            #expect(try await renewal.renew(within: .seconds(10)).reason == nil)
        }
    }

    @Test func `a host that was removed is told so, and what to do`() async throws {
        try await withTestCentral { central, folder in
            let token = try central.invite()
            try await EnrolmentTests.enrol(token, folder)
            central.change { $0.hosts = [:] }
            let renewal = try renewal(central, folder)
            let error = await EnrolmentTests.failure { _ = try await renewal.renew(always: true, within: .seconds(5)) }
            #expect(error?.code == .refused && error?.message.contains("removed") == true)
            let enrolment = try Enrolment(token, folder: folder, logger: EnrolmentTests.quiet)
            #expect(try await enrolment.member(within: .seconds(5)) == nil)
            // Leaving what one is no part of is done.
            try await CentralHosts.with(renewal.central, as: folder, logger: EnrolmentTests.quiet) {
                hosts throws(MembershipError) in
                try await hosts.leave(within: .seconds(5))
            }
        }
    }

    @Test func `a host that left gets no certificate behind its back`() async throws {
        try await withTestCentral { central, folder in
            try await EnrolmentTests.enrol(try central.invite(), folder)
            let renewal = try renewal(central, folder)
            try folder.remove()
            let error = await EnrolmentTests.failure { _ = try await renewal.renew(always: true, within: .seconds(5)) }
            #expect(error?.message.contains("has no certificate") == true)
            #expect(folder.isEmpty)
        }
    }

    // MARK: What the status says

    @Test func `a certificate that is missing, over, early, another's or old is named`() async throws {
        try await withTestCentral { central, folder in
            #expect(CertificateState.look(folder).fault(systemID: "h1", at: .now)?.contains("there is none") == true)
            central.change { $0.lifetime = .seconds(90) }
            let certificate = try await EnrolmentTests.enrol(try central.invite(), folder).certificate
            let state = CertificateState.look(folder)
            let end = certificate.end.seconds
            func fault(_ moment: Int64, _ id: String = "h1") -> String? {
                state.fault(systemID: id, at: Timestamp(seconds: moment))
            }
            #expect(fault(end - 1) == nil)
            #expect(fault(end)?.contains("it ended at") == true)
            #expect(fault(end - 1000)?.contains("it begins at") == true)
            #expect(fault(end - 1, "h2")?.contains("it is for the system id h1") == true)
            #expect(state.warning(at: Timestamp(seconds: end - 46)) == nil)
            #expect(state.warning(at: Timestamp(seconds: end - 44))?.contains("ovn-integrate renew") == true)
            #expect(state.authorityNames.count == 1 && state.authorityNames[0].count == 16)
            let other = try Authority(making: SigningKey(), at: .now).certificate
            try folder.write(authorities: [other])
            #expect(
                CertificateState.look(folder).fault(systemID: "h1", at: .now)?.contains("none of the trusted") == true)
        }
    }
}
