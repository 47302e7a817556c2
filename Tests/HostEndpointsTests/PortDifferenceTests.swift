import HostAttachment
import NetAddress
import NeutronAPI
import TestSamples
import Testing

@testable import HostEndpoints

/// What the API says of an endpoint beside what its interface is.
struct PortDifferenceTests {
    /// The endpoint that all rows start from: port 1 of network 1, plugged into network container a.
    static func attachment(docker: Bool = false, _ more: [String: String] = [:]) throws -> PluggedEndpoint {
        var ids: [String: String?] = [
            "attached-mac": "02:00:00:00:00:01", "ovn-containers:addresses": "10.1.0.5/24 fd00::5/64",
            "ovn-containers:mtu": "1442", "ovn-containers:port-security": "on",
        ]
        if docker {
            ids.updateValue(nil, forKey: "ovn-containers:container")
            ids["ovn-containers:docker-endpoint"] = "e0"
            ids["ovn-containers:handed-over"] = "true"
        }
        for (key, value) in more { ids[key] = value }
        return try #require(PluggedEndpoint(port: 1, in: "a", ids))
    }

    static func interface(
        mac: String = "02:00:00:00:00:01", mtu: Int = 1442, _ addresses: [String] = ["10.1.0.5", "fd00::5"]
    ) -> ContainerInterface {
        ContainerInterface(
            name: "eth0", mac: MACAddress(mac), mtu: mtu, addresses: addresses.compactMap { IPAddress($0) })
    }

    static func said(_ change: (inout EndpointHere.Said) -> Void = { _ in }) throws -> EndpointHere.Said {
        var port = try Sample.port(1, on: 1, [(1, "10.1.0.5"), (2, "fd00::5")])
        port.deviceID = "a"
        port.binding.hostID = "here"
        var said = EndpointHere.Said(port, network: Sample.network(1), isHere: true, mtu: 1442)
        change(&said)
        return said
    }

    /// A change of what the API says, and the difference that it makes, with words that its sentence must have.
    struct Row: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let kinds: [PortDifference.Kind]
        let words: [String]
        let change: @Sendable (inout EndpointHere.Said) -> Void

