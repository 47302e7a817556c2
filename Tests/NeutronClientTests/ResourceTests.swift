import Deadlines
import JSONCoding
import Logging
import NetAddress
import NeutronAPI
import TestServers
import Testing

@testable import NeutronClient

@Suite(.timeLimit(.minutes(1)))
struct ResourceTests {
    static let limit = Duration.seconds(5)
    static let network = "8b1b0b0e-4c5f-4b8e-9d63-0a4f3a6b2c11"
    static let subnet = "0d5c2f8e-1f6a-4f0b-8d36-6a1f0c9b7e22"
    static let port = "5f3f7a7c-9a35-4a0e-8b61-21f43bd0f1a3"

    func withClient(
        _ server: ScriptedServer, _ body: (NeutronClient) async throws -> Void
    ) async throws {
        let client = NeutronClient(
            endpoint: server.endpoint + "/", connectTimeout: .seconds(2), logger: Logger(label: "test"))
        do {
            try await body(client)
        } catch {
            await client.shutdown()
            throw error
        }
        await client.shutdown()
    }

    static func networks(_ ids: String...) -> String {
        "{\"networks\": [" + ids.map { #"{"id": "\#($0)", "name": "ls0"}"# }.joined(separator: ",") + "]}"
    }

    @Test func `a subnet pool is read by its table of attributes`() async throws {
        let id = Self.network
        let body = """
            {"subnetpools": [{"id": "\(id)", "name": "p", "project_id": "admin", "prefixes": ["10.0.0.0/16", "10.2.0.0/16"],
             "ip_version": 4, "min_prefixlen": "8", "max_prefixlen": 30, "default_prefixlen": "24", "is_default": true,
             "shared": false, "default_quota": null, "address_scope_id": "\(Self.subnet)", "tags": ["a"],
             "revision_number": 3, "created_at": "2024-05-17T09:30:00Z", "of_the_future": 1},
             {"id": "\(id)", "shared": "perhaps", "prefixes": null}]}
            """
        try await ScriptedServer.run(.reply(200, body)) { server in
            try await withClient(server) { client in
                let pools: [SubnetPool] = try await client.list(where: [("name", "p")], within: Self.limit)
                let pool = try #require(pools.first)
                #expect(pool.name == "p" && pool.isDefault && !pool.shared && pool.defaultQuota == nil)
                #expect(pool.prefixes.map(\.description) == ["10.0.0.0/16", "10.2.0.0/16"])
                #expect([pool.minimumLength, pool.maximumLength, pool.defaultLength] == [8, 30, 24])
                #expect(pool.addressScopeID == ID<AddressScope>(Self.subnet))
                #expect(pool.standard.projectID == "admin" && pool.standard.tags == ["a"])
                // What a server does not say, or says as nobody expects, has its default.
                #expect(pools.last?.name == "" && pools.last?.prefixes == [] && pools.last?.shared == false)
            }
            #expect(server.requests[0].hasPrefix("GET /v2.0/subnetpools?name=p HTTP/1.1\r\n"))
        }
    }

    @Test func `a resource is asked for at its path`() async throws {
        let body = #"{"address_scopes": [{"id": "\#(Self.network)", "name": "s", "ip_version": 6}]}"#
        try await ScriptedServer.run(.reply(200, body)) { server in
            try await withClient(server) { client in
                let scope: AddressScope = try await client.resolve("s", within: Self.limit)
                #expect(scope.ipVersion == .v6)
            }
            #expect(server.requests[0].hasPrefix("GET /v2.0/address-scopes?name=s HTTP/1.1\r\n"))
        }
    }

    @Test func `a subnet is asked of a pool`() throws {
        let id = try #require(ID<SubnetPool>(Self.subnet))
        let network = try #require(ID<Network>(Self.network))
        let some = SubnetCreate(
            projectID: "", networkID: network, cidr: nil, ipVersion: .v6, pool: .pool(id), prefixLength: 64)
        #expect(
            JSON.object(some.wire)
                == [
                    "network_id": .string(Self.network), "name": "", "ip_version": 6,
                    "subnetpool_id": .string(Self.subnet), "prefixlen": 64,
                ])
        let standard = SubnetCreate(
            projectID: "", networkID: network, cidr: IPPrefix(literal: "10.0.0.0/24"), ipVersion: .v4,
            pool: .standard)
        #expect(
            JSON.object(standard.wire)
                == [
                    "network_id": .string(Self.network), "name": "", "ip_version": 4, "cidr": "10.0.0.0/24",
                    "use_default_subnetpool": true,
                ])
    }

    @Test func `a network is read with all its attributes`() async throws {
        let body = """
            {"network": {"id": "\(Self.network)", "name": "ls0", "project_id": "admin", "tenant_id": "admin",
             "admin_state_up": true, "status": "ACTIVE", "shared": true, "router:external": false,
             "subnets": ["\(Self.subnet)"], "mtu": 1442, "port_security_enabled": false, "description": "d",
             "tags": ["a", "b"], "revision_number": 3, "created_at": "2024-05-17T09:30:00Z",
             "updated_at": "2024-05-17T09:30:01Z", "provider:network_type": "geneve",
             "provider:physical_network": null, "provider:segmentation_id": 7, "availability_zone_hints": [],
             "of_the_future": {"x": [1.5, null]}}}
            """
        try await ScriptedServer.run(.reply(200, body)) { server in
            try await withClient(server) { (client: NeutronClient) async throws in
                let id = try #require(ID<Network>(Self.network))
                let network = try #require(try await client.find(id, within: Self.limit))
                #expect(network.name == "ls0" && network.mtu == 1442 && network.shared)
                #expect(network.subnets == [ID<Subnet>(Self.subnet)])
                #expect(!network.portSecurityEnabled)
                #expect(network.standard.tags == ["a", "b"] && network.standard.revision == 3)
                #expect(network.standard.createdAt.description == "2024-05-17T09:30:00Z")
                #expect(network.provider == .init(networkType: "geneve", segmentationID: 7))
            }
            #expect(server.requests[0].hasPrefix("GET /v2.0/networks/\(Self.network) HTTP/1.1\r\n"))
        }
    }

    @Test func `a port is read with all its attributes`() async throws {
        let body = """
            {"ports": [{"id": "\(Self.port)", "network_id": "\(Self.network)", "name": "", "mac_address": "FA:16:3e:00:00:01",
             "fixed_ips": [{"subnet_id": "\(Self.subnet)", "ip_address": "2001:db8::5"}], "device_id": "c", "device_owner": "compute:x",
             "status": "ACTIVE", "admin_state_up": true, "binding:host_id": "h1", "binding:vif_type": "ovs", "binding:vnic_type": "normal",
             "binding:profile": {"tag": 7}, "binding:vif_details": {"port_filter": true},
             "allowed_address_pairs": [{"ip_address": "192.0.2.0/24", "mac_address": "fa:16:3e:00:00:02"}, {"ip_address": "192.0.2.1"}],
             "extra_dhcp_opts": [{"opt_name": "tftp", "opt_value": "x", "ip_version": 4}]}]}
            """
        try await ScriptedServer.run(.reply(200, body)) { server in
            try await withClient(server) { (client: NeutronClient) async throws in
                let ports: [Port] = try await client.list(where: [("name", "a b&c")], within: Self.limit)
                let port = try #require(ports.first)
                #expect(port.macAddress == MACAddress("fa:16:3e:00:00:01"))
                #expect(port.fixedIPs.map(\.ipAddress) == [IPAddress("2001:db8::5")])
                #expect(port.deviceID == "c" && port.deviceOwner == "compute:x" && port.status == .active)
                #expect(port.binding.hostID == "h1" && port.binding.profile == ["tag": 7])
                #expect(port.allowedAddressPairs.map(\.text) == ["192.0.2.0/24", "192.0.2.1"])
                #expect(port.extraDHCPOptions == [ExtraDHCPOption(name: "tftp", value: "x")])
            }
            #expect(server.requests[0].hasPrefix("GET /v2.0/ports?name=a+b%26c HTTP/1.1\r\n"))
        }
    }

    @Test func `a list requests the wanted attributes and reads no others`() async throws {
        let body = """
            {"ports": [{"id": "\(Self.port)", "network_id": "\(Self.network)", "mac_address": "fa:16:3e:00:00:01"}]}
            """
        try await ScriptedServer.run(.reply(200, body)) { server in
            try await withClient(server) { (client: NeutronClient) async throws in
                let ports: [Port] = try await client.list(
                    where: [("name", "a")], fields: ["id", "network_id", "mac_address"], within: Self.limit)
                #expect(ports.map { "\($0.id)" } == [Self.port])
                #expect(ports[0].name == "" && ports[0].fixedIPs.isEmpty)
            }
            let request = "GET /v2.0/ports?name=a&fields=id&fields=network_id&fields=mac_address HTTP/1.1\r\n"
            #expect(server.requests[0].hasPrefix(request))
        }
    }

    @Test func `a subnet is created with exactly the given attributes`() async throws {
        let body = """
            {"subnet": {"id": "\(Self.subnet)", "network_id": "\(Self.network)", "name": "ls0", "cidr": "192.168.1.0/24", "ip_version": 4,
             "gateway_ip": null, "allocation_pools": [{"start": "192.168.1.10", "end": "192.168.1.20"}],
             "dns_nameservers": ["192.168.1.2"], "host_routes": [{"destination": "10.0.0.0/8", "nexthop": "192.168.1.3"}],
             "enable_dhcp": true, "ipv6_ra_mode": null}}
            """
        try await ScriptedServer.run(.reply(201, body)) { server in
            try await withClient(server) { (client: NeutronClient) async throws in
                let prefix = try #require(IPPrefix("192.168.1.0/24"))
                let first = try #require(prefix.network.advanced(by: 10))
                let last = try #require(prefix.network.advanced(by: 20))
                let new = SubnetCreate(
                    projectID: "admin", networkID: try #require(ID<Network>(Self.network)), name: "ls0",
                    cidr: prefix, gatewayIP: .null, allocationPools: [try #require(IPRange(first, last))],
                    dnsNameservers: [try #require(prefix.network.advanced(by: 2))])
                let subnet = try await client.create(new, within: Self.limit)
                #expect(subnet.gatewayIP == nil && subnet.cidr == new.cidr)
                #expect(subnet.allocationPools == new.allocationPools)
                #expect(subnet.hostRoutes.map(\.nexthop) == [IPAddress("192.168.1.3")])
            }
            #expect(
                server.requests[0].hasSuffix(
                    #"{"subnet":{"allocation_pools":[{"end":"192.168.1.20","start":"192.168.1.10"}],"#
                        + #""cidr":"192.168.1.0/24","dns_nameservers":["192.168.1.2"],"gateway_ip":null,"ip_version":4,"#
                        + #""name":"ls0","network_id":"\#(Self.network)","tenant_id":"admin"}}"#))
        }
    }

    @Test func `attributes at their defaults need no extension`() {
        #expect(NetworkCreate(projectID: "admin", name: "ls0").wire == ["name": "ls0", "tenant_id": "admin"])
        #expect(PortUpdate().wire == [:])
        #expect(PortUpdate(deviceID: "", hostID: "").wire == ["device_id": "", "binding:host_id": ""])
    }

    @Test func `a change can insist on a revision`() async throws {
        let body =
            #"{"port": {"id": "\#(Self.port)", "network_id": "\#(Self.network)", "mac_address": "02:00:00:00:00:01"}}"#
        let stale =
            #"{"NeutronError": {"type": "RevisionNumberConstraintFailed", "message": "moved on", "detail": ""}}"#
        try await ScriptedServer.run(.reply(200, body), .reply(412, stale)) { server in
            try await withClient(server) { (client: NeutronClient) async throws in
                let id = try #require(ID<Port>(Self.port))
                try await client.update(id, PortUpdate(deviceID: "c"), ifRevision: 4, within: Self.limit)
                let error = await #expect(throws: NeutronClientError.self) {
                    try await client.update(id, PortUpdate(deviceID: "c"), ifRevision: 4, within: Self.limit)
                }
                #expect(error?.cause?.status == 412)
            }
            #expect(server.requests[0].lowercased().contains("\r\nif-match: revision_number=4\r\n"))
            #expect(server.requests[0].hasPrefix("PUT /v2.0/ports/\(Self.port) "))
        }
    }

    @Test func `removing a missing resource succeeds, finding it is nil`() async throws {
        let body = #"{"NeutronError": {"type": "PortNotFound", "message": "gone", "detail": ""}}"#
        try await ScriptedServer.run(.reply(404, body), .reply(404, body), .reply(204, "")) { server in
            try await withClient(server) { (client: NeutronClient) async throws in
                #expect(try await client.remove(ID<Port>.random(), within: Self.limit) == false)
                #expect(try await client.find(ID<Port>.random(), within: Self.limit) == nil)
                #expect(try await client.remove(ID<Port>.random(), within: Self.limit) == true)
            }
        }
    }

    @Test func `a list is followed page by page`() async throws {
        let first = #"""
            {"networks": [{"id": "\#(Self.network)"}],
             "networks_links": [{"rel": "next", "href": "http://elsewhere/v2.0/networks?limit=1&marker=\#(Self.network)&name=a%20b"}]}
            """#
        try await ScriptedServer.run(.reply(200, first), .reply(200, Self.networks(Self.port))) { server in
            try await withClient(server) { (client: NeutronClient) async throws in
                #expect(
                    try await client.list(Network.self, within: Self.limit).map { "\($0.id)" } == [
                        Self.network, Self.port,
                    ])
            }
            #expect(server.requests[1].hasPrefix("GET /v2.0/networks?limit=1&marker=\(Self.network)&name=a+b "))
        }
    }

    @Test func `a unique name resolves to its network`() async throws {
        try await ScriptedServer.run(.reply(200, Self.networks(Self.network))) { server in
            try await withClient(server) { (client: NeutronClient) async throws in
                let network: Network = try await client.resolve("ls0", within: Self.limit)
                #expect("\(network.id)" == Self.network)
            }
        }
    }

    @Test func `an ambiguous name is refused with the ids`() async throws {
        try await ScriptedServer.run(.reply(200, Self.networks(Self.network, Self.port))) { server in
            try await withClient(server) { (client: NeutronClient) async throws in
                let error = await #expect(throws: NeutronClientError.self) {
                    let _: Network = try await client.resolve("ls0", within: Self.limit)
                }
                #expect(error?.code == .refused)
                #expect(error?.message.contains("provide the id instead") == true)
                #expect(error?.message.contains(Self.port) == true)
            }
        }
    }

    @Test func `an unknown name or id is reported`() async throws {
        let body = #"{"NeutronError": {"type": "NetworkNotFound", "message": "gone", "detail": ""}}"#
        try await ScriptedServer.run(.reply(200, Self.networks()), .reply(404, body)) { server in
            try await withClient(server) { (client: NeutronClient) async throws in
                for reference in ["ls0", Self.network] {
                    let error = await #expect(throws: NeutronClientError.self) {
                        let _: Network = try await client.resolve(reference, within: Self.limit)
                    }
                    #expect(error?.code == .notFound)
                    #expect(error?.message.contains(reference) == true)
                }
            }
        }
    }
}
