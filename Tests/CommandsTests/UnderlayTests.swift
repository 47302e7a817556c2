import NeutronAPI
import NeutronClient
import TestServers
import Testing

@testable import Commands

/// Endpoints of machines in a cloud, against the service with its database.
@Suite(.timeLimit(.minutes(3)))
struct UnderlayTests {
    struct Stopped: Error, CustomStringConvertible {
        let description = "stopped"
    }

    @Test func `init wants the bridge and a port that can be seen, and remembers both`() async throws {
        try await Cloud.with { (cloud: Cloud) async throws in
            try await cloud.withMachine { (machine: VirtualMachine) async throws in
                let ids = try await machine.database.control("ovs-vsctl", "get", "open", ".", "external_ids")
                #expect(ids.contains("ovn-mode=underlay") && ids.contains("ovn-underlay-bridge=breth0"))
                #expect(ids.contains(machine.vif))
                let bridge = await machine.container("init", "--bridge", "br9", "--underlay-mode")
                #expect(bridge.status == .refused && bridge.errors[0].contains("nics-to-bridge"))
                let stranger = "11111111-2222-4333-8444-555555555555"
                let port = await machine.container(
                    "init", "--bridge", "breth0", "--underlay-mode", "--vif-id", stranger)
                #expect(port.status == .refused && port.errors[0].contains("there is no port \(stranger)"))
                // Neither has changed anything; and an environment of another machine is noticed.
                #expect(await machine.container("net-list").status == .done)
                let other = await machine.container("net-list", environment: ["OS_VIF_ID": stranger])
                #expect(other.status == .refused && other.errors[0].contains("OS_VIF_ID is \(stranger)"))
            }
        }
    }

    @Test func `an endpoint is a subport of the machine's trunk, from its making to its end`() async throws {
        try await Cloud.with { (cloud: Cloud) async throws in
            try await cloud.withMachine { (machine: VirtualMachine) async throws in
                #expect(await machine.container("net-create", "ls0", "192.168.1.0/24").status == .done)
                let made = await machine.container("endpoint-create", "ls0", "p")
                #expect(made.status == .done, "\(made.errors)")
                let port = try await cloud.port("p")
                #expect(made.output == ["\(port.id)"])
                #expect(port.deviceOwner == "trunk:subport")
                let trunks: [Trunk] = try await cloud.client.list(within: Cloud.limit)
                #expect(trunks.count == 1 && trunks[0].portID.description == machine.vif)
                let tag = try #require(trunks[0].subports.first?.segmentationID)
                #expect(try await cloud.tags(machine.vif) == [tag])
                // Once more is the same; and it is listed with its VLAN.
                #expect(await machine.container("endpoint-create", "ls0", "p").output == made.output)
                let list = await machine.container("endpoint-list", "ls0", "-f", "value").output.joined()
                #expect(list.contains(machine.vif) && list.contains("\(tag)"), "\(list)")
                let shown = await machine.container("endpoint-show", "p", "-f", "json").output.joined()
                #expect(shown.contains("\"vlan\":\(tag)"), "\(shown)")
                #expect(await machine.container("endpoint-delete", "p").status == .done)
                #expect(try await cloud.tags(machine.vif).isEmpty)
                #expect(await machine.container("net-delete", "ls0").status == .done)
            }
        }
    }

    @Test func `without trunks the endpoint's profile names the machine's port`() async throws {
        try await Cloud.with { (cloud: Cloud) async throws in
            try await cloud.withMachine { (machine: VirtualMachine) async throws in
                var machine = machine
                machine.ignoresTrunks = true
                #expect(await machine.container("net-create", "ls0", "192.168.1.0/24").status == .done)
                for name in ["p", "q"] {
                    let made = await machine.container("endpoint-create", "ls0", name)
                    #expect(made.status == .done, "\(made.errors)")
                }
                #expect(Set(try await cloud.tags(machine.vif)).count == 2)
                #expect(try await cloud.port("p").deviceOwner == "compute:ovn-containers")
                #expect(try await cloud.client.list(Trunk.self, within: Cloud.limit).isEmpty)
                #expect(await machine.container("endpoint-delete", "p").status == .done)
                #expect(try await cloud.tags(machine.vif).count == 1)
            }
        }
    }

    @Test func `forty endpoints at once, from two machines and one of them twice, get tags of their own`() async throws
    {
        try await Cloud.with { (cloud: Cloud) async throws in
            try await cloud.withMachine { (one: VirtualMachine) async throws in
                try await cloud.withMachine(replica: 1) { (two: VirtualMachine) async throws in
                    // The same machine, installed afresh, through the other replica.
                    try await cloud.withMachine(one.vif, replica: 1) { (again: VirtualMachine) async throws in
                        #expect(await one.container("net-create", "ls0", "192.168.0.0/16").status == .done)
                        let machines = [one, two, again]
                        let failures = await withTaskGroup(of: [String].self) { group in
                            for number in 0..<40 {
                                group.addTask {
                                    let made = await machines[number % 3].container(
                                        "endpoint-create", "ls0", "p\(number)")
                                    return made.status == .done ? [] : made.errors
                                }
                            }
                            return await group.reduce(into: []) { $0 += $1 }
                        }
                        #expect(failures.isEmpty, "\(failures)")
                        for (vif, count) in [(one.vif, 27), (two.vif, 13)] {
                            let tags = try await cloud.tags(vif)
                            #expect(tags.count == count && Set(tags).count == count, "\(tags)")
                        }
                        // And one trunk for each.
                        #expect(try await cloud.client.list(Trunk.self, within: Cloud.limit).count == 2)
                    }
                }
            }
        }
    }