        init(
            _ name: String, _ kinds: [PortDifference.Kind], _ words: [String] = [],
            _ change: @escaping @Sendable (inout EndpointHere.Said) -> Void
        ) {
            (testDescription, self.kinds, self.words, self.change) = (name, kinds, words, change)
        }
    }

    static func addresses(_ texts: String...) -> [FixedIP] {
        texts.compactMap { IPAddress($0) }.map { FixedIP(subnetID: ID(high: 2, low: 1), ipAddress: $0) }
    }

    static let rows: [Row] = [
        Row("nothing", []) { _ in },
        Row("another address", [.addresses], ["10.1.0.77", "10.1.0.5"]) {
            $0.port.fixedIPs = addresses("10.1.0.77", "fd00::5")
        },
        Row("one address more", [.addresses], ["10.1.0.6"]) {
            $0.port.fixedIPs = addresses("10.1.0.5", "fd00::5", "10.1.0.6")
        },
        Row("one address less", [.addresses], ["fd00::5"]) { $0.port.fixedIPs = addresses("10.1.0.5") },
        Row("no address", [.addresses], ["none"]) { $0.port.fixedIPs = [] },
        Row("the same in another order", []) { $0.port.fixedIPs = addresses("fd00::5", "10.1.0.5") },
        Row("another MAC", [.mac], ["02:00:00:00:00:99", "02:00:00:00:00:01"]) {
            $0.port.macAddress = MACAddress(bits: 0x0200_0000_0099) ?? $0.port.macAddress
        },
        Row("another MTU", [.mtu], ["1300", "1442", "ls1"]) { $0.mtu = 1300 },
        Row("an MTU that is not known", []) { $0.mtu = nil },
        Row("port security off", [.security], ["off", "on"]) { $0.port.portSecurityEnabled = false },
        Row("another host", [.elsewhere], ["on host there", "binding:host_id"]) {
            $0.port.binding.hostID = "there"
            $0.isHere = false
        },
        Row("no host", [.elsewhere], ["on no host"]) {
            $0.port.binding.hostID = ""
            $0.isHere = false
        },
        Row("another user", [.user], ["bbbb", "device_id"]) { $0.port.deviceID = "bbbb" },
        Row("no user", []) { $0.port.deviceID = "" },
        Row("switched off", [.disabled], ["admin_state_up"]) { $0.port.adminStateUp = false },
        Row("all at once", [.elsewhere, .user, .disabled, .addresses, .mac, .mtu, .security]) {
            ($0.isHere, $0.port.deviceID, $0.port.adminStateUp) = (false, "b", false)
            ($0.port.fixedIPs, $0.mtu, $0.port.portSecurityEnabled) = ([], 1300, false)
            $0.port.macAddress = MACAddress(bits: 0x0200_0000_0099) ?? $0.port.macAddress
        },
    ]

    @Test(arguments: rows)
    func `what the API says otherwise is named with both values`(row: Row) throws {
        let said = try Self.said(row.change)
        for interface in [Self.interface(), nil] {
            let found = EndpointHere(try Self.attachment(), interface).differences(from: said)
            #expect(found.map(\.kind) == row.kinds)
            for word in row.words { #expect(found.first?.detail.contains(word) == true, "\(found)") }
            for difference in found {
                #expect(difference.portID == "\(said.port.id)" && difference.container == "network_a")
                #expect(difference.detail.contains("network_a") && !difference.brief.isEmpty)
            }
        }
    }

    @Test func `a port that was deleted is told`() throws {
        let found = EndpointHere(try Self.attachment(), Self.interface()).differences(from: nil)
        #expect(found.map(\.kind) == [.deleted])
        #expect(found.first?.detail.contains("was deleted in the API") == true)
    }

    @Test func `what counts is the interface where it can be seen, and what a container adds is its own affair`() throws
    {
        let said = try Self.said()
        func kinds(_ interface: ContainerInterface) throws -> [PortDifference.Kind] {
            EndpointHere(try Self.attachment(docker: true), interface).differences(from: said).map(\.kind)
        }
        #expect(try kinds(Self.interface()) == [])
        #expect(try kinds(Self.interface(["10.1.0.5", "fd00::5", "10.9.9.9"])) == [])
        #expect(try kinds(Self.interface(["fd00::5"])) == [.addresses])
        #expect(try kinds(Self.interface(mac: "02:00:00:00:00:99")) == [.mac])
        #expect(try kinds(Self.interface(mtu: 1500)) == [.mtu])
    }

    @Test func `a change that the interface has already followed is no difference`() throws {
        let said = try Self.said { $0.port.fixedIPs = Self.addresses("10.1.0.77") }
        let here = EndpointHere(try Self.attachment(), Self.interface(["10.1.0.77"]))
        #expect(here.differences(from: said) == [])
    }

    @Test func `Docker's container counts as the user once its name is known`() throws {
        let said = try Self.said { $0.port.deviceID = "bbbb" }
        #expect(EndpointHere(try Self.attachment(docker: true)).differences(from: said) == [])
        let named = try Self.attachment(docker: true, ["ovn-containers:docker-container": "web"])
        let found = EndpointHere(named).differences(from: said)
        #expect(found.map(\.kind) == [.user] && found.first?.container == "web")
        #expect(found.first?.detail.contains("restart the container") == true)
    }

    @Test func `a row of an older version tells no port security, and is believed`() throws {
        let said = try Self.said { $0.port.portSecurityEnabled = false }
        let old = try #require(PluggedEndpoint(port: 1, in: "a"))
        #expect(!EndpointHere(old).differences(from: said).map(\.kind).contains(.security))
    }

    @Test func `in the underlay mode the machine's port and the VLAN count`() throws {
        let carried = try Self.attachment(
            ["iface-id": nil, "ovn-containers:port": "\(ID<Port>(high: 3, low: 1))"], vlan: 5)
        func found(_ change: (inout EndpointHere.Said) -> Void) throws -> [PortDifference] {
            EndpointHere(carried, Self.interface()).differences(from: try Self.said(change))
        }
        #expect(try found { $0.vlan = 5 } == [])
        #expect(try found { $0.vlan = 7 }.map(\.kind) == [.vlan])
        let lost = try found { ($0.vlan, $0.isHere) = (nil, false) }
        #expect(lost.map(\.kind) == [.elsewhere])
        #expect(lost.first?.detail.contains("not carried by this machine's port") == true)
    }

    @Test func `only what a container has is compared`() throws {
        let own = try Self.attachment()
        let ended = Survey(
            findings: [Finding(.linkMissing, hostInterface: "ovn1", portID: own.portID, detail: "d")])
        #expect(EndpointsHere.here([own], ended) == [])
        #expect(EndpointsHere.here([own], Survey()).count == 1)
        #expect(
            EndpointsHere.here([own], Survey(interfaces: [own.portID: Self.interface()])).first?.interface?.name
                == "eth0")
    }
}

extension PortDifferenceTests {
    /// The same carried as a VLAN.
    static func attachment(_ changes: [String: String?], vlan: Int) throws -> PluggedEndpoint {
        var ids =
            [
                "attached-mac": "02:00:00:00:00:01", "ovn-containers:addresses": "10.1.0.5/24 fd00::5/64",
                "ovn-containers:mtu": "1442", "ovn-containers:vlan": "\(vlan)",
            ] as [String: String?]
        ids.merge(changes) { $1 }
        return try #require(PluggedEndpoint(port: 1, in: "a", ids))
    }
}
