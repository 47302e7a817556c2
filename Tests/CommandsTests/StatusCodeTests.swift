import HostSetup
import Testing

@testable import Commands

struct StatusCodeTests {
    @Test func `exit codes are what the manual says`() {
        #expect(Program.Status.done.rawValue == 0)
        #expect(Program.Status.refused.rawValue == 1)
        #expect(Program.Status.usage.rawValue == 2)
        #expect(Program.Status.unreachable.rawValue == 4)
    }

    @Test func `what kept it from being done decides`() {
        #expect(Program.Status(HostError.Code.refused) == .refused)
        #expect(Program.Status(HostError.Code.usage) == .usage)
        #expect(Program.Status(HostError.Code.unreachable) == .unreachable)
    }
}
