import Deadlines
import NetAddress
import NeutronAPI
import OVSDB
import OVSDBClient
import TestServers
import Testing

@testable import NetworkStore

/// Hosts that join and go, over several replicas.
@Suite(.timeLimit(.minutes(3)))
struct HostTests {
    private static let secret = String(repeating: "ab", count: 32)

    private static func hash(_ number: Int) -> String {
        let digits = String(number, radix: 16)
        return String(repeating: "0", count: 32 - digits.count) + digits + String(repeating: "c", count: 32)
    }

    private static func host(_ number: Int, key: String = "key", address: Int? = nil) -> JoiningHost {
        JoiningHost(
            systemID: "system-\(number)", hostName: "h\(number)",
            tunnelAddress: IPAddress(.v4, bits: 0xc000_0200 + UInt128(address ?? number)),
            keyHash: "\(key)-\(number)")
    }

    private static let end = Timestamp(seconds: Timestamp.now.seconds + 600)

    private static let certificate = GivenCertificate(end: end, issuer: "ab")

    private static func outcome(_ body: () async throws -> JoinedHost) async throws -> String {
        do { return try await body().hostName } catch let error as NeutronError { return error.type }
    }

    @Test(arguments: [1, 3]) func `of hosts that join with one token at once, as many do as it says`(_ uses: Int)
        async throws
    {
        try await withOVSDBServer(schema: .northbound) { server in
            try await withThreeStores(server) { stores in
                for round in 0..<5 {
                    let hash = Self.hash(round)
                    _ = try await stores[round % 3].invite(
                        secretHash: hash, host: "", project: "p", uses: uses, end: Self.end)
                    let told = try await withThrowingTaskGroup(of: String.self) { group in
                        for number in 0..<12 {
                            group.addTask {
                                try await Self.outcome {
                                    try await stores[number % 3].admit(
                                        Self.host(round * 100 + number, address: round * 20 + number), secretHash: hash,
                                        certificate: Self.certificate, trusted: [])
                                }
                            }
                        }
                        return try await group.reduce(into: [String]()) { $0.append($1) }
                    }
                    #expect(told.count { $0 == "JoinRefused" } == 12 - uses, "\(told)")
                    #expect(told.count { $0.hasPrefix("h") } == uses)
                    try await stores[0].lookAgain()
                    #expect(stores[0].hosts().count == uses * (round + 1))
                    let invitation = try await stores[1].invitation(secretHash: hash)
                    #expect(invitation.usesLeft == 0)
                    #expect(invitation.users.count == uses)
                }
            }
        }
    }

    /// Each has a token of its own; they are alike in one thing.
    @Test(arguments: ["system id", "host name", "tunnel address", "name of the other kind"])
    func `of hosts that are known by the same, one joins`(_ what: String) async throws {
        try await withOVSDBServer(schema: .northbound) { server in
            try await withThreeStores(server) { stores in
                for number in 0..<9 {
                    _ = try await stores[0].invite(
                        secretHash: Self.hash(number), host: "", project: "p", uses: 1, end: Self.end)
                }
                let told = try await withThrowingTaskGroup(of: String.self) { group in
                    for number in 0..<9 {
                        var host = Self.host(number)
                        switch what {
                        case "system id": host.systemID = "same"
                        case "host name": host.hostName = "same"
                        case "tunnel address": host.tunnelAddress = IPAddress(literal: "192.0.2.200")
                        default: if number % 2 == 0 { host.systemID = "same" } else { host.hostName = "same" }
                        }
                        let joining = host
                        group.addTask {
                            try await Self.outcome {
                                try await stores[number % 3].admit(
                                    joining, secretHash: Self.hash(number), certificate: Self.certificate, trusted: [])
                            }
                        }
                    }
                    return try await group.reduce(into: [String]()) { $0.append($1) }
                }
                #expect(told.count { $0 == "HostExists" } == 8, "\(told)")
                try await stores[2].lookAgain()
                #expect(stores[2].hosts().count == 1)
            }
        }
    }

    @Test func `invitations that ended long ago are forgotten with the next one`() async throws {
        try await withOVSDBServer(schema: .northbound) { server in
            try await withStore(server) { store in
                let now = Timestamp.now.seconds
                for (number, age) in [(1, 8 * 86_400), (2, 6 * 86_400), (3, 0)] as [(Int, Int64)] {
                    _ = try await store.invite(
                        secretHash: Self.hash(number), host: "", project: "p", uses: 1,
                        end: Timestamp(seconds: now - age))
                }
                #expect(store.snapshot().invitations.count == 2)
                _ = try await store.invitation(secretHash: Self.hash(2))
            }
        }
    }

