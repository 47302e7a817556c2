import JSONCoding
import NetAddress
import NeutronAPI
import OVNModel
import OVSDB
import Testing

@testable import NetworkStore

@Suite struct PortTests {
    @Test func `a port survives a round trip`() throws {
        var ledger = Ledger()
        let network = try ledger.network()
        let subnet = try ledger.subnet(network, "10.0.0.0/24")
        _ = try ledger.subnet(network, "fd00::/64")
        let parent = try ledger.port(network) {
            $0.name = "parent"
            $0.fixedIPs = [.address("10.0.0.2")]
        }
        let full = try ledger.port(network) {
            $0.name = "full"
            $0.description = "everything"
            $0.adminStateUp = false
            $0.macAddress = MACAddress("02:00:00:00:00:01")
            $0.fixedIPs = [.address("10.0.0.9", subnet), .any(subnet)]
            $0.deviceID = "container"
            $0.deviceOwner = "compute:here"
            $0.allowedAddressPairs = [
                AllowedAddressPair(address: IPAddress("10.0.0.99")!),
                AllowedAddressPair(
                    address: IPAddress("10.1.0.0")!, length: 16, macAddress: MACAddress("02:00:00:00:00:02")),
            ]
            $0.extraDHCPOptions = [ExtraDHCPOption(name: "mtu", value: "1200")]
            $0.hostID = "host-1"
            $0.profile = ["parent_name": .string(parent.id.description), "tag": 7, "more": [1, nil, "x"]]
            $0.tags = ["a", "b"]
        }
        let unsafe = try ledger.port(network) { $0.portSecurityEnabled = false }
        let device = try ledger.port(network) { $0.deviceOwner = "network:dhcp" }
        let floating = try ledger.port(network) { $0.deviceOwner = "network:floatingip" }
        let bare = try ledger.port(network) {
            $0.fixedIPs = []
            $0.portSecurityEnabled = false
        }
        for port in [parent, full, unsafe, device, floating, bare] { #expect(ledger.snapshot.port(port.id) == port) }
        #expect(Set(ledger.snapshot.ports) == [parent, full, unsafe, device, floating, bare])
        #expect(Set(ledger.snapshot.ports(of: network.id)).count == 6)
        #expect(ledger.snapshot.ports(ledger.snapshot.portIDs(.name("full"))[...]) == [full])
        #expect(ledger.snapshot.portIDs(.device("container")) == [full.id])
        #expect(full.standard.tags == ["a", "b"])
        let row = ledger.row(full)
        #expect(row.parentName == parent.id.description)
        #expect(row.tag == 7)
        #expect(row.enabled == false)
        #expect(
            row.portSecurity == [
                "02:00:00:00:00:01 10.0.0.9 \(full.addresses[1]) 10.0.0.99", "02:00:00:00:00:02 10.1.0.0/16",
            ])
        #expect(row.addresses == ["02:00:00:00:00:01 10.0.0.9 \(full.addresses[1])", "02:00:00:00:00:02"])
        #expect(ledger.row(floating).addresses.isEmpty)
        #expect(ledger.row(bare).addresses == ["unknown"])
        #expect(ledger.row(bare).portSecurity.isEmpty)
    }

    @Test func `a port gets one IPv4, one IPv6 and all SLAAC addresses`() throws {
        var ledger = Ledger()
        let network = try ledger.network()
        let four = try ledger.subnet(network, "10.0.0.0/24")
        let more = try ledger.subnet(network, "10.0.1.0/24")
        let stateful = try ledger.subnet(network, "fd00::/64") { $0.ipv6AddressMode = .dhcpv6Stateful }
        let slaac = try ledger.subnet(network, "fd01::/64") { $0.ipv6AddressMode = .slaac }
        let stateless = try ledger.subnet(network, "fd02::/64") { $0.ipv6AddressMode = .dhcpv6Stateless }
        let port = try ledger.port(network) { $0.macAddress = MACAddress("fa:16:3e:40:31:37") }
        #expect(port.fixedIPs.map(\.subnetID) == [four.id, stateful.id, slaac.id, stateless.id])
        #expect(Array(port.addresses[2...]) == ["fd01::f816:3eff:fe40:3137", "fd02::f816:3eff:fe40:3137"])
        // Of two subnets with DHCPv6, the stateful one is used.
        #expect(ledger.row(port).dhcpv4Options == ledger.row(four).id)
        #expect(ledger.row(port).dhcpv6Options == ledger.row(stateful).id)
        let chosen = try ledger.port(network) { $0.fixedIPs = [.any(more)] }
        #expect(chosen.fixedIPs.map(\.subnetID) == [more.id, slaac.id, stateless.id])
        let none = try ledger.port(network) { $0.fixedIPs = [] }
        #expect(none.fixedIPs.map(\.subnetID) == [slaac.id, stateless.id])
        let router = try ledger.port(network) {
            $0.deviceOwner = "network:router_interface"
            $0.fixedIPs = [.any(slaac), .address("fd02::", stateless)]
        }
        #expect(router.fixedIPs.map(\.subnetID) == [slaac.id, stateless.id])
        let again = try ledger.port(network) {
            $0.macAddress = MACAddress("fa:16:3e:00:00:01")
            $0.fixedIPs = [.address("fd01::f816:3eff:fe00:1")]
        }
        #expect(again.fixedIPs.map(\.subnetID) == [slaac.id, stateless.id])
    }

