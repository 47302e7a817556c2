import HostSetup
import NetAddress
import Testing

@testable import DockerNetworks

@Suite struct NetworkOptionsTests {
    @Test func `kuryr's names mean the same as ours`() throws {
        #expect(try NetworkOptions(network: ["net": "blue"]).network == .name("blue"))
        #expect(try NetworkOptions(network: ["neutron.net.name": "blue"]).network == .name("blue"))
        let id = "9b1f3a0e-1111-4222-8333-444455556666"
        #expect(try NetworkOptions(network: ["net.id": id]).network == .id(id))
        #expect(try NetworkOptions(network: ["neutron.net.uuid": id]).network == .id(id))
        let pools = try NetworkOptions(pool: ["neutron.pool.name": "p", "neutron.pool.v6.uuid": id]).subnetPools
        #expect(pools == [.v4: .name("p"), .v6: .id(id)])
    }

    @Test(arguments: [
        (["ney": "blue"], "option -o ney is not known"), (["mtu": "ten"], "option mtu is \"ten\""),
        (["net": "blue", "net.id": "9b1f3a0e-1111-4222-8333-444455556666"], "give one"),
        (["net.id": "blue"], "is not an id"), (["sticky": "perhaps"], "it is on or off"),
        (["security_group": "web,"], "separated by commas"), (["security_group": "web,web"], "separated by commas"),
        (["neutron.pool.nam": "p"], "option -o neutron.pool.nam is not known"),
        (["neutron.pool.v6.uuid": "p"], "is not an id"),
        (["neutron.pool.name": "p", "neutron.pool.uuid": "9b1f3a0e-1111-4222-8333-444455556666"], "give one"),
    ])
    func `what is not understood is refused`(options: [String: String], cause: String) {
        let error = #expect(throws: HostError.self) { try NetworkOptions(network: options) }
        #expect(error?.message.contains(cause) == true, "\(error?.message ?? "")")
    }

    @Test func `a connection's own options count before its network's, and the engine's are left alone`() throws {
        let network = try NetworkOptions(network: ["sticky": "1"])
        let own = try network.merging(endpoint: [
            "sticky": "0", "port_security": "off", "com.docker.network.portmap": "[]",
        ])
        #expect(own.isSticky == false && own.portSecurity == false)
        #expect(try network.merging(endpoint: ["security_group": "web, db"]).securityGroups == ["db", "web"])
        #expect(throws: HostError.self) { try network.merging(endpoint: ["mtu": "1400"]) }
    }

    @Test func `a pool's name can be read again`() throws {
        for text in ["10.1.0.0/16", "10.1.0.0/16@blue", "fd00::/64@9b1f3a0e-1111-4222-8333-444455556666"] {
            #expect(try PoolID(text).description == text)
        }
        for text in ["", "blue", "10.1.0.0", "10.1.0.0/16@"] {
            #expect(throws: HostError.self) { try PoolID(text) }
        }
    }
}
