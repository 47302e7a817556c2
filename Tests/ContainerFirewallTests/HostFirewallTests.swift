import Foundation
import HostNetwork
import OVNModel
import OVSDB
import TestServers
import Testing

@testable import ContainerFirewall
@testable import HostSetup

/// The table in a kernel's real packet filter, in a network namespace that goes with the test.
struct HostFirewallTests {
    let namespace: NetworkNamespace
    let firewall: HostFirewall
    let replica: Replica

    init() throws {
        namespace = try NetworkNamespace.make()
        var hooks = TestHooks()
        hooks.filteredNamespace = namespace
        firewall = HostFirewall(hooks)
        replica = try FirewallPolicyTests.database(
            changing: ["ovn-encap-type": "geneve,vxlan", "ovn-encap-ip": "192.0.2.11,2001:db8:0:0::b"],
            nics: ["eth0", "eth1"])
    }

    @discardableResult
    func nft(_ words: String...) async throws -> String {
        try await run(["nsenter", "--net=/proc/\(getpid())/fd/\(namespace.descriptor)", "nft"] + words)
    }

    @Test func `it is installed once, and stays as it is with its counters`() async throws {
        #expect(await firewall.state(replica) == .missing)
        #expect(try await firewall.ensure(replica) == .missing)
        #expect(await firewall.state(replica) == .installed(dropped: 0))
        let before = try await nft("-a", "list", "ruleset")
        #expect(try await firewall.ensure(replica) == .installed(dropped: 0))
        #expect(try await nft("-a", "list", "ruleset") == before)
    }

    @Test(
        arguments: [
            ("flush ruleset", nil), ("delete table inet ovn_containers", nil),
            ("flush table inet ovn_containers", "\"tunnels elsewhere\" of chain forward is missing"),
            ("insert rule inet ovn_containers forward accept", "chain forward has 1 rule that is not ours"),
            ("add rule inet ovn_containers inside accept", "chain inside has 1 rule that is not ours"),
            ("flush chain inet ovn_containers inside", "\"everything else\" of chain inside is missing"),
            ("add table inet ovn_containers { flags dormant; }", "is not"),
            ("add chain inet ovn_containers more", "chain more is not ours"),
            ("add set inet ovn_containers friends { type ipv4_addr; }", "set friends is not ours"),
            ("add chain inet ovn_containers input { policy drop; }", "chain input is not where it belongs"),
        ] as [(String, String?)])
    func `whatever is done to it is named and undone`(command: String, finding: String?) async throws {
        try await firewall.ensure(replica)
        try await nft(command)
        let state = await firewall.state(replica)
        if let finding {
            guard case .altered(let differences) = state else {
                Issue.record("\(command) leaves it \(state)")
                return
            }
            #expect(differences.contains { $0.contains(finding) }, "\(differences)")
        } else {
            #expect(state == .missing)
        }
        #expect(try await firewall.ensure(replica) == state)
        #expect(await firewall.state(replica) == .installed(dropped: 0))
    }

    @Test func `it follows the settings`() async throws {
        try await firewall.ensure(replica)
        let other = try FirewallPolicyTests.database()
        guard case .altered(let differences) = await firewall.state(other) else {
            Issue.record("other settings ask for another table")
            return
        }
        #expect(differences.contains("rule \"tunnels here\" of chain input is altered"), "\(differences)")
        try await firewall.ensure(other)
        #expect(await firewall.state(other) == .installed(dropped: 0))
    }

    @Test func `it goes with the settings, alone`() async throws {
        try await nft("add table inet other")
        try await firewall.ensure(replica)
        let left = try FirewallPolicyTests.database([:])
        #expect(await firewall.state(left) == .left)
        #expect(try await firewall.ensure(left) == .left)
        #expect(await firewall.state(left) == .unneeded)
        #expect(try await nft("list", "tables") == "table inet other\n")
        #expect(try await firewall.ensure(left) == .unneeded)
        let off = try FirewallPolicyTests.database(
            changing: [FirewallPolicy.switchKey: "off"])
        try await firewall.ensure(replica)
        try await firewall.ensure(off)
        #expect(await firewall.state(off) == .off)
    }

    @Test func `without nft a host is told what to install, before anything is changed`() async throws {
        var hooks = TestHooks()
        hooks.filteredNamespace = namespace
        hooks.nft = "/nowhere/nft"
        let firewall = HostFirewall(hooks)
        let error = #expect(throws: HostError.self) { try firewall.check(replica) }
        #expect(error?.message.contains("install Debian's package nftables; nothing changed") == true)
        guard case .unknown(let reason) = await firewall.state(replica) else {
            Issue.record("nobody knows")
            return
        }
        #expect(reason.message.contains("install Debian's package nftables"))
        await #expect(throws: HostError.self) { try await firewall.ensure(replica) }
        let nobody = try FirewallPolicyTests.database([:])
        #expect(try await firewall.ensure(nobody) == .unneeded)
    }

    @Test func `what nft says is told`() async throws {
        var hooks = TestHooks()
        hooks.filteredNamespace = namespace
        hooks.nft = "/bin/false"
        guard case .unknown(let reason) = await HostFirewall(hooks).state(replica) else {
            Issue.record("nobody knows")
            return
        }
        #expect(reason.message.contains("/bin/false failed with 1"), "\(reason)")
    }
}
