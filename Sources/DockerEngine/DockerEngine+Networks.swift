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

    /// The endpoints that a network has by their ids, each with the id of its container, or another word while it has none. Those of
    /// containers that are only being started are among them. None where there is no such network.
    package func endpoints(ofNetwork id: String, within timeout: Duration) async throws(DockerError) -> [String: String]
    {
        do {
            let network: NetworkMembers = try await get(
                "/networks/\(percentEncoded(id))", "inspect network \(id)", within: timeout)
            return Dictionary(
                (network.members ?? [:]).map { ($0.value.endpointID, $0.key) }, uniquingKeysWith: { first, _ in first })
        } catch let error where error.code == .notFound {
            return [:]
        }
    }
}

/// The part of a network's description that tells its endpoints.
private struct NetworkMembers: Decodable {
    struct Member: Decodable {
        let endpointID: String
        enum CodingKeys: String, CodingKey { case endpointID = "EndpointID" }
    }

    let members: [String: Member]?
    enum CodingKeys: String, CodingKey { case members = "Containers" }
}
