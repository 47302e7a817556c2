import HTTPTransport
import JSONCoding
import NIOHTTP1
package import NeutronAPI

/// What ``NeutronClient/watchPorts(of:fields:opening:_:)`` tells.
package enum PortWatchEvent: Sendable, Equatable {
    /// A port that is new or changed, or is there at the start.
    case port(Port)
    /// A port that was deleted, or is no longer visible.
    case gone(ID<Port>)
    /// Every port there is has been told. Comes once.
    case synchronized
}

extension NeutronClient {
    /// Networks of one request, whose target then has some 5 KB: proxies in front of Neutron allow 8.
    static let watchedNetworks = 100
    /// How often a list is asked for where the API has no watch.
    static let pollPause = Duration.seconds(1)
    /// After so much silence a stream is dead; the server says every 5 seconds that it is alive.
    static let watchSilence = Duration.seconds(15)

    /// Follows the ports of `networks`, which need not exist, until the task is cancelled or something fails: then what is
    /// known is as old as the failure, and the next call tells everything anew.
    ///
    /// First comes each port, then ``PortWatchEvent/synchronized``: a port that was known before and was not told until
    /// then is gone. From then on comes each port that changes, some milliseconds later, by `ovn-ipam`'s extension
    /// `port-watch`; without it, as from a real Neutron, the ports are listed every second and compared. Streams that the
    /// server ends, as it does every few minutes, are opened again unnoticed.
    ///
    /// - Parameters:
    ///   - networks: the networks whose ports are of interest.
    ///   - fields: the attributes wanted; those that identify a port come too. Empty for all.
    ///   - opening: how long a request may take to begin.
    ///   - body: gets the events one by one; the server waits for it.
    /// - Throws: `NeutronClientError` where the API refuses it, cannot be reached or falls silent, and whatever `body`
    ///   throws.
    package func watchPorts(
        of networks: [ID<Network>], fields: [String] = [], opening: Duration,
        _ body: @escaping @Sendable (PortWatchEvent) async throws -> Void
    ) async throws {
        let isStream = try await hasExtension(Extension.portWatch, within: opening)
        try await followPorts(of: networks, fields: fields, opening: opening, isStream: isStream, body)
    }

    /// The same, by streams or by lists.
    func followPorts(
        of networks: [ID<Network>], fields: [String], opening: Duration, isStream: Bool,
        silence: Duration = watchSilence, _ body: @escaping @Sendable (PortWatchEvent) async throws -> Void
    ) async throws {
        let all = Array(Set(networks)).sorted()
        let needed = ["id", "network_id", "mac_address"]
        let fields = fields.isEmpty ? [] : needed + fields.filter { !needed.contains($0) }
        let parts = stride(from: 0, to: all.count, by: Self.watchedNetworks).map { start in
            all[start..<min(start + Self.watchedNetworks, all.count)].map { (name: "network_id", value: "\($0)") }
        }
        let funnel = PortFunnel(parts: parts.count, body)
        try await funnel.begin()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for (part, filters) in parts.enumerated() {
                let follower = PortFollower(client: self, part: part, funnel: funnel)
                group.addTask {
                    if isStream {
                        try await stream(filters, fields, opening, silence, follower)
                    } else {
                        try await poll(filters, fields, opening, follower)
                    }
                }
            }
            // Without networks there is nothing to tell, until they are others.
            if parts.isEmpty { group.addTask { while true { try await Task.sleep(for: .seconds(3_600)) } } }
            defer { group.cancelAll() }
            try await group.next()
        }
    }

    private func stream(
        _ filters: [(name: String, value: String)], _ fields: [String], _ opening: Duration, _ silence: Duration,
        _ follower: PortFollower
    ) async throws {
        let query = QueryString(filters + fields.map { ("fields", $0) } + [("watch", "true")])
        let request = Request(method: .GET, path: "/v2.0/ports", query: query, goal: PortFollower.goal)
        while true {
            let start = ContinuousClock.now
            await follower.begin()
            try await follow(request, opening: opening, silence: silence) { try await follower.take($0) }
            guard await follower.isSynchronized else {
                throw NeutronClientError(
                    .unreachable, "could not \(request.goal): \(endpoint) ended its answer before all ports were told")
            }
            // The server ends streams now and then, but not that often.
            try await Task.sleep(until: start + Self.pollPause)
        }
    }

    private func poll(
        _ filters: [(name: String, value: String)], _ fields: [String], _ opening: Duration, _ follower: PortFollower
    ) async throws {
        while true {
            let start = ContinuousClock.now
            let ports: [Port] = try await list(where: filters, fields: fields, within: opening)
            await follower.begin()
            for port in ports { try await follower.see(port) }
            try await follower.synchronize()
            try await Task.sleep(until: start + Self.pollPause)
        }
    }
}
