import FoundationEssentials
import NIOCore

/// One of the engine's networks.
package struct EngineNetwork: Sendable, Equatable {
    /// 64 hexadecimal digits.
    package let id: String
    package let name: String
    package let driver: String

    package init(id: String, name: String, driver: String) {
        self.id = id
        self.name = name
        self.driver = driver
    }
}

extension EngineNetwork: Decodable {
    private enum CodingKeys: String, CodingKey {
        case id = "Id"
        case name = "Name"
        case driver = "Driver"
    }
}

extension DockerEngine {
    /// The engine's networks; with `driver` those whose driver has this name.
    package func networks(driver: String? = nil, within timeout: Duration) async throws(DockerError) -> [EngineNetwork]
    {
        let goal = "list networks"
        let filters = try encode(driver.map { ["driver": [$0]] } ?? [:], goal)
        return try await get("/networks", query: [("filters", String(buffer: filters))], goal, within: timeout)
    }
}
