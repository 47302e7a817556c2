import NetAddress
import NeutronAPI
import Testing

@testable import DockerNetworks

@Suite struct NetworkRecordTests {
    static let id = "c4e0a4b3d3a9c2f1c4e0a4b3d3a9c2f1c4e0a4b3d3a9c2f1c4e0a4b3d3a9c2f1"

    static func record() throws -> NetworkRecord {
        NetworkRecord(
            id: id, network: ID(high: 1, low: 2),
            pools: [
                try PoolID("10.1.0.0/16"): .init(
                    subnet: ID(high: 2, low: 1), gateway: try #require(IPAddress("10.1.0.1"))),
                try PoolID("fd00:1::/64@a \"name\""): .init(
                    subnet: ID(high: 2, low: 2), gateway: try #require(IPAddress("fd00:1::1"))),
            ])
    }

    @Test func `what is written is read again`() throws {
        var record = try Self.record()
        for (isInternal, isSticky) in [(false, false), (true, false), (false, true), (true, true)] {
            for portSecurity in [nil, true, false] {
                record.name = isSticky ? nil : "the \"blue\" one"
                record.isInternal = isInternal
                record.isSticky = isSticky
                record.portSecurity = portSecurity
                #expect(NetworkRecord(id: Self.id, text: record.text) == record)
            }
        }
        #expect(record.key == "ovn-containers:docker-network:" + Self.id)
    }

    @Test func `a text that we did not write is none of ours`() throws {
        let text = try Self.record().text
        for length in 0..<text.utf8.count {
            #expect(NetworkRecord(id: Self.id, text: String(text.prefix(length))) == nil, "\(length)")
        }
        for text in [
            "{}", "[]", "null", "7", #"{"network":"blue","pools":{}}"#,
            #"{"network":"00000000-0000-0001-0000-000000000002"}"#,
            #"{"network":"00000000-0000-0001-0000-000000000002","pools":[]}"#,
            #"{"network":"00000000-0000-0001-0000-000000000002","pools":{"10.1.0.0/16":{}}}"#,
            #"{"network":"00000000-0000-0001-0000-000000000002","pools":{"blue":{"gateway":"10.1.0.1","subnet":"00000000-0000-0002-0000-000000000001"}}}"#,
            #"{"network":"00000000-0000-0001-0000-000000000002","pools":{"10.1.0.0/16":{"gateway":"here","subnet":"00000000-0000-0002-0000-000000000001"}}}"#,
        ] {
            #expect(NetworkRecord(id: Self.id, text: text) == nil, "\(text)")
        }
    }

    @Test func `members that a later version adds are left alone`() throws {
        let text = try Self.record().text.replacing(#"{"network""#, with: #"{"later":[1],"network""#)
        #expect(text.contains("later"))
        #expect(NetworkRecord(id: Self.id, text: text) == (try Self.record()))
    }
}
