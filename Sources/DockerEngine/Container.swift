/// A container as `GET /containers/<id>/json` describes it.
package struct Container: Sendable, Equatable {
    /// 64 hexadecimal digits.
    package let id: String
    /// Without the leading slash of the wire.
    package let name: String
    package let state: ContainerState
    /// Process id of its first process as this engine's pid namespace sees it, `nil` unless running.
    package let pid: Int32?
    package let image: String
    /// What it calls itself: `--hostname`, or the beginning of its id.
    package let hostname: String
    package let labels: [String: String]
    package let networkMode: String
    package let dns: [String]
    package let restartPolicy: RestartPolicy
    /// Why its last start failed; empty where it did not.
    package let startError: String
    /// The engine's networks that it is in, by name.
    package let networks: [String: NetworkEndpoint]

    package var isRunning: Bool { state == .running }
}

/// A container as a list describes it.
package struct ContainerSummary: Sendable, Equatable {
    package let id: String
    /// Its own, and with a slash those that other containers link it by.
    package let names: [String]
    package let state: ContainerState
    package let labels: [String: String]
    package let networkMode: String
    /// The engine's networks that it is in, by name.
    package let networks: [String: NetworkEndpoint]

    package init(
        id: String, names: [String], state: ContainerState, labels: [String: String], networkMode: String = "none",
        networks: [String: NetworkEndpoint] = [:]
    ) {
        self.id = id
        self.names = names
        self.state = state
        self.labels = labels
        self.networkMode = networkMode
        self.networks = networks
    }

    /// Its own name.
    package var name: String? { names.first { !$0.contains("/") } }
}

/// When the engine starts a container again by itself.
package struct RestartPolicy: RawRepresentable, Hashable, Sendable {
    package let rawValue: String
    package init(rawValue: String) { self.rawValue = rawValue }

    package static let no = RestartPolicy(rawValue: "no")
    package static let always = RestartPolicy(rawValue: "always")
    /// When it ended by itself and when the engine starts, but not after somebody stopped it.
    package static let unlessStopped = RestartPolicy(rawValue: "unless-stopped")
}

/// Life of a container.
package struct ContainerState: RawRepresentable, Hashable, Sendable {
    package let rawValue: String
    package init(rawValue: String) { self.rawValue = rawValue }

    package static let created = ContainerState(rawValue: "created")
    package static let running = ContainerState(rawValue: "running")
    package static let paused = ContainerState(rawValue: "paused")
    package static let restarting = ContainerState(rawValue: "restarting")
    package static let removing = ContainerState(rawValue: "removing")
    package static let exited = ContainerState(rawValue: "exited")
    /// Its removal failed half-way: it can only be removed.
    package static let dead = ContainerState(rawValue: "dead")

    /// Whether it may have a sandbox with interfaces: it runs, or is on its way to or from that.
    package var hasSandbox: Bool { ![.created, .exited, .dead].contains(self) }
}

extension Container: Decodable {
    private enum Keys: String, CodingKey {
        case id = "Id"
        case name = "Name"
        case state = "State"
        case config = "Config"
        case host = "HostConfig"
        case network = "NetworkSettings"
    }

    private struct State: Decodable {
        let status: String
        let pid: Int32
        let error: String?
        enum CodingKeys: String, CodingKey {
            case status = "Status"
            case pid = "Pid"
            case error = "Error"
        }
    }

    private struct Config: Decodable {
        let image: String
        let hostname: String?
        let labels: [String: String]?
        enum CodingKeys: String, CodingKey {
            case image = "Image"
            case hostname = "Hostname"
            case labels = "Labels"
        }
    }

    private struct Host: Decodable {
        let networkMode: String
        let dns: [String]?
        let restartPolicy: Policy?
        enum CodingKeys: String, CodingKey {
            case networkMode = "NetworkMode"
            case dns = "Dns"
            case restartPolicy = "RestartPolicy"
        }
    }

    private struct Policy: Decodable {
        let name: String
        enum CodingKeys: String, CodingKey { case name = "Name" }
    }

    package init(from decoder: any Decoder) throws {
        let object = try decoder.container(keyedBy: Keys.self)
        let state = try object.decode(State.self, forKey: .state)
        let config = try object.decode(Config.self, forKey: .config)
        let host = try object.decode(Host.self, forKey: .host)
        let networks = try object.decodeIfPresent(NetworkSettings.self, forKey: .network)
        let name = try object.decode(String.self, forKey: .name)
        let policy = host.restartPolicy?.name ?? ""
        self.init(
            id: try object.decode(String.self, forKey: .id),
            name: name.hasPrefix("/") ? String(name.dropFirst()) : name,
            state: ContainerState(rawValue: state.status), pid: state.pid > 0 ? state.pid : nil,
            image: config.image, hostname: config.hostname ?? "", labels: config.labels ?? [:],
            networkMode: host.networkMode, dns: host.dns ?? [],
            restartPolicy: policy.isEmpty ? .no : RestartPolicy(rawValue: policy),
            startError: state.error ?? "", networks: networks?.networks ?? [:])
    }
}

extension ContainerSummary: Decodable {
    private enum Keys: String, CodingKey {
        case id = "Id"
        case names = "Names"
        case state = "State"
        case labels = "Labels"
        case host = "HostConfig"
        case network = "NetworkSettings"
    }

    private struct Host: Decodable {
        let networkMode: String?
        enum CodingKeys: String, CodingKey { case networkMode = "NetworkMode" }
    }

    package init(from decoder: any Decoder) throws {
        let object = try decoder.container(keyedBy: Keys.self)
        let host = try object.decodeIfPresent(Host.self, forKey: .host)
        let networks = try object.decodeIfPresent(NetworkSettings.self, forKey: .network)
        self.init(
            id: try object.decode(String.self, forKey: .id),
            names: (try object.decodeIfPresent([String].self, forKey: .names) ?? []).map {
                $0.hasPrefix("/") ? String($0.dropFirst()) : $0
            },
            state: ContainerState(rawValue: try object.decode(String.self, forKey: .state)),
            labels: try object.decodeIfPresent([String: String].self, forKey: .labels) ?? [:],
            networkMode: host?.networkMode ?? "", networks: networks?.networks ?? [:])
    }
}