    @Test func `a full subnet is skipped`() throws {
        var ledger = Ledger()
        let network = try ledger.network()
        let small = try ledger.subnet(network, "10.0.0.0/29")
        let large = try ledger.subnet(network, "10.0.1.0/24")
        for _ in 0..<5 { #expect(try ledger.port(network).fixedIPs.map(\.subnetID) == [small.id]) }
        #expect(try ledger.port(network).fixedIPs.map(\.subnetID) == [large.id])
        let error = refusal { _ = try ledger.port(network) { $0.fixedIPs = [.any(small)] } }
        #expect(error?.status == 409)
        #expect(error?.message == "No more IP addresses available on network \(network.id).")
    }

    @Test func `every address of a pool is allocated once`() throws {
        var ledger = Ledger()
        let network = try ledger.network()
        _ = try ledger.subnet(network, "10.0.0.0/24")
        var given: Set<String> = []
        for _ in 0..<253 { #expect(given.insert(try ledger.port(network).addresses[0]).inserted) }
        #expect(refusal { _ = try ledger.port(network) }?.type == "IpAddressGenerationFailure")
        let ports = Array(ledger.snapshot.ports)
        try ledger.change { try $0.delete(ports[7].id, nil) }
        #expect(try ledger.port(network).addresses == ports[7].addresses)
    }

    @Test func `gateway and broadcast addresses are not allocated, the gateway's on request`() throws {
        var ledger = Ledger()
        let network = try ledger.network()
        let other = try ledger.network()
        let subnet = try ledger.subnet(network, "10.0.0.0/24")
        let foreign = try ledger.subnet(other, "10.0.1.0/24")
        func attempt(_ request: FixedIPRequest) -> String? {
            refusal { _ = try ledger.port(network) { $0.fixedIPs = [request] } }?.type
        }
        #expect(attempt(.address("10.0.0.255")) == "InvalidIpForNetwork")
        #expect(attempt(.address("10.0.0.0", subnet)) == "InvalidIpForSubnet")
        #expect(attempt(.address("10.0.1.5", subnet)) == "InvalidIpForSubnet")
        #expect(attempt(.address("10.0.1.5")) == "InvalidIpForNetwork")
        #expect(attempt(.any(foreign)) == "InvalidInput")
        #expect(attempt(FixedIPRequest(subnetID: .random())) == "SubnetNotFound")
        #expect(attempt(.address("10.0.0.1")) == nil)
        #expect(attempt(.address("10.0.0.1")) == "IpAddressAlreadyAllocated")
        let bare = try ledger.network()
        #expect(refusal { _ = try ledger.port(bare) { $0.fixedIPs = [.address("10.0.0.5")] } }?.type == "InvalidInput")
        #expect(try ledger.port(bare).fixedIPs.isEmpty)
    }

    @Test func `a specific address on an auto-addressed subnet is refused`() throws {
        var ledger = Ledger()
        let network = try ledger.network()
        let subnet = try ledger.subnet(network, "fd00::/64") { $0.ipv6AddressMode = .slaac }
        let error = refusal { _ = try ledger.port(network) { $0.fixedIPs = [.address("fd00::5", subnet)] } }
        #expect(error?.type == "AllocationOnAutoAddressSubnet")
    }

    @Test func `a MAC is unique on a network`() throws {
        var ledger = Ledger()
        let (one, other) = (try ledger.network(), try ledger.network())
        let mac = MACAddress("02:00:00:00:00:01")!
        _ = try ledger.port(one) { $0.macAddress = mac }
        let error = refusal { _ = try ledger.port(one) { $0.macAddress = mac } }
        #expect(error?.type == "MacAddressInUse")
        #expect(error?.status == 409)
        #expect(try ledger.port(other) { $0.macAddress = mac }.macAddress == mac)
        #expect(try ledger.port(one).macAddress.description.hasPrefix("fa:16:3e:"))
    }

    @Test func `a new list of addresses keeps those that stay`() throws {
        var ledger = Ledger()
        let network = try ledger.network()
        let subnet = try ledger.subnet(network, "10.0.0.0/24")
        let other = try ledger.subnet(network, "10.0.1.0/24")
        let port = try ledger.port(network) { $0.fixedIPs = [.address("10.0.0.5"), .address("10.0.0.6")] }
        let kept = try ledger.update(port, PortUpdate(fixedIPs: [.any(subnet), .address("10.0.1.7", other)]))
        #expect(kept.addresses == ["10.0.0.5", "10.0.1.7"])
        #expect(kept.standard.revision == 2)
        #expect(ledger.snapshot.port(port.id) == kept)
        #expect(try ledger.port(network) { $0.fixedIPs = [.address("10.0.0.6")] }.addresses == ["10.0.0.6"])
        #expect(refusal { _ = try ledger.update(port, PortUpdate(fixedIPs: [.address("10.0.0.6")])) }?.status == 409)
        let cleared = try ledger.update(port, PortUpdate(fixedIPs: []))
        #expect(cleared.fixedIPs.isEmpty)
        #expect(ledger.row(port).addresses == [port.macAddress.description])
        #expect(ledger.row(port).dhcpv4Options == nil)
        #expect(try ledger.port(network) { $0.fixedIPs = [.address("10.0.0.5")] }.addresses == ["10.0.0.5"])
    }

    @Test func `SLAAC addresses follow the MAC and cannot be removed`() throws {
        var ledger = Ledger()
        let network = try ledger.network()
        _ = try ledger.subnet(network, "10.0.0.0/24")
        _ = try ledger.subnet(network, "fd00::/64") { $0.ipv6AddressMode = .slaac }
        let port = try ledger.port(network)
        let moved = try ledger.update(port, PortUpdate(macAddress: MACAddress("fa:16:3e:40:31:37")))
        #expect(moved.addresses == [port.addresses[0], "fd00::f816:3eff:fe40:3137"])
        let cleared = try ledger.update(port, PortUpdate(fixedIPs: []))
        #expect(cleared.addresses == ["fd00::f816:3eff:fe40:3137"])
        #expect(ledger.snapshot.port(port.id) == cleared)
    }

    @Test func `an attached port keeps its MAC, a detached one need not`() throws {
        var ledger = Ledger()
        ledger.southbound = try Replica(of: SouthboundIndexes.tables).applying([.insert(chassis("host-1"))])
        let network = try ledger.network()
        let port = try ledger.port(network) { $0.hostID = "host-1" }
        #expect(port.binding.vifType == "ovs")
        #expect(port.binding.vifDetails["port_filter"] == true)
        let change = PortUpdate(macAddress: MACAddress("02:00:00:00:00:01"))
        #expect(refusal { _ = try ledger.update(port, change) }?.type == "PortBound")
        #expect(refusal { _ = try ledger.update(port, PortUpdate(vnicType: .direct)) }?.type == "PortInUse")
        let nowhere = try ledger.update(port, PortUpdate(hostID: "host-2"))
        #expect(nowhere.binding.vifType == "binding_failed")
        #expect(ledger.row(port).options["requested-chassis"] == "host-2")
        #expect(try ledger.update(port, change).macAddress.description == "02:00:00:00:00:01")
        let unbound = try ledger.update(port, PortUpdate(hostID: ""))
        #expect(unbound.binding == PortBinding())
        #expect(ledger.row(port).options["requested-chassis"] == "")
    }

    @Test func `address pairs need port security`() throws {
        var ledger = Ledger()
        let network = try ledger.network()
        let pair = AllowedAddressPair(address: IPAddress("10.0.0.99")!)
        let type = "AddressPairAndPortSecurityRequired"
        #expect(
            refusal {
                _ = try ledger.port(network) {
                    $0.portSecurityEnabled = false
                    $0.allowedAddressPairs = [pair]
                }
            }?.type == type)
        let port = try ledger.port(network) { $0.allowedAddressPairs = [pair] }
        #expect(port.allowedAddressPairs[0].macAddress == port.macAddress)
        #expect(refusal { _ = try ledger.update(port, PortUpdate(portSecurityEnabled: false)) }?.type == type)
        let open = try ledger.update(port, PortUpdate(portSecurityEnabled: false, allowedAddressPairs: []))
        #expect(ledger.row(open).addresses.contains("unknown"))
        #expect(refusal { _ = try ledger.update(port, PortUpdate(allowedAddressPairs: [pair])) }?.type == type)
        let twice = [pair, AllowedAddressPair(address: pair.address, macAddress: port.macAddress)]
        let error = refusal {
            _ = try ledger.update(port, PortUpdate(portSecurityEnabled: true, allowedAddressPairs: twice))
        }
        #expect(error?.type == "DuplicateAddressPairInRequest")
    }

    @Test func `a port whose address others may claim is virtual while it is detached`() throws {
        var ledger = Ledger()
        let network = try ledger.network()
        _ = try ledger.subnet(network, "10.0.0.0/24")
        let holder = try ledger.port(network) { $0.fixedIPs = [.address("10.0.0.99")] }
        let pair = AllowedAddressPair(address: IPAddress("10.0.0.99")!)
        let parents = try (0..<2).map { _ in
            try ledger.port(network) {
                $0.deviceID = "c"
                $0.allowedAddressPairs = [pair]
            }
        }.sorted { $0.id < $1.id }
        #expect(ledger.row(holder).type == "virtual")
        #expect(ledger.row(holder).options["virtual-ip"] == "10.0.0.99")
        #expect(ledger.row(holder).options["virtual-parents"] == parents.map(\.id.description).joined(separator: ","))
        #expect(ledger.row(holder).options["requested-chassis"] == nil)
        #expect(ledger.snapshot.port(holder.id) == holder)
        _ = try ledger.update(parents[0], PortUpdate(allowedAddressPairs: []))
        #expect(ledger.row(holder).options["virtual-parents"] == parents[1].id.description)
        _ = try ledger.update(holder, PortUpdate(deviceID: "user"))
        #expect(ledger.row(holder).type == "")
        _ = try ledger.update(holder, PortUpdate(deviceID: ""))
        #expect(ledger.row(holder).type == "virtual")
        try ledger.change { try $0.delete(parents[1].id, nil) }
        #expect(ledger.row(holder).type == "")
        #expect(ledger.row(holder).options.dictionary == ["mcast_flood_reports": "true", "requested-chassis": ""])
        let late = try ledger.port(network) { $0.fixedIPs = [.address("10.0.0.98")] }
        #expect(ledger.row(late).type == "")
    }

    @Test func `port security defaults to the network's`() throws {
        var ledger = Ledger()
        let network = try ledger.network(NetworkCreate(projectID: "p", portSecurityEnabled: false))
        #expect(try ledger.port(network).portSecurityEnabled == false)
        #expect(try ledger.port(network) { $0.portSecurityEnabled = true }.portSecurityEnabled == true)
    }

    @Test func `a container's port names its parent and its tag`() throws {
        var ledger = Ledger()
        let network = try ledger.network()
        let parent = try ledger.port(network)
        let child = try ledger.port(network) { $0.profile = ["parent_name": .string(parent.id.description), "tag": 0] }
        // 0: we choose; OVN's own choice would ignore the other tags.
        #expect(ledger.row(child).tagRequest == nil)
        #expect(VLAN.tags.contains(ledger.row(child).tag ?? 0))
        #expect(child.binding.profile["tag"] == ledger.row(child).tag.map { .integer(Int64($0)) })
        let stranger = ID<Port>.random()
        let error = refusal {
            _ = try ledger.port(network) { $0.profile = ["parent_name": .string(stranger.description), "tag": 1] }
        }
        #expect(error?.type == "PortNotFound")
        for profile: [String: JSON] in [
            ["parent_name": "x"], ["tag": 1], ["parent_name": "x", "tag": 4_096], ["parent_name": "x", "tag": "1"],
            ["parent_name": 1, "tag": 1],
        ] {
            #expect(throws: NeutronError.self) { try Port.check(profile) }
        }
        try Port.check(["other": 1])
    }

    @Test func `unchanged columns are not written`() throws {
        var ledger = Ledger()
        let network = try ledger.network()
        _ = try ledger.subnet(network, "10.0.0.0/24")
        let port = try ledger.port(network) { $0.name = "a" }
        let same = try ledger.update(port, PortUpdate(name: "a", fixedIPs: [.address(port.addresses[0])], deviceID: ""))
        #expect(same == port)
        #expect(ledger.operations.isEmpty)
        _ = try ledger.update(port, PortUpdate(name: "b"))
        #expect(ledger.operations.count { !$0.isWait } == 1)  // the keys
    }

    @Test func `members of a bulk request get distinct addresses`() throws {
        var ledger = Ledger()
        let network = try ledger.network()
        _ = try ledger.subnet(network, "10.0.0.0/28")
        let request = PortCreate(projectID: "p", networkID: network.id, isFiltered: false)
        let ports = try ledger.change { draft in try (0..<13).map { _ in try draft.create(.random(), request) } }
        #expect(Set(ports.flatMap(\.addresses)).count == 13)
        #expect(ledger.operations.count { $0.isWait } == 1)
        let error = refusal {
            try ledger.change { draft in for _ in 0..<3 { _ = try draft.create(.random(), request) } }
        }
        #expect(error?.type == "IpAddressGenerationFailure")
        #expect(ledger.snapshot.ports(of: network.id).count == 13)
    }

    private func chassis(_ host: String) -> Southbound.Chassis {
        var chassis = Southbound.Chassis(id: .random())
        chassis.hostname = host
        chassis.name = "some-system-id"
        return chassis
    }
}
