import Foundation
import Testing

extension LabTests {
    /// The plugin's units under a real systemd, with all that they forbid it.
    @Suite struct UnitsTests {
        /// Before a command of the machine that systemd has booted, whose processes have numbers of their own.
        static let inside = "/run/systemd-boot/bin/inside"

        @Test func `the plugin's units let it do all that it does, and systemd starts it again`() async throws {
            try await Lab.with("units", hosts: 2) { lab in
                try await lab.joinHosts()
                let project = Lab.project.path
                try await lab.on("host1", "\(project)/Tests/systemd/boot \(project)/dist", seconds: 100)
                #expect(
                    try await lab.on("host1", "\(Self.inside) systemctl --failed --no-legend --plain").output.isEmpty)
                // Docker finds the socket whenever it looks for it.
                let active = "\(Self.inside) systemctl show --value -p ActiveEnterTimestampMonotonic"
                let began = try await lab.on("host1", "\(active) ovn-docker-plugin.socket docker.service").lines
                    .compactMap { Int($0) }
                #expect(began.count == 2 && began[0] < began[1], "\(began)")

                // NET_ADMIN, NET_RAW, SYS_PTRACE and SYS_ADMIN; and a filter of system calls.
                let rules = try await lab.on(
                    "host1",
                    "\(Self.inside) sh -c 'cat /proc/$(systemctl show --value -p MainPID ovn-docker-plugin)/status'"
                ).lines
                for rule in ["CapEff:\t0000000000283000", "NoNewPrivs:\t1", "Seccomp:\t2"] {
                    #expect(rules.contains(rule), "\(rules)")
                }

                try await lab.createNetwork("blue")
                let ann = try await lab.start("ann", on: "host1", network: "blue", options: "--restart always")
                let bob = try await lab.start("bob", on: "host2", network: "blue")
                #expect(try await lab.answers(ann.address, to: bob))
                try await lab.on("host1", "\(Self.inside) ovn-container endpoint-create blue door")
                let container = try await lab.on(
                    "host1", "\(Self.inside) ovn-container container-create --network=door"
                ).word

                try await lab.on("host1", "nft delete table inet ovn_containers")
                try await lab.on("host1", "\(Self.inside) systemctl kill -s KILL ovn-docker-plugin.service")
                try await lab.on(
                    "host1",
                    "timeout 20 sh -c 'until nft list table inet ovn_containers >/dev/null 2>&1; do sleep 0.1; done'")
                try await lab.start("cat", on: "host1", network: "blue")
                try await lab.docker("host1", "rm -f cat")

                // An endpoint is given back to its container by the plugin itself, in a namespace of somebody else's.
                let door = try await lab.list("ports", "name=door", as: Port.self).flatMap(\.addresses).map(\.address)
                for command in [
                    "docker restart -t 0 \(container)", "\(Self.inside) systemctl kill -s KILL docker.service",
                ] {
                    try await lab.on("host1", command)
                    try await lab.on(
                        "host1",
                        "timeout 30 sh -c 'until docker start \(container) >/dev/null 2>&1; do sleep 0.1; done'")
                    for address in try await [lab.member("ann", on: "host1", network: "blue").address] + door {
                        let answered = try await lab.answers(address, to: bob, seconds: 20)
                        #expect(answered, "\(address) after \(command)")
                    }
                }

                let log = try await lab.on("host1", "cat /var/log/ovn-docker-plugin.log").output
                for word in ["not permitted", "denied", "Read-only", "not announced", "not installed"] {
                    #expect(!log.contains(word), "\(log)")
                }
                try await lab.docker("host1", "rm -f ann \(container)")
                try await lab.docker("host2", "rm -f bob")
                try await lab.on("host1", "\(Self.inside) ovn-container endpoint-delete door")
                try await lab.expectNothingLeft()
            }
        }
    }
}
