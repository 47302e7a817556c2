import Foundation
import TestServers
import Testing

@testable import Commands

/// What is told of endpoints, on a real host.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct EndpointListTests {
    /// Why an endpoint is not up, by its list and by itself; empty where it is up.
    func reason(_ name: String, _ host: RealHost) async throws -> String {
        let list = await host.container("endpoint-list", "-f", "value").output
        let cells = try #require(list.first { $0.contains("\t\(name)\t") }, "\(list)")
            .split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
        #expect(cells.count == 12)
        let shown = await host.container("endpoint-show", name, "-f", "value").output
        #expect(shown.suffix(3) == ["why_not_up\t\(cells[9])", "differs\t\(cells[10])", "names\t\(cells[11])"])
        return cells[9]
    }

    func update(_ id: String, _ members: String, _ host: RealHost) async throws {
        try await run(["curl", "-sf", "-X", "PUT", "\(host.api)/v2.0/ports/\(id)", "-d", "{\"port\": {\(members)}}"])
    }

    @Test func `an endpoint is up, or it is told why not`() async throws {
        try await RealHost.with { host in
            #expect(await host.container("init", "--bridge", "br-int", "--overlay-mode").status == .done)
            #expect(await host.container("net-create", "ls0", "192.168.1.0/24").status == .done)
            let port = try #require(await host.container("endpoint-create", "ls0", "p").output.first)
            #expect(try await reason("p", host) == "no container uses it")

            let id = try #require(await host.container("container-create", "--network=p").output.first)
            #expect(try await reason("p", host) == "")
            let name = try await host.docker("inspect", "--format", "{{.Name}}", id)
                .trimmingCharacters(in: .whitespacesAndNewlines).dropFirst()
            let list = await host.container("endpoint-list", "-f", "value").output.joined()
            #expect(list.hasSuffix("\tACTIVE\tchassis\t\(id.prefix(12))\t\(name)\t\t\tp"), "\(list)")

            _ = try await host.docker("stop", "--time", "0", id)
            try await host.eventually("it is told that the container does not run") {
                try await reason("p", host) == "container \(id.prefix(12)) does not run"
            }
            for row in try await host.ovs.control("list-ports", "br-int").split(separator: "\n") {
                try await host.ovs.control("del-port", "br-int", String(row))
            }
            // Then nothing here says that it is plugged in, and OVN takes it for down.
            try await host.eventually("it is told that the container has lost it") {
                try await reason("p", host) == "container \(id.prefix(12)) here has lost it"
            }
            _ = try await host.docker("start", id)
            #expect(await host.container("container-create", "--network=p").output == [id])

            // ovn-controller gone, of all that it did only what is in the databases is left.
            await host.ovs.kill("ovn-controller")
            let row = try await host.ovs.control("list-ports", "br-int").trimmingCharacters(in: .whitespacesAndNewlines)
            try await host.ovs.control("remove", "interface", row, "external_ids", "ovn-installed")
            try await host.central.southbound.control(
                "ovn-sbctl", "set", "port_binding", port, "up=false", "--", "clear", "port_binding", port, "chassis")
            try await host.eventually("it is told that ovn-controller does not run") {
                try await reason("p", host).hasPrefix("ovn-controller is not running")
            }

            try await update(port, #""binding:host_id": "another""#, host)
            #expect(try await reason("p", host) == "host another has not connected it")
            try await update(port, #""admin_state_up": false"#, host)
            #expect(try await reason("p", host) == "it is switched off: admin_state_up is false")
        }
    }

    @Test func `a table has no column that is empty, machine formats have them all`() {
        let listing = ListEndpoints.listing([], [])
        #expect(listing.columns.suffix(3).map(\.key) == ["why_not_up", "differs", "names"])
        #expect(!Table(listing, width: nil).text.contains("Why not up"))
    }
}