    @Test func `a host with a hundred containers goes, and all its addresses are free`() async throws {
        try await withOVSDBServer(schema: .northbound) { north in
            try await withOVSDBServer(schema: .southbound) { south in
                for (name, host, address) in [("system-1", "h1", "192.0.2.1"), ("system-2", "h2", "192.0.2.2")] {
                    try await south.control("ovn-sbctl", "chassis-add", name, "geneve", address)
                    try await south.control("ovn-sbctl", "set", "Chassis", name, "hostname=\(host)")
                    try await south.control("ovn-sbctl", "create", "Chassis_Private", "name=\(name)")
                }
                try await withStore(north, southbound: south) { store in
                    _ = try await store.invite(
                        secretHash: Self.secret, host: "", project: "p", uses: 2, end: Self.end)
                    for number in 1...2 {
                        _ = try await store.admit(
                            Self.host(number), secretHash: Self.secret, certificate: Self.certificate, trusted: [])
                    }
                    let ours = try await Self.fill(store)
                    #expect(store.hosts().map(\.ports) == [105, 1])

                    let refused = await #expect(throws: NeutronError.self) {
                        _ = try await store.removeHost("h1", isForced: false)
                    }
                    #expect(refused?.type == "HostInUse")
                    #expect(refused?.message.hasPrefix("Host h1 has 103 ports of containers (") == true)
                    #expect(store.hosts().count == 2)

                    let removal = try await store.removeHost("h1", isForced: true)
                    #expect(removal.names == ["h1", "system-1"])
                    #expect(removal.deletedPorts == 102)
                    #expect(removal.keptPorts == 1)
                    #expect(removal.unboundPorts == 2)
                    #expect(removal.networks == 3)
                    #expect(store.hosts().map(\.hostName) == ["h2"])
                    #expect(
                        try await south.control("ovn-sbctl", "--bare", "--columns=name", "list", "Chassis")
                            == "system-2\n")
                    #expect(
                        try await south.control("ovn-sbctl", "--bare", "--columns=name", "list", "Chassis_Private")
                            == "system-2\n")
                    #expect(
                        try await south.control("ovn-sbctl", "--bare", "--columns=chassis_name", "list", "Encap")
                            == "system-2\n")
                    let left = store.snapshot().ports(of: ours.id)
                    #expect(left.count == 5)
                    #expect(left.filter { ["h1", "system-1"].contains($0.binding.hostID) }.isEmpty)
                    let kept = try #require(left.first { $0.deviceOwner == HostMarks.reserved })
                    #expect(kept.standard.tags == ["mine"])
                    #expect(kept.deviceID.isEmpty)
                    // Every address of what is gone can be had.
                    for number in 0..<102 {
                        let address = IPAddress(.v4, bits: 0x0a00_0100 + UInt128(number))
                        _ = try await store.port(ours) { $0.fixedIPs = [FixedIPRequest(ipAddress: address)] }
                    }
                    // Used by h2 as well; used by h1 alone and made for it; used by h1 alone, made by somebody.
                    let networks = Dictionary(grouping: store.networks(), by: \.name)
                    #expect(Set(networks.keys) == ["n", "theirs"])
                    #expect(
                        networks["n"]?.first?.standard.tags
                            == ["docker-name-n", HostMarks.user("22", on: "h2")].sorted())
                    #expect(networks["theirs"]?.first?.standard.tags == ["keep"])

                    let again = try await store.removeHost("h1", isForced: false)
                    #expect(again.isEmpty)
                }
            }
        }
    }

    /// Network `n` with 100 ports of Docker's and others on h1, `alone`, and `theirs`.
    private static func fill(_ store: NetworkStore) async throws -> Network {
        let network = try await store.network("n", "10.0.0.0/16")
        try await store.setTags(
            [HostMarks.user("11", on: "h1"), HostMarks.user("22", on: "h2"), "docker-name-n"], of: network.id)
        func port(_ owner: String, on host: String, address: Int? = nil, device: String = "d") async throws -> Port {
            try await store.port(network) {
                $0.deviceOwner = owner
                $0.hostID = host
                $0.deviceID = device
                if let address {
                    $0.fixedIPs = [FixedIPRequest(ipAddress: IPAddress(.v4, bits: 0x0a00_0100 + UInt128(address)))]
                }
            }
        }
        for number in 0..<100 {
            _ = try await port(HostMarks.docker, on: number % 10 == 9 ? "system-1" : "h1", address: number)
        }
        _ = try await port(HostMarks.networkContainer, on: "h1", address: 100)
        _ = try await port(HostMarks.docker, on: "h1", address: 101, device: "")
        let sticky = try await port(HostMarks.stickyDocker, on: "h1")
        try await store.setTags(["dns:web", "mine"], of: sticky.id)
        _ = try await port("compute:nova", on: "h1")
        let parent = try await port("compute:nova", on: "h1")
        _ = try await port("", on: "")
        _ = try await store.create(
            Trunk.self, [TrunkCreate(projectID: "p", portID: parent.id)])
        _ = try await port(HostMarks.docker, on: "h2")

        let alone = try await store.create(
            Network.self, [NetworkCreate(projectID: "p", name: "alone", description: HostMarks.madeDescription)])[0]
        let subnet = try await store.create(
            Subnet.self,
            [SubnetCreate(projectID: "p", networkID: alone.id, cidr: IPPrefix(literal: "10.9.0.0/24"))])[0]
        try await store.setTags([HostMarks.user("33", on: "h1"), "docker-name-alone"], of: alone.id)
        _ = try await store.port(alone) {
            $0.deviceOwner = HostMarks.auxiliary
            $0.fixedIPs = [FixedIPRequest(subnetID: subnet.id)]
        }
        let theirs = try await store.network("theirs")
        try await store.setTags(
            [HostMarks.user("44", on: "h1"), "docker-name-theirs", "docker-internal", "keep"], of: theirs.id)
        return network
    }

    @Test func `a host that never joined is removed by its chassis, and one that is several is asked for by system id`()
        async throws
    {
        try await withOVSDBServer(schema: .northbound) { north in
            try await withOVSDBServer(schema: .southbound) { south in
                for (name, address) in [("s1", "192.0.2.1"), ("s2", "192.0.2.2"), ("s3", "192.0.2.3")] {
                    try await south.control("ovn-sbctl", "chassis-add", name, "geneve", address)
                    try await south.control(
                        "ovn-sbctl", "set", "Chassis", name, "hostname=\(name == "s3" ? "other" : "twin")")
                }
                try await withStore(north, southbound: south) { store in
                    let network = try await store.network("n", "10.0.0.0/24")
                    let port = try await store.port(network) { $0.hostID = "other" }
                    let error = await #expect(throws: NeutronError.self) {
                        _ = try await store.removeHost("twin", isForced: true)
                    }
                    #expect(
                        error?.message == "twin is the name of 2 hosts: give one of their system ids, s1, s2.")
                    let one = try await store.removeHost("s1", isForced: true)
                    #expect(one.names == ["s1"])
                    let other = try await store.removeHost("other", isForced: false)
                    #expect(other.unboundPorts == 1)
                    let found: Port = try await store.find(port.id)
                    #expect(found.binding.hostID.isEmpty)
                    #expect(store.hosts().map(\.systemID) == ["s2"])
                }
            }
        }
    }

    /// A removal that was cut short anywhere is finished by the next.
    @Test func `a removal may be interrupted at any step`() async throws {
        try await withOVSDBServer(schema: .northbound) { north in
            try await withStore(north) { store in
                for round in 0..<12 {
                    let hash = Self.hash(round)
                    _ = try await store.invite(secretHash: hash, host: "", project: "p", uses: 1, end: Self.end)
                    _ = try await store.admit(
                        Self.host(1), secretHash: hash, certificate: Self.certificate, trusted: [])
                    let network = try await store.network("n\(round)", "10.0.0.0/24")
                    for _ in 0..<70 {
                        _ = try await store.port(network) {
                            $0.hostID = "h1"
                            $0.deviceOwner = HostMarks.docker
                        }
                    }
                    try await store.setTags([HostMarks.user("1", on: "h1")], of: network.id)
                    let cut = Task { try await store.removeHost("h1", isForced: true) }
                    // Cut at another moment each time; whichever it is, the rest must hold.
                    try await Task.sleep(for: .milliseconds(round * 6))
                    cut.cancel()
                    _ = await cut.result
                    let removal = try await store.removeHost("h1", isForced: true)
                    #expect(removal.names.contains("h1"))
                    #expect(store.snapshot().ports(of: network.id).isEmpty)
                    let left: Network = try await store.find(network.id)
                    #expect(left.standard.tags == [])
                    #expect(store.hosts().isEmpty)
                }
            }
        }
    }
}
