import Foundation
import NIOCore
import NIOHTTP1
import Testing

@testable import DockerEngine

/// By which names engines find a container's endpoint.
@Suite(.timeLimit(.minutes(3)))
struct NamesTests {
    /// Of `docker run --name Web --hostname shop.example --network-alias front --network-alias WEB`, as engines answered; what is not
    /// looked at is left out.
    static func answer(_ place: String) -> String {
        """
        {"Id":"2b31f0c2a75c5d5a6c8a6ce0b6ee1c2a1ad2a4f9c6a2b4d7b0e1f2a3b4c5d6e7","Name":"/Web",
         "State":{"Status":"running","Running":true,"Pid":4711,"Error":""},
         "Config":{"Hostname":"shop.example","Image":"busybox","Labels":{}},
         "HostConfig":{"NetworkMode":"blue","Dns":[],"RestartPolicy":{"Name":"no","MaximumRetryCount":0}},
         "NetworkSettings":{"Networks":{"blue":{"IPAMConfig":{},"Links":null,\(place),
          "NetworkID":"9d3f","EndpointID":"e0e0","Gateway":"","IPAddress":"10.1.0.5","IPPrefixLen":16,
          "IPv6Gateway":"","GlobalIPv6Address":"","GlobalIPv6PrefixLen":0,"MacAddress":"02:42:0a:01:00:05",
          "DriverOpts":null}}}}
        """
    }

    static func names(_ answer: String) throws -> [String] {
        let container = try JSONDecoder().decode(Container.self, from: Data(answer.utf8))
        return container.names(of: try #require(container.networks["blue"]))
    }

    @Test func `an engine of 20_10 says aliases, with the short id and the host name among them`() throws {
        let running = #""Aliases":["front","WEB","2b31f0c2a75c","shop.example"]"#
        #expect(try Self.names(Self.answer(running)) == ["Web", "front", "2b31f0c2a75c", "shop.example"])
        // Before it was started for the first time, and of a container that has none.
        #expect(
            try Self.names(Self.answer(#""Aliases":["front"]"#)) == ["Web", "front", "2b31f0c2a75c", "shop.example"])
        #expect(try Self.names(Self.answer(#""Aliases":null"#)) == ["Web", "2b31f0c2a75c", "shop.example"])
    }

    @Test func `an engine of 28 says all names itself`() throws {
        let place =
            #""Aliases":["front","WEB"],"DNSNames":["Web","front","WEB","2b31f0c2a75c","shop.example"],"GwPriority":0"#
        #expect(try Self.names(Self.answer(place)) == ["Web", "front", "2b31f0c2a75c", "shop.example"])
    }

    /// Whatever release is installed.
    @Test func `a real engine's names are the same before and after a start, and after a rename`() async throws {
        try await EngineTests().withEngine { (engine: DockerEngine) async throws in
            let limit = EngineTests.limit
            _ = try await engine.createTestNetwork("blue", within: limit)
            let body = """
                {"Image":"test/busybox:1","Cmd":["sleep","1000"],"Hostname":"shop","HostConfig":{"NetworkMode":"blue"},
                 "NetworkingConfig":{"EndpointsConfig":{"blue":{"Aliases":["front","web"]}}}}
                """
            try await engine.send(
                .POST, "/containers/create", query: [("name", "one")], body: ByteBuffer(string: body),
                goal: "create container one", within: limit)
            func names(_ reference: String) async throws -> [String] {
                let container = try #require(try await engine.findContainer(reference, within: limit))
                let names = container.names(of: try #require(container.networks["blue"]))
                #expect(names.first == reference)
                return names.map { $0 == container.id.prefix(12) ? "short id" : $0 }.sorted()
            }
            #expect(try await names("one") == ["front", "one", "shop", "short id", "web"])
            try await engine.startContainer("one", within: limit)
            #expect(try await names("one") == ["front", "one", "shop", "short id", "web"])
            try await engine.send(
                .POST, "/containers/one/rename", query: [("name", "two")], goal: "rename container one", within: limit)
            #expect(try await names("two") == ["front", "shop", "short id", "two", "web"])
        }
    }
}
