import Deadlines
import JSONCoding
import NetAddress
import NeutronAPI
import OVNModel
import OVSDB
import Testing

@testable import NetworkStore

@Suite struct TrunkTests {
    @Test func `a trunk survives a round trip`() throws {
        var ledger = Ledger()
        let network = try ledger.network()
        let parent = try ledger.port(network) { $0.hostID = "hv1" }
        let ports = try (0..<2).map { _ in try ledger.port(network) }
        let trunk = try ledger.trunk(parent, name: "t", [(ports[0], 20), (ports[1], 10)])
        #expect(trunk.subports.map(\.segmentationID) == [10, 20])
        #expect(trunk.subports.map(\.portID) == [ports[1].id, ports[0].id])
        #expect(trunk.status == .down)
        #expect(trunk.standard.revision == 1)
        #expect(ledger.snapshot.trunk(trunk.id) == trunk)
        #expect(ledger.snapshot.trunk(ofParent: parent.id) == trunk)
        #expect(Trunk.ids(in: ledger.snapshot).next(after: nil, upwards: true, limit: 9) == [trunk.id])
        let row = ledger.row(ports[0])
        #expect(row.parentName == parent.id.description)
        #expect(row.tag == 20)
        #expect(row.externalIDs["neutron:device_owner"] == "trunk:subport")
        let carried = try #require(ledger.snapshot.port(ports[0].id))
        #expect(carried.deviceOwner == "trunk:subport")
        #expect(carried.binding.profile == ["parent_name": .string(parent.id.description), "tag": 20])
        #expect(carried.binding.hostID == "hv1")
        #expect(carried.standard.revision == ports[0].standard.revision + 1)
        let carrier = try #require(ledger.snapshot.port(parent.id))
        #expect(carrier.trunk?.trunkID == trunk.id)
        #expect(carrier.trunk?.subports.map(\.macAddress) == [ports[1].macAddress, ports[0].macAddress])
        // The parent was changed too, and can still be changed.
        #expect(carrier.standard.revision == parent.standard.revision + 1)
        _ = try ledger.update(carrier, PortUpdate(name: "vm"))
        #expect(ledger.snapshot.trunk(trunk.id) == trunk)
    }

