import NetAddress
import Testing

@testable import DockerPlugin

@Suite struct PoolRequestTests {
    @Test func `an ip range leaves out the gateway and what no host can have`() throws {
        func pools(_ cidr: String, _ range: String, _ gateway: String) throws -> [String]? {
            PoolRequest(
                cidr: try #require(IPPrefix(cidr)), gateway: try #require(IPAddress(gateway)), reserved: [:],
                range: IPPrefix(range)
            ).allocationPools?.map(\.description)
        }
        #expect(try pools("10.1.0.0/16", "10.1.2.0/24", "10.1.0.1") == ["10.1.2.0-10.1.2.255"])
        #expect(try pools("10.1.0.0/24", "10.1.0.0/24", "10.1.0.1") == ["10.1.0.2-10.1.0.254"])
        #expect(
            try pools("10.1.0.0/24", "10.1.0.128/25", "10.1.0.200") == [
                "10.1.0.128-10.1.0.199", "10.1.0.201-10.1.0.254",
            ])
    }
}
