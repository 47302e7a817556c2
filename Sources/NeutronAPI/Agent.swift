import Deadlines
package import JSONCoding

/// The ovn-controller of a host, as ML2/OVN tells it (extension `agent`). Its identifier is the chassis' name where that is a
/// UUID, else one made of the name.
package struct Agent: Hashable, Sendable {
    package var id: ID<Agent>
    /// The chassis' name.
    package var chassis: String
    package var host: String
    /// Whether routers may have their gateway there.
    package var isGateway: Bool
    package var isAlive: Bool
    /// When it last said that it had done what was asked of it, in milliseconds since 1970.
    package var heartbeat: Int64
    package var description: String
    package var bridgeMappings: String
    package var availabilityZones: [String]

    package init(
        id: ID<Agent>, chassis: String, host: String, isGateway: Bool, isAlive: Bool, heartbeat: Int64,
        description: String, bridgeMappings: String, availabilityZones: [String]
    ) {
        (self.id, self.chassis, self.host, self.isGateway) = (id, chassis, host, isGateway)
        (self.isAlive, self.heartbeat, self.description) = (isAlive, heartbeat, description)
        (self.bridgeMappings, self.availabilityZones) = (bridgeMappings, availabilityZones)
    }
}

extension Agent: DerivedResource {
    package static var memberName: String { "agent" }
    package static var collectionName: String { "agents" }
    package static func notFound(_ id: String) -> NeutronError {
        NeutronError(status: 404, type: "AgentNotFound", message: "Agent \(id) could not be found.")
    }

    package static let attributes = AttributeTable<Agent>([
        .identifier("id", []) { $0.id },
        .text("agent_type", []) { $0.isGateway ? "OVN Controller Gateway agent" : "OVN Controller agent" },
        .text("binary", []) { _ in "ovn-controller" },
        .text("topic", []) { _ in "n/a" },
        .text("host", []) { $0.host },
        .boolean("admin_state_up", []) { _ in true },
        .other("heartbeat_timestamp", []) { $1.value($0.heartbeatText) },
        .boolean("alive", []) { $0.isAlive },
        .other("configurations", []) { agent, writer in
            writer.object {
                $0.name("chassis_name")
                $0.value(agent.chassis)
                $0.name("bridge-mappings")
                $0.value(agent.bridgeMappings)
            }
        },
        .text("description", []) { $0.description },
        .text("availability_zone", []) { $0.availabilityZones.joined(separator: ", ") },
    ])

    /// As Python prints a moment: `2026-11-30 15:36:53.125000+00:00`.
    private var heartbeatText: String {
        let seconds = heartbeat >= 0 ? heartbeat / 1_000 : 0
        let text = Timestamp(seconds: seconds).description.dropLast().replacing("T", with: " ")
        let milliseconds = heartbeat >= 0 ? heartbeat % 1_000 : 0
        guard milliseconds > 0 else { return text + "+00:00" }
        let digits = String(milliseconds)
        return "\(text).\(String(repeating: "0", count: 3 - digits.count))\(digits)000+00:00"
    }
}

extension NeutronError {
    /// 400: an ovn-controller is stopped on its host, not here.
    package static var agentNotChangeable: Self {
        .badRequest(resource: "agent", "OVN agent status cannot be updated")
    }
}

extension NeutronRequest {
    /// The body of `PUT /v2.0/agents/<id>`, of which nothing but the state as it is can be said; what it says.
    package func agentUpdate() throws(NeutronError) -> [String: JSON] {
        guard let json = members[Agent.memberName], json != .null else {
            throw .badRequest("Unable to find 'agent' in request body")
        }
        guard let body = json.object else { throw .badRequest("Object 'agent' contains invalid data") }
        for name in body.keys.sorted() where !["admin_state_up", "description"].contains(name) {
            guard Agent.attributes[name] == nil else { throw .badRequest("Cannot update read-only attribute \(name)") }
            throw .badRequest("Unrecognized attribute(s) '\(name.shortened)'")
        }
        guard try body["admin_state_up"]?.asBoolean() ?? true, body["description"] == nil else {
            throw .agentNotChangeable
        }
        return body
    }
}