    @Test func `subports are added and removed`() throws {
        var ledger = Ledger()
        let network = try ledger.network()
        let parent = try ledger.port(network)
        let trunk = try ledger.trunk(parent)
        let port = try ledger.port(network) { $0.profile = ["more": "x"] }
        let more = try ledger.change { try $0.add([request(port, 5)], to: trunk.id) }
        #expect(more.subports == [Subport(portID: port.id, segmentationID: 5)])
        #expect(more.standard.revision == 2)
        let less = try ledger.change { try $0.remove([port.id], from: trunk.id) }
        #expect(less.subports.isEmpty)
        #expect(less.standard.revision == 3)
        let freed = try #require(ledger.snapshot.port(port.id))
        #expect(freed.deviceOwner == "")
        #expect(freed.binding.profile == ["more": "x"])
        #expect(freed.subportOf == nil)
        #expect(ledger.row(port).tag == nil)
        #expect(ledger.row(port).parentName == nil)
        #expect(
            refusal { _ = try ledger.change { try $0.remove([port.id], from: trunk.id) } }
                == .subportNotFound(port.id, trunk: trunk.id))
        // Again, with the released tag.
        _ = try ledger.change { try $0.add([request(port, 5)], to: trunk.id) }
    }

    @Test func `deleting a trunk releases its subports`() throws {
        var ledger = Ledger()
        let network = try ledger.network()
        let parent = try ledger.port(network)
        let port = try ledger.port(network)
        let trunk = try ledger.trunk(parent, [(port, 5)])
        #expect(
            refusal { try ledger.change { try $0.delete(port.id, nil) } }
                == .portInUseAsSubPort(port.id, trunk: trunk.id))
        #expect(
            refusal { try ledger.change { try $0.delete(parent.id, nil) } }
                == .portInUseAsTrunkParent(parent.id, trunk: trunk.id))
        try ledger.change { try $0.delete(trunk.id, nil) }
        #expect(Trunk.ids(in: ledger.snapshot).count == 0)
        #expect(ledger.snapshot.port(parent.id)?.trunk == nil)
        #expect(ledger.row(port).parentName == nil)
        #expect(!ledger.row(parent).externalIDs.keys.contains { $0.hasPrefix("neutron:trunk_") })
        #expect(refusal { try ledger.change { try $0.delete(trunk.id, nil) } } == .trunkNotFound(trunk.id))
        try ledger.change { try $0.delete(port.id, nil) }
        try ledger.change { try $0.delete(parent.id, nil) }
    }

    @Test func `a port is a subport once, and either parent or subport`() throws {
        var ledger = Ledger()
        let network = try ledger.network()
        let (parent, other) = (try ledger.port(network), try ledger.port(network))
        let (one, two) = (try ledger.port(network), try ledger.port(network))
        let used = try ledger.port(network) { $0.deviceID = "vm" }
        let trunk = try ledger.trunk(parent, [(one, 5)])
        let second = try ledger.trunk(other)
        #expect(refusal { _ = try ledger.trunk(parent) } == .parentPortInUse(parent.id))
        #expect(refusal { _ = try ledger.trunk(one) } == .trunkPortInUse(one.id))
        #expect(try ledger.adding(one, 6, to: trunk) == .trunkPortInUse(one.id))
        #expect(try ledger.adding(one, 6, to: second) == .trunkPortInUse(one.id))
        #expect(try ledger.adding(other, 6, to: trunk) == .parentPortInUse(other.id))
        #expect(try ledger.adding(parent, 6, to: trunk) == .parentPortInUse(parent.id))
        #expect(try ledger.adding(two, 5, to: trunk) == .duplicateSubport(tag: 5, trunk: trunk.id))
        #expect(try ledger.adding(used, 6, to: trunk)?.type == "PortInUse")
        #expect(ledger.snapshot.trunk(trunk.id) == trunk)
        // Tags assigned by profile count for the trunk, and vice versa.
        let profile: [String: JSON] = ["parent_name": .string(parent.id.description), "tag": 7]
        let child = try ledger.port(network) { $0.profile = profile }
        #expect(try ledger.adding(two, 7, to: trunk) == .duplicateSubport(tag: 7, trunk: trunk.id))
        #expect(
            refusal {
                _ = try ledger.port(network) { $0.profile = ["parent_name": profile["parent_name"]!, "tag": 5] }
            } == .duplicateSubport(tag: 5, trunk: trunk.id))
        #expect(refusal { _ = try ledger.trunk(child) } == .trunkPortInUse(child.id))
        // Such a port may become a subport, with its own tag.
        #expect(try ledger.adding(child, 7, to: trunk) == nil)
    }

    @Test func `only the trunk changes a subport's parent and tag`() throws {
        var ledger = Ledger()
        let network = try ledger.network()
        let parent = try ledger.port(network)
        let port = try ledger.port(network)
        let trunk = try ledger.trunk(parent, [(port, 5)])
        let changed = try ledger.update(port, PortUpdate(deviceID: "c", profile: ["more": 1]))
        #expect(changed.binding.profile == ["parent_name": .string(parent.id.description), "tag": 5, "more": 1])
        #expect(ledger.row(port).tag == 5)
        let error = refusal {
            _ = try ledger.update(
                port, PortUpdate(profile: ["parent_name": .string(parent.id.description), "tag": 6]))
        }
        #expect(error == .portInUseAsSubPort(port.id, trunk: trunk.id))
    }

    @Test func `a disabled trunk cannot be changed`() throws {
        var ledger = Ledger()
        let network = try ledger.network()
        let (parent, port) = (try ledger.port(network), try ledger.port(network))
        let trunk = try ledger.trunk(parent)
        let down = try ledger.change {
            try $0.update(trunk.id, TrunkUpdate(name: "n", description: "d", adminStateUp: false), 1)
        }
        #expect((down.name, down.standard.description, down.adminStateUp) == ("n", "d", false))
        #expect(down.standard.revision == 2)
        #expect(ledger.snapshot.trunk(trunk.id) == down)
        #expect(try ledger.adding(port, 5, to: trunk) == .trunkDisabled(trunk.id))
        #expect(refusal { try ledger.change { try $0.delete(trunk.id, nil) } } == .trunkDisabled(trunk.id))
        #expect(refusal { _ = try ledger.change { try $0.update(trunk.id, TrunkUpdate(), 1) } }?.status == 412)
    }

    @Test func `a subport's MTU must fit its parent's`() throws {
        var ledger = Ledger()
        let large = try ledger.network()
        let small = try ledger.network(NetworkCreate(projectID: "p", mtu: 1_400))
        let trunk = try ledger.trunk(try ledger.port(small))
        let port = try ledger.port(large)
        #expect(try ledger.adding(port, 5, to: trunk)?.type == "SubPortMtuGreaterThanTrunkPortMtu")
        let inherit = SubportRequest(portID: try ledger.port(small).id, segmentation: .inherit)
        #expect(
            refusal { _ = try ledger.change { try $0.add([inherit], to: trunk.id) } }
                == .invalidInput("Unknown segmentation_type 'geneve'"))
    }

    @Test func `a repeated change of unknown outcome is not made twice`() throws {
        var ledger = Ledger()
        let network = try ledger.network()
        let (parent, port) = (try ledger.port(network), try ledger.port(network))
        let trunk = try ledger.trunk(parent, [(port, 5)])
        var draft = Draft(
            ledger.snapshot, committed: ledger.replica, configuration: ledger.configuration,
            time: Timestamp(seconds: 0),
            isRepetition: true)
        #expect(try draft.create(trunk.id, TrunkCreate(projectID: "p", portID: parent.id)) == trunk)
        #expect(try draft.add([request(port, 5)], to: trunk.id) == trunk)
        #expect(try draft.remove([parent.id], from: trunk.id) == trunk)
        try draft.delete(ID<Trunk>.random(), nil)
        #expect(draft.operations.isEmpty)
    }
}

private func request(_ port: Port, _ tag: Int) -> SubportRequest {
    SubportRequest(portID: port.id, segmentation: .vlan(tag))
}

extension Ledger {
    mutating func trunk(_ parent: Port, name: String = "", _ subports: [(Port, Int)] = []) throws -> Trunk {
        let create = TrunkCreate(
            projectID: "p", portID: parent.id, name: name, subports: subports.map { request($0.0, $0.1) })
        return try change { try $0.create(.random(), create) }
    }

    /// The refusal to add a port to a trunk.
    fileprivate mutating func adding(_ port: Port, _ tag: Int, to trunk: Trunk) throws -> NeutronError? {
        refusal { _ = try change { try $0.add([request(port, tag)], to: trunk.id) } }
    }
}
