import Foundation
import Testing

extension LabTests {
    /// VMs as hosts behind one NIC each, and what of them the lab promises.
    @Suite struct VirtualMachineTests {
        @Test func `a VM gets its address and MTU from OVN, and reaches central through the gateway`() async throws {
            let before = try Machine.now()
            try await Lab.with("vms", hosts: 1) { lab in
                try await lab.joinHosts()
                let network = try await lab.create("network", #"{"name": "mgmt"}"#)
                _ = try await lab.create(
                    "subnet", #"{"network_id": "\#(network.id)", "cidr": "10.0.0.0/24", "ip_version": 4}"#)
                let inside = #""network_id": "\#(network.id)", "binding:host_id": "host1""#
                let gateway = try await lab.create(
                    "port", #"{\#(inside), "port_security_enabled": false, "fixed_ips": [{"ip_address": "10.0.0.1"}]}"#)
                let port = try await lab.create("port", "{\(inside)}")

                try await lab.tool(
                    "add-gateway", "--name", lab.name, "--on", "host1", "--port", gateway.id, "--mac", gateway.mac,
                    "--ip", "10.0.0.1/24")
                try await lab.tool(
                    "add-vm", "--name", lab.name, "vm1", "--on", "host1", "--port", port.id, "--mac", port.mac)

                let link = try await lab.on("vm1", "ip -o link show eth0; ip -4 -o addr show eth0; ip route").output
                #expect(link.contains("mtu 1442"))
                #expect(link.contains(port.mac))
                #expect(link.contains("inet \(port.address)/24"))
                #expect(link.contains("default via 10.0.0.1 dev eth0"))
                try await lab.on("vm1", "curl -sf -m 10 http://\(Lab.centralAddress):9696/")
                try await lab.on("vm1", "docker run --rm busybox true; ovs-vsctl show")

                try await lab.tool("remove-vm", "--name", lab.name, "vm1")
                try await lab.tool("remove-vm", "--name", lab.name, "gateway")
                let taps = try await lab.on("host1", "ovs-vsctl list-ports br-int | grep ^tap || true")
                #expect(taps.output == "")
            }
            let left = try Machine.now().leftovers(since: before)
            #expect(left == [])
        }

        @Test func `a VM whose port OVN does not have is refused, and nothing of it is left`() async throws {
            try await Lab.with("noport", hosts: 1) { lab in
                try await lab.joinHosts()
                let outcome = try await run(
                    [
                        Lab.project.path + "/lab/lab", "add-vm", "--name", lab.name, "vm1", "--on", "host1", "--port",
                        UUID().uuidString.lowercased(), "--mac", "02:00:00:00:00:01",
                    ], seconds: 90)
                #expect(outcome.status == 1)
                #expect(outcome.errors.contains("is not bound on host1"))
                let status = try await lab.tool("status", "--name", lab.name)
                #expect(!status.output.contains("vm1"))
                let links = try await lab.on("host1", "ip -o link; ovs-vsctl list-ports br-int")
                #expect(!links.output.contains("tap"))
            }
        }
    }
}

extension Lab {
    /// Makes a resource through the API, as a cloud's operator does.
    fileprivate func create(_ kind: String, _ attributes: String) async throws -> Created {
        let answer = try await on(
            "central",
            "curl -sf -H 'Content-Type: application/json' -d '{\"\(kind)\": \(attributes)}' "
                + "http://127.0.0.1:9696/v2.0/\(kind)s")
        return try #require(
            try JSONDecoder().decode([String: Created].self, from: Data(answer.output.utf8))[kind])
    }
}

/// Of what the API answers, what a VM is made with.
private struct Created: Decodable, Sendable {
    struct Address: Decodable, Sendable {
        let ipAddress: String
        enum CodingKeys: String, CodingKey { case ipAddress = "ip_address" }
    }
    let id: String
    let macAddress: String?
    let fixedIPs: [Address]?

    enum CodingKeys: String, CodingKey {
        case id
        case macAddress = "mac_address"
        case fixedIPs = "fixed_ips"
    }

    var mac: String { macAddress ?? "" }
    var address: String { fixedIPs?.first?.ipAddress ?? "" }
}
