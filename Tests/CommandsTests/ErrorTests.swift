import DockerEngine
import HostAttachment
import NeutronAPI
import NeutronClient
import OVSDB
import Testing

@testable import Commands

struct ErrorTests {
    @Test func `only the central point's absence is exit code 4`() {
        let cases: [(any Error, CommandError.Status)] = [
            (NeutronClientError(.unreachable, "m"), .unreachable),
            (NeutronClientError(.unknownOutcome, "m"), .unreachable),
            (NeutronClientError(.badReply, "m"), .unreachable),
            (NeutronClientError(.refused, "m"), .refused),
            (NeutronClientError(.notFound, "m"), .refused),
            (OVSDBError(.unreachable, "m"), .refused),
            (OVSDBError(.rejected, "m"), .refused),
            (DockerError(.unreachable, "m"), .refused),
            (AttachmentError(.notInstalled, "m"), .refused),
            (CommandError(.usage, "m"), .usage),
        ]
        for (error, status) in cases {
            #expect(CommandError(error).status == status, "\(error)")
            #expect(CommandError(error).message.contains("m"))
        }
    }

    @Test func `an unknown outcome says that repeating is the thing to do`() {
        #expect(CommandError(NeutronClientError(.unknownOutcome, "m")).message.contains("repeat the command"))
        #expect(CommandError(OVSDBError(.unknownOutcome, "m")).message.contains("repeat the command"))
    }

    @Test func `exit codes are what the manual says`() {
        #expect(CommandError.Status.done.rawValue == 0)
        #expect(CommandError.Status.refused.rawValue == 1)
        #expect(CommandError.Status.usage.rawValue == 2)
        #expect(CommandError.Status.unreachable.rawValue == 4)
    }
}
