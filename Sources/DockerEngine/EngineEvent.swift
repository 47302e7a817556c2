/// Something that happened to a container or a network, of `GET /events`.
package struct EngineEvent: Sendable, Equatable {
    /// What kind of object it happened to.
    package struct Kind: RawRepresentable, Hashable, Sendable {
        package let rawValue: String
        package init(rawValue: String) { self.rawValue = rawValue }

        package static let container = Kind(rawValue: "container")
        package static let network = Kind(rawValue: "network")
    }

    package let kind: Kind
    /// Of a container `start`, `die`, `destroy`, `rename`, …, an exec's with more after a colon; of a network `create`, `connect`,
    /// `disconnect`, `destroy`.
    package let action: String
    /// The container or network.
    package let id: String
    /// A container's labels, `name` and `image`; a network's `name` and `type`, its driver.
    package let attributes: [String: String]

    package init(kind: Kind, action: String, id: String, attributes: [String: String] = [:]) {
        self.kind = kind
        self.action = action
        self.id = id
        self.attributes = attributes
    }

    /// The object's name.
    package var name: String? { attributes["name"] }

    /// Which container it is about: itself, or the one that was connected to a network or disconnected.
    package var containerID: String? { kind == .container ? id : attributes["container"] }
}

/// Which events are wanted. What is not narrowed down is all wanted.
package struct EventFilter: Sendable, Equatable {
    package var kinds: [EngineEvent.Kind] = []
    /// `start`, `die`, …; of an exec the part before the colon.
    package var actions: [String] = []
    /// Labels that the object must have all of (`key` or `key=value`).
    package var labels: [String] = []

    package init(kinds: [EngineEvent.Kind] = [], actions: [String] = [], labels: [String] = []) {
        self.kinds = kinds
        self.actions = actions
        self.labels = labels
    }

    /// As the engine wants them.
    var parameters: [String: [String]] {
        ["type": kinds.map(\.rawValue), "event": actions, "label": labels].filter { !$0.value.isEmpty }
    }
}

extension EngineEvent: Decodable {
    private enum Keys: String, CodingKey {
        case kind = "Type"
        case action = "Action"
        case actor = "Actor"
    }

    private struct Actor: Decodable {
        let id: String
        let attributes: [String: String]?
        enum CodingKeys: String, CodingKey {
            case id = "ID"
            case attributes = "Attributes"
        }
    }

    package init(from decoder: any Decoder) throws {
        let object = try decoder.container(keyedBy: Keys.self)
        let actor = try object.decode(Actor.self, forKey: .actor)
        self.init(
            kind: Kind(rawValue: try object.decode(String.self, forKey: .kind)),
            action: try object.decode(String.self, forKey: .action), id: actor.id,
            attributes: actor.attributes ?? [:])
    }
}
