import HostNetwork
import NetAddress
import OVNModel
import OVSDB
import Testing

@testable import HostAttachment
@testable import Netlink

/// What the kernel would list, written by hand.
func link(_ index: Int32, _ name: String, alias: String = "", peer: Int32? = nil, kind: String = "veth") throws -> Link
{
    var writer = AttributeWriter(header: [0, 0, 1, 0])
    var header = writer.bytes
    header.append(integer: index)
    header.append(integer: UInt32(1))
    header.append(integer: UInt32(0))
    writer = AttributeWriter(header: header)
    writer.put(3, text: name)
    writer.put(4, UInt32(1442))
    writer.put(1, try #require(MACAddress("02:00:00:00:00:07")))
    writer.put(20, text: alias)
    if let peer { writer.put(5, peer) }
    writer.nest(18) { $0.put(1, text: kind) }
    return try Link(Message(type: 16, flags: 0, sequence: 0, port: 0, payload: writer.bytes[...]))
}

@Suite struct AuditTests {
    let identity = NetworkNamespace.Identity(device: 4, inode: 4_026_532_000)

    func row(_ endpoint: Endpoint, installed: Bool = true, container: String = "c1") -> OpenVSwitch.Interface {
        var row = OpenVSwitch.Interface(id: .random())
        row.name = endpoint.hostInterface
        row.externalIDs = endpoint.externalIDs(
            in: Sandbox(containerID: container, location: .process(17)), identity, as: "eth0")
        if installed { row.externalIDs[InterfaceKeys.installed] = "true" }
        return row
    }

    /// An endpoint whose row, links and addresses all agree.
    func sound() throws -> (endpoint: Endpoint, row: OpenVSwitch.Interface, host: Link, state: PlugState) {
        let endpoint = try Endpoint.test()
        let host = try link(5, endpoint.hostInterface, alias: "ovn-containers:\(endpoint.portID)", peer: 2)
        var state = PlugState(names: ["lo", "eth0"])
        state.host = host
        state.container = try link(2, "eth0", peer: 5)
        state.addresses = endpoint.addresses.map { LinkAddress($0, on: 2) }
        return (endpoint, row(endpoint), host, state)
    }

    func problems(
        _ rows: [OpenVSwitch.Interface], _ links: [Link], _ plugs: [String: PlugState]
    ) -> [Finding.Problem] {
        Finding.list(
            attachments: rows.compactMap { AttachedPort($0, bridge: "br-int") }, links: links, plugs: plugs
        ).map(\.problem)
    }

    @Test func `a row tells the endpoint it was made from`() throws {
        let (endpoint, row, _, _) = try sound()
        let attachment = try #require(AttachedPort(row, bridge: "br-int"))
        var expected = endpoint
        expected.interfaceName = "eth0"
        #expect(attachment.endpoint == expected)
        #expect(attachment.sandbox == Sandbox(containerID: "c1", location: .process(17)))
        #expect(attachment.namespace == identity)
    }

    @Test func `someone else's row is none of ours`() {
        var row = OpenVSwitch.Interface(id: .random())
        row.name = "tap0"
        row.externalIDs = ["iface-id": "p", "vm-id": "v", "attached-mac": "02:00:00:00:00:01"]
        #expect(AttachedPort(row, bridge: "br-int") == nil)
    }

    @Test func `where all agrees nothing is found`() throws {
        let (endpoint, row, host, state) = try sound()
        #expect(problems([row], [host], [endpoint.portID: state]) == [])
    }

    @Test func `each disagreement has its name`() throws {
        let (endpoint, row, host, state) = try sound()
        let portID = endpoint.portID
        #expect(problems([row], [], [:]) == [.linkMissing])
        #expect(problems([row], [host], [:]) == [.sandboxMoved])

        var elsewhere = state
        elsewhere.container = nil
        #expect(problems([row], [host], [portID: elsewhere]) == [.sandboxMoved])

        var waiting = row
        waiting.externalIDs[InterfaceKeys.installed] = nil
        #expect(problems([waiting], [host], [portID: state]) == [.notInstalled])
        waiting.error = "could not open network device"
        #expect(problems([waiting], [host], [portID: state]) == [.interfaceFailed])

        for key in InterfaceKeys.required where ![InterfaceKeys.portID, InterfaceKeys.containerInterface].contains(key)
        {
            var lacking = row
            lacking.externalIDs[key] = nil
            #expect(problems([lacking], [host], [portID: state]).contains(.rowIncomplete), "\(key)")
        }

        var wrong = state
        wrong.addresses.removeFirst()
        #expect(problems([row], [host], [portID: wrong]) == [.interfaceWrong])
        wrong = state
        wrong.container?.mtu = 1500
        wrong.container?.isUp = false
        #expect(problems([row], [host], [portID: wrong]) == [.interfaceWrong])

        var down = host
        down.isUp = false
        #expect(problems([row], [down], [portID: state]) == [.interfaceWrong])

        var twin = row
        twin.name = "ovntwin"
        #expect(problems([row, twin], [host], [portID: state]).contains(.duplicate))
    }
}

@Suite struct OrphanVethTests {
    @Test func `a veth is ours by its alias, or by its name where its maker was killed before it gave it one`() throws {
        let name = try Endpoint.test().hostInterface
        #expect(try link(5, "renamed", alias: "ovn-containers:p").isVethOfPort)
        #expect(try link(5, name).isVethOfPort)
        #expect(try !link(5, name, alias: "another's").isVethOfPort)
        #expect(try !link(5, name, kind: "dummy").isVethOfPort)
        for other in ["ovn0", "ovn0123456789ag", "ovc0123456789ab", "ovn-k8s-mp0"] {
            #expect(try !link(5, other).isVethOfPort, "\(other)")
        }
    }
}

@Suite struct DecisionTests {
    let sandbox = Sandbox(containerID: "c1", location: .process(17))

    /// The situation of an endpoint that is attached to `sandbox`, to be changed.
    func situation() throws -> (endpoint: Endpoint, record: AttachedPort?, state: PlugState) {
        let (endpoint, row, _, state) = try AuditTests().sound()
        return (endpoint, AttachedPort(row, bridge: "br-int"), state)
    }

    @Test func `what is there is repaired, replaced or refused`() throws {
        var (endpoint, record, state) = try situation()
        func decision() -> Decision { Decision(endpoint, in: sandbox, record: record, state: state) }
        let host = try #require(state.host)
        let container = try #require(state.container)
        #expect(decision() == .repair(host: host, container: container))

        endpoint.interfaceName = "lan"
        #expect(decision() == .replace(because: "it is called eth0"))
        endpoint.interfaceName = nil
        endpoint.bridge = "br-other"
        #expect(decision() == .replace(because: "it is on bridge br-int"))
        endpoint.bridge = "br-int"

        state.container = nil
        #expect(decision() == .replace(because: "its veth leads into another sandbox"))
        state.host = nil
        #expect(decision() == .replace(because: "its veth is gone"))
        record = nil
        #expect(decision() == .fresh)

        state.host = try link(5, endpoint.hostInterface, alias: "someone's")
        guard case .refuse(let error) = decision() else { throw Injected() }
        #expect(error.code == .refused)
    }

    @Test func `a veth into another living container is refused`() throws {
        var (endpoint, _, state) = try situation()
        state.container = nil
        let row = AuditTests().row(endpoint, container: "c2")
        endpoint.bridge = "br-int"
        let decision = Decision(endpoint, in: sandbox, record: AttachedPort(row, bridge: "br-int"), state: state)
        guard case .refuse(let error) = decision else { throw Injected() }
        #expect(error.code == .inUse)
    }
}
