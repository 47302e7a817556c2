import Foundation
import Testing

extension LabTests {
    @Suite struct CrashTests {
        /// Half for each command. `make chaos` runs 200.
        static let rounds = ProcessInfo.processInfo.environment["OVN_CHAOS_ROUNDS"].flatMap(Int.init) ?? 20

        @Test func `a command that is killed at any moment is finished by repeating it`() async throws {
            try await Lab.with("crash", hosts: 1) { lab in
                try await lab.joinHosts()
                try await lab.on("host1", "ovn-container net-create ls0 10.20.0.0/16")
                var random = SystemRandomNumberGenerator()
                for round in 0..<(Self.rounds / 2) {
                    let endpoint = "victim\(round)"
                    try await lab.on("host1", "ovn-container endpoint-create ls0 \(endpoint)")

                    let create = "ovn-container container-create --network=\(endpoint)"
                    try await Self.kill(create, after: .random(in: 0...300, using: &random), on: "host1", lab: lab)
                    let container = try await lab.attempt("host1", create)
                    #expect(container.status == 0, "round \(round): \(container.errors)")

                    let delete = "ovn-container endpoint-delete \(endpoint)"
                    try await Self.kill(delete, after: .random(in: 0...300, using: &random), on: "host1", lab: lab)
                    let deleted = try await lab.attempt("host1", delete)
                    // A command that was killed after its work was done leaves nothing to delete.
                    #expect(deleted.status == 0 || Self.saysGone(deleted), "round \(round): \(deleted.errors)")

                    if round % 5 == 4 { try await Self.expectAgreement(lab) }
                }
                try await Self.expectAgreement(lab)
            }
        }

        /// Starts a command and kills it, and it alone, some milliseconds later.
        static func kill(_ command: String, after milliseconds: Int, on host: String, lab: Lab) async throws {
            let script = """
                \(command) >/dev/null 2>&1 & victim=$!
                sleep \(Double(milliseconds) / 1000)
                kill -KILL $victim 2>/dev/null
                wait $victim 2>/dev/null
                true
                """
            try await lab.on(host, script)
        }

        static func saysGone(_ outcome: Outcome) -> Bool {
            outcome.status == 1 && outcome.errors.contains("no endpoint")
        }

        /// Ports of the API, Interface rows, devices and containers tell one story.
        static func expectAgreement(_ lab: Lab) async throws {
            let ports = try await lab.on(
                "host1",
                "curl -sf 'http://\(Lab.centralAddress):9696/v2.0/ports?fields=id' | grep -o '[0-9a-f-]\\{36\\}' || :")
            let rows = try await lab.on(
                "host1", "ovs-vsctl --bare --columns=external_ids find Interface external_ids:iface-id!='\"\"'")
            let wired = rows.output.matches(of: /iface-id=([0-9a-f-]{36})/).map { String($0.1) }
            let devices = try await lab.on("host1", "ip -o link show type veth | grep -cv ' eth0@' || :")
            let containers = try await lab.on("host1", "docker ps -aq")
            #expect(Set(wired).isSubset(of: Set(ports.lines)), "an Interface row has no port")
            #expect(wired.count == Int(devices.word), "veths \(devices.word), Interface rows \(wired.count)")
            #expect(wired.count == containers.lines.count, "containers \(containers.lines.count), rows \(wired.count)")
            // Each round deletes what it made.
            #expect(ports.lines == [] && wired == [] && containers.lines == [])
        }
    }
}
