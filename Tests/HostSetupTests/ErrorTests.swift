import DockerEngine
import HostAttachment
import NeutronAPI
import NeutronClient
import OVSDB
import Testing

@testable import HostSetup

struct ErrorTests {
    @Test func `only the central point's absence is unreachable`() {
        let cases: [(any Error, HostError.Code)] = [
            (NeutronClientError(.unreachable, "m"), .unreachable),
            (NeutronClientError(.unknownOutcome, "m"), .unreachable),
            (NeutronClientError(.badReply, "m"), .unreachable),
            (NeutronClientError(.refused, "m"), .refused),
            (NeutronClientError(.notFound, "m"), .refused),
            (OVSDBError(.unreachable, "m"), .refused),
            (OVSDBError(.rejected, "m"), .refused),
            (DockerError(.unreachable, "m"), .refused),
            (AttachmentError(.notInstalled, "m"), .refused),
            (HostError(.usage, "m"), .usage),
        ]
        for (error, code) in cases {
            #expect(HostError(error).code == code, "\(error)")
            #expect(HostError(error).message.contains("m"))
        }
    }

    @Test func `an unknown outcome says that repeating is the thing to do`() {
        #expect(HostError(NeutronClientError(.unknownOutcome, "m")).message.contains("repeat the command"))
        #expect(HostError(OVSDBError(.unknownOutcome, "m")).message.contains("repeat the command"))
    }
}
