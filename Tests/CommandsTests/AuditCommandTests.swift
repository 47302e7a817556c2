import Foundation
import TestServers
import Testing

@testable import Commands

/// `ovn-container audit` on a real host.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct AuditCommandTests {
    /// A host with endpoint p in a network container; passes ids of both.
    func withContainer(_ body: @escaping @Sendable (RealHost, _ container: String, _ port: String) async throws -> Void)
        async throws
    {
        try await RealHost.with { host in
            #expect(await host.container("init", "--bridge", "br-int", "--overlay-mode").status == .done)
            #expect(await host.container("net-create", "ls0", "192.168.1.0/24").status == .done)
            let port = try #require(await host.container("endpoint-create", "ls0", "p").output.first)
            let id = try #require(await host.container("container-create", "--network=p").output.first)
            try await body(host, id, port)
        }
    }

    func expectOrder(_ host: RealHost) async {
        let audit = await host.container("audit", "--format", "value")
        #expect(audit.status == .done && audit.output == [] && audit.errors == [], "\(audit)")
    }

    /// Expects one thing to be listed, and repaired.
    func expect(
        _ problem: String, _ port: String, repaired: String = "done", _ host: RealHost
    ) async {
        let listed = await host.container("audit", "--format", "value")
        #expect(listed.status == .refused)
        #expect(listed.errors == ["ovn-container: 1 thing is out of order on this host"])
        let cells = listed.output.first?.split(separator: "\t", omittingEmptySubsequences: false).map(String.init) ?? []
        #expect(listed.output.count == 1 && cells.first == problem && cells.dropFirst().first == port, "\(listed)")
        #expect(cells.last == (repaired == "none" ? "none" : "possible"))
        let repair = await host.container("audit", "--repair", "--format", "value")
        #expect(repair.output.first?.hasSuffix("\t\(repaired)") == true, "\(repair)")
        #expect(repair.status == (repaired == "done" ? .done : .refused), "\(repair)")
        if repaired == "done" { await expectOrder(host) }
    }

    @Test func `what is out of order with network containers is listed and repaired`() async throws {
        try await withContainer { host, id, port in
            await expectOrder(host)
            let address = try await host.addresses(of: id)
            let interface = try await host.ovs.control("list-ports", "br-int")
                .trimmingCharacters(in: .whitespacesAndNewlines)

            try await host.ovs.control("del-port", "br-int", interface)
            await expect("not connected", port, host)
            try await host.ovs.inside("ip", "link", "del", interface)
            await expect("link missing", port, host)
            #expect(try await host.addresses(of: id) == address)

            let process = try #require(try await host.process(of: id))
            try await run(["nsenter", "-t", process, "-n", "ip", "link", "set", "eth0", "mtu", "1300"])
            await expect("interface wrong", port, host)

            // Another program's veth is nobody's business here.
            try await host.ovs.inside("ip", "link", "add", "other0", "type", "veth", "peer", "name", "other1")
            await expectOrder(host)

            _ = try await host.docker("rm", "-f", id)
            let listed = await host.container("audit", "--format", "json")
            #expect(listed.output.joined().contains(#""problem":"container gone","endpoint_id":"\#(port)""#))
            #expect(await host.container("audit", "--repair").status == .done)
            await expectOrder(host)
            #expect(await host.container("container-create", "--network=p").status == .done)
        }
    }

    @Test func `what docker's plugin left is listed and repaired, and what nobody here can put right is told`()
        async throws
    {
        try await withContainer { host, id, port in
            let network = try #require(await host.container("net-show", "ls0", "-f", "value").output.first)
                .replacing("id\t", with: "")
            let made = try await run([
                "curl", "-sf", "\(host.api)/v2.0/ports", "-d",
                #"{"port": {"network_id": "\#(network)", "device_owner": "compute:docker", "binding:host_id": "chassis"}}"#,
            ])
            let left = try #require(made.firstMatch(of: /"id": ?"([0-9a-f-]{36})"/)?.1)
            await expect("port left", String(left), host)

            await host.ovs.kill("ovn-controller")
            let interface = try await host.ovs.control("list-ports", "br-int")
                .trimmingCharacters(in: .whitespacesAndNewlines)
            try await host.ovs.control("remove", "interface", interface, "external_ids", "ovn-installed")
            await expect("not installed", port, repaired: "none", host)
            try await host.ovs.startController()
            #expect(await host.container("container-create", "--network=p").output == [id])
            await expectOrder(host)
        }
    }

    @Test func `who shares the old sandbox of a container is told, and stays as it is`() async throws {
        try await withContainer { host, id, _ in
            try await host.importBusybox()
            _ = try await host.docker(
                "run", "-d", "--name", "app", "--stop-signal", "KILL", "--network", "container:\(id)", "test/busybox:1",
                "sleep", "100000")
            await expectOrder(host)
            _ = try await host.docker("restart", "--time", "0", id)
            #expect(await host.container("container-create", "--network=p").output == [id])
            await expect("left behind", "", repaired: "none", host)
            _ = try await host.docker("restart", "app")
            await expectOrder(host)
        }
    }
}
