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

        @Test func `the central point's unit lets it do all that it does, and ends it cleanly`() async throws {
            try await Lab.with("centralunit", hosts: 1) { lab in
                let project = Lab.project.path
                try await lab.on("central", "\(project)/Tests/systemd/boot \(project)/dist central", seconds: 100)
                try await lab.on("central", Lab.untilReady(9_696))
                try await lab.joinHosts(startingCentral: false)

                // No capability, no new one, a filter of system calls, for the children too; and descriptors enough.
                for process in ["systemctl show --value -p MainPID ovn-ipam", "cat /run/ovn/ovn-ipam-ovnsb_db.pid"] {
                    let path = "/proc/$(\(process))"
                    let rules = try await lab.on(
                        "central", "\(Self.inside) sh -c 'cat \(path)/status; grep -h open \(path)/limits'"
                    ).lines
                    for rule in ["CapEff:\t0000000000000000", "NoNewPrivs:\t1", "Seccomp:\t2"] {
                        #expect(rules.contains(rule), "\(process): \(rules)")
                    }
                    let limits = rules.last?.split(separator: " ").compactMap { Int($0) } ?? []
                    #expect(limits.count == 2 && limits[0] >= min(limits[1], 65_536), "\(rules)")
                }
                // Northbound is for this machine, and for root alone.
                #expect(try await lab.on("central", "ss -Hltn").lines.allSatisfy { !$0.contains(":6641 ") })
                #expect(
                    try await lab.on("central", "stat -c %a /run/ovn /var/lib/ovn /var/lib/ovn/ovnnb_db.db").lines
                        == ["750", "750", "640"])

                let container = try await Self.connect(lab, "blue", "door")
                try await lab.on("central", "\(Self.inside) sh -c 'kill -KILL $(cat /run/ovn/ovn-ipam-ovnnb_db.pid)'")
                try await lab.on("central", Lab.untilReady(9_696))
                try await lab.on("central", "\(Self.inside) systemctl stop ovn-ipam")
                #expect(
                    try await lab.on("central", "\(Self.inside) systemctl show --value -p Result ovn-ipam").word
                        == "success")
                #expect(try await lab.attempt("central", "pgrep -f '[o]vn-ipam-ovn'").output.isEmpty)
                try await lab.on("central", "\(Self.inside) systemctl start ovn-ipam; \(Lab.untilReady(9_696))")
                #expect(try await lab.on("host1", "ovn-container net-list").output.contains("blue"))

                let log = try await lab.on("central", "cat /var/log/ovn-ipam.log").output
                for word in ["not permitted", "denied", "Read-only", "SIGSYS"] {
                    #expect(!log.contains(word), "\(log)")
                }
                try await lab.docker("host1", "rm -f \(container.id)")
                try await lab.on("host1", "ovn-container endpoint-delete door; ovn-container net-delete blue")
            }
        }

        private static func connect(_ lab: Lab, _ network: String, _ endpoint: String) async throws -> NetworkContainer
        {
            try await lab.on("host1", "ovn-container net-create \(network) 10.9.0.0/24")
            return try await lab.attach(endpoint, network: network, on: "host1")
        }
    }
}