    @Test func `forty profiles at once get tags of their own too`() async throws {
        try await Cloud.with { (cloud: Cloud) async throws in
            try await cloud.withMachine { (one: VirtualMachine) async throws in
                var profiling = one
                profiling.ignoresTrunks = true
                let machine = profiling
                #expect(await one.container("net-create", "ls0", "192.168.0.0/16").status == .done)
                let failures = await withTaskGroup(of: [String].self) { group in
                    for number in 0..<20 {
                        group.addTask {
                            let made = await machine.container("endpoint-create", "ls0", "p\(number)")
                            return made.status == .done ? [] : made.errors
                        }
                    }
                    return await group.reduce(into: []) { $0 += $1 }
                }
                #expect(failures.isEmpty, "\(failures)")
                #expect(Set(try await cloud.tags(one.vif)).count == 20)
            }
        }
    }

    @Test func `what fails after the port was made leaves nothing`() async throws {
        try await Cloud.with { (cloud: Cloud) async throws in
            try await cloud.withMachine { (machine: VirtualMachine) async throws in
                #expect(await machine.container("net-create", "ls0", "192.168.1.0/24").status == .done)
                let before = try await cloud.ports().count
                let failed = await machine.container("endpoint-create", "ls0", "p") { throw Stopped() }
                #expect(failed.status == .refused && failed.output.isEmpty)
                #expect(failed.errors == ["ovn-container: stopped"])
                let refused = await machine.container("endpoint-create", "ls0", "p", "--ip", "10.9.9.9")
                #expect(refused.status == .refused)
                #expect(try await cloud.ports().count == before)
                #expect(try await cloud.tags(machine.vif).isEmpty)
            }
        }
    }

    @Test func `an endpoint-delete that was cut short between its two steps is finished by repeating it`() async throws
    {
        try await Cloud.with { (cloud: Cloud) async throws in
            try await cloud.withMachine { (machine: VirtualMachine) async throws in
                #expect(await machine.container("net-create", "ls0", "192.168.1.0/24").status == .done)
                #expect(await machine.container("endpoint-create", "ls0", "p").status == .done)
                let cut = await machine.container("endpoint-delete", "p") { throw Stopped() }
                #expect(cut.status == .refused)
                #expect(try await cloud.port("p").deviceOwner == "")
                #expect(await machine.container("endpoint-delete", "p").status == .done)
                #expect(await machine.container("endpoint-list", "-f", "value", "ls0").output == [])
            }
        }
    }

    @Test func `an endpoint whose making was killed before it was carried is carried by repeating it`() async throws {
        try await Cloud.with { (cloud: Cloud) async throws in
            try await cloud.withMachine { (machine: VirtualMachine) async throws in
                #expect(await machine.container("net-create", "ls0", "192.168.1.0/24").status == .done)
                let network: Network = try await cloud.client.resolve("ls0", within: Cloud.limit)
                let port = try await cloud.client.create(
                    PortCreate(projectID: "p", networkID: network.id, name: "p"), within: Cloud.limit)
                #expect(await machine.container("endpoint-create", "ls0", "p").output == ["\(port.id)"])
                #expect(try await cloud.tags(machine.vif).count == 1)
            }
        }
    }

    @Test func `tags come from the service, so a machine that was installed afresh takes none twice`() async throws {
        try await Cloud.with { (cloud: Cloud) async throws in
            try await cloud.withMachine { (machine: VirtualMachine) async throws in
                #expect(await machine.container("net-create", "ls0", "192.168.1.0/24").status == .done)
                #expect(await machine.container("endpoint-create", "ls0", "p").status == .done)
                try await cloud.withMachine(machine.vif) { (fresh: VirtualMachine) async throws in
                    #expect(await fresh.container("endpoint-create", "ls0", "q").status == .done)
                    #expect(Set(try await cloud.tags(machine.vif)).count == 2)
                }
            }
        }
    }

    @Test func `any machine deletes an endpoint, whichever carries it`() async throws {
        try await Cloud.with { (cloud: Cloud) async throws in
            try await cloud.withMachine { (one: VirtualMachine) async throws in
                try await cloud.withMachine(replica: 1) { (two: VirtualMachine) async throws in
                    #expect(await one.container("net-create", "ls0", "192.168.1.0/24").status == .done)
                    #expect(await one.container("endpoint-create", "ls0", "p").status == .done)
                    #expect(await one.container("endpoint-create", "ls0", "q").status == .done)
                    let deleted = await two.container("endpoint-delete", "p")
                    #expect(deleted.status == .done, "\(deleted.errors)")
                    #expect(try await cloud.tags(one.vif).count == 1)
                    // The name is free again, on the other machine.
                    #expect(await two.container("endpoint-create", "ls0", "p").status == .done)
                    #expect(try await cloud.tags(two.vif).count == 1)
                }
            }
        }
    }
}
