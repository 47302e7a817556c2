import Foundation
import Testing

extension LabTests {
    @Suite struct DemoTests {
        @Test(arguments: ["first", "second"])
        func `the walk-through works and leaves nothing behind`(_ time: String) async throws {
            let before = try Machine.now()
            let demo = try await run(
                [Lab.project.path + "/lab/demo"], environment: ["NAME": "walk", "KEEP": ""], seconds: 240)
            #expect(demo.status == 0, "\(demo.output)\(demo.errors)")
            #expect(demo.output.contains("0% packet loss"))
            #expect(!demo.output.contains("\u{1b}["), "colours are for terminals")
            let left = try Machine.now().leftovers(since: before)
            #expect(left == [])
        }

        @Test func `a walk-through that is killed leaves nothing that lab down does not take away`() async throws {
            let before = try Machine.now()
            // SIGKILL after some seconds: in the middle of bringing up, or of the walk.
            for seconds in [1, 4] {
                let demo = try await run(
                    ["/usr/bin/timeout", "--signal=KILL", "\(seconds)", Lab.project.path + "/lab/demo"],
                    environment: ["NAME": "killed"], seconds: 60)
                #expect(demo.status == 137)
                try await Lab(name: "killed", hosts: []).tool("down", "--name", "killed")
                let left = try Machine.now().leftovers(since: before)
                #expect(left == [], "killed after \(seconds) s")
            }
        }
    }
}
