import Deadlines
import HostSetup
import NeutronAPI
import Testing

@testable import DockerNetworks

@Suite struct LogicalNetworkTests {
    static func network(_ number: UInt64, madeAt second: Int64, isOurs: Bool = true) -> Network {
        let standard = StandardAttributes(
            projectID: "admin", description: isOurs ? LogicalNetwork.madeDescription : "",
            createdAt: Timestamp(seconds: second), updatedAt: Timestamp(seconds: second))
        return Network(
            id: ID(high: 1, low: number), name: "blue", standard: standard, mtu: 1442,
            provider: .init(networkType: "geneve"))
    }

    @Test func `of several that engines made the oldest counts, and of these the first`() throws {
        #expect(try LogicalNetwork.preferred([], "blue") == nil)
        let (one, two, three) = (
            Self.network(1, madeAt: 8), Self.network(2, madeAt: 7), Self.network(3, madeAt: 7)
        )
        for found in [[one, two, three], [three, one, two], [two, three], [two]] {
            #expect(try LogicalNetwork.preferred(found, "blue") == two)
        }
        // One that comes later takes the place of none that is there.
        #expect(try LogicalNetwork.preferred([three, Self.network(0, madeAt: 8)], "blue") == three)
    }

    @Test func `a name becomes a tag that needs no encoding, and another name another tag`() {
        let long = String(repeating: "b", count: 48)
        #expect(LogicalNetwork.nameTag("blue-2") == "docker-name-blue-2")
        #expect(LogicalNetwork.nameTag(long) == "docker-name-\(long)")
        let names = ["10.1.0.0/16,fd00::/64", "10.1.0.0/16", "10-1-0-0-16", "bläu", "bl-u", long + "b", long + "c"]
        let tags = names.map(LogicalNetwork.nameTag)
        #expect(Set(tags).count == names.count)
        for tag in tags {
            #expect(tag.utf8.count <= 60 && tag.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-") })
        }
    }

    @Test func `of several that others made none is guessed`() throws {
        let theirs = Self.network(2, madeAt: 7, isOurs: false)
        #expect(try LogicalNetwork.preferred([theirs], "blue") == theirs)
        let error = #expect(throws: HostError.self) {
            _ = try LogicalNetwork.preferred([Self.network(1, madeAt: 8), theirs], "blue")
        }
        #expect(
            error?.message
                == "2 networks have the name \"blue\": say which with -o net.id= "
                + "(00000000-0000-0001-0000-000000000001, 00000000-0000-0001-0000-000000000002)")
    }

    @Test func `port security is that of the network where nobody says otherwise`() throws {
        var network = Self.network(1, madeAt: 7)
        func terms(_ said: Bool?) -> NetworkTerms {
            var options = NetworkOptions()
            options.portSecurity = said
            return NetworkTerms(options, of: network)
        }
        for isSecure in [true, false] {
            network.portSecurityEnabled = isSecure
            #expect(terms(nil) == terms(isSecure) && terms(nil).tags(of: network) == [])
            try terms(nil).check(network)
            #expect(throws: HostError.self) { try terms(!isSecure).check(network) }
            network.standard.tags = terms(!isSecure).tags(of: network).sorted()
            try terms(!isSecure).check(network)
            #expect(throws: HostError.self) { try terms(nil).check(network) }
            network.standard.tags = []
        }
    }
}
