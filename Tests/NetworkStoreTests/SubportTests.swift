import JSONCoding
import NetAddress
import NeutronAPI
import OVNModel
import OVSDB
import Testing

@testable import NetworkStore

/// Subports by their `binding:profile`.
@Suite struct SubportTests {
    @Test func `a tag is unique to its parent`() throws {
        var ledger = Ledger()
        let network = try ledger.network()
        let one = try ledger.port(network)
        let other = try ledger.port(network)
        let first = try ledger.port(network) { $0.profile = carried(by: one, 7) }
        _ = try ledger.port(network) { $0.profile = carried(by: other, 7) }
        let error = refusal { _ = try ledger.port(network) { $0.profile = carried(by: one, 7) } }
        #expect(error?.type == "DuplicateSubPort")
        #expect(error?.status == 409)
        let second = try ledger.port(network) { $0.profile = carried(by: one, 8) }
        #expect(refusal { _ = try ledger.update(second, PortUpdate(profile: carried(by: one, 7))) }?.status == 409)
        #expect(ledger.row(second).tag == 8)
        // Repeating it does not count twice.
        _ = try ledger.update(first, PortUpdate(name: "n", profile: carried(by: one, 7)))
        // A released tag is free.
        let freed = try ledger.update(first, PortUpdate(profile: [:]))
        #expect(ledger.row(first).parentName == nil)
        #expect(ledger.row(first).tag == nil)
        #expect(freed.binding.profile.isEmpty)
        _ = try ledger.update(second, PortUpdate(profile: carried(by: one, 7)))
        #expect(ledger.row(second).tag == 7)
    }

    @Test func `a free tag is chosen if none is requested, until all are used`() throws {
        var ledger = Ledger()
        let network = try ledger.network()
        let parent = try ledger.port(network)
        let chosen = try ledger.port(network) { $0.profile = carried(by: parent, 0) }
        let again = try ledger.update(chosen, PortUpdate(name: "n", profile: carried(by: parent, 0)))
        #expect(again.binding.profile == chosen.binding.profile)
        let taken = ledger.row(chosen).tag
        try ledger.change { draft in
            for tag in VLAN.tags where tag != taken {
                var row = Northbound.LogicalSwitchPort(id: .random())
                row.name = "\(tag)"
                row.parentName = parent.id.description
                row.tag = tag
                draft.insert(row)
            }
        }
        let error = refusal { _ = try ledger.port(network) { $0.profile = carried(by: parent, 0) } }
        #expect(error?.type == "NoFreeTag")
    }

    @Test func `tags of foreign ports count as used`() throws {
        var ledger = Ledger()
        let network = try ledger.network()
        let parent = try ledger.port(network)
        var foreign = Northbound.LogicalSwitchPort(id: .random())
        foreign.name = "someone else's"
        foreign.parentName = parent.id.description
        foreign.tag = 9
        let row = foreign
        try ledger.change { $0.insert(row) }
        #expect(refusal { _ = try ledger.port(network) { $0.profile = carried(by: parent, 9) } }?.status == 409)
    }

    @Test func `the parent's name is normalized, and must be another port`() throws {
        var ledger = Ledger()
        let network = try ledger.network()
        let parent = try ledger.port(network)
        let child = try ledger.port(network) {
            $0.profile = ["parent_name": .string(parent.id.description.uppercased()), "tag": 1]
        }
        #expect(ledger.row(child).parentName == parent.id.description)
        #expect(child.binding.profile["parent_name"] == .string(parent.id.description))
        #expect(refusal { _ = try ledger.update(child, PortUpdate(profile: carried(by: child, 1))) }?.status == 400)
    }

    @Test func `a subport is bound where its parent is`() throws {
        var ledger = Ledger()
        let network = try ledger.network()
        let parent = try ledger.port(network) { $0.hostID = "hv1" }
        let child = try ledger.port(network) {
            $0.hostID = "elsewhere"
            $0.profile = carried(by: parent, 5)
        }
        #expect(child.binding.hostID == "hv1")
        #expect(child.binding.vifType == "ovs")
        #expect(ledger.row(child).options["requested-chassis"] == "")
        _ = try ledger.update(parent, PortUpdate(hostID: "hv2"))
        #expect(ledger.snapshot.port(child.id)?.binding.hostID == "hv2")
        let changed = try ledger.update(child, PortUpdate(name: "n"))
        #expect(changed.binding.hostID == "hv2")
        #expect(ledger.row(child).options["requested-chassis"] == "")
        let freed = try ledger.update(child, PortUpdate(profile: [:]))
        #expect(freed.binding.hostID == "")
        #expect(freed.binding.vifType == "unbound")
        #expect(ledger.snapshot.port(child.id) == freed)
    }

    @Test func `assigning a tag waits for the parent's generation and writes the next`() throws {
        var ledger = Ledger()
        let network = try ledger.network()
        let parent = try ledger.port(network)
        let child = try ledger.port(network) { $0.profile = carried(by: parent, 5) }
        #expect(ledger.row(parent).externalIDs["neutron:subport_generation"] == "1")
        _ = try ledger.update(child, PortUpdate(name: "n"))
        #expect(ledger.row(parent).externalIDs["neutron:subport_generation"] == "1")
        _ = try ledger.update(child, PortUpdate(profile: carried(by: parent, 6)))
        #expect(ledger.row(parent).externalIDs["neutron:subport_generation"] == "2")
    }

    private func carried(by parent: Port, _ tag: Int) -> [String: JSON] {
        ["parent_name": .string(parent.id.description), "tag": .integer(Int64(tag))]
    }
}
