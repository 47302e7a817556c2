import DockerEngine
import Foundation
import HostAttachment
import JSONCoding
import Synchronization
import TestServers

/// What the room calls an attachment; in tests that word is taken.
typealias PluggedRow = Attachment

/// An engine that says of its containers what a test says, in the shapes of Docker 20.10. What a real one says, and when, is seen in the lab.
final class FakeEngine: Sendable {
    /// A container in one network.
    struct Guest: Sendable {
        var name: String
        var aliases: [String] = []
        var state = "running"
        let endpoint: String
        /// 64 hexadecimal digits.
        let id: String

        var shortID: String { String(id.prefix(12)) }
    }

    private struct State {
        var guests: [Guest] = []
        var inspections = 0
    }

    private let state: Mutex<State>
    private let peer: FakePeer

    private init(_ state: sending State) throws {
        let shared = Shared()
        self.state = Mutex(state)
        peer = try FakePeer { connection in
            var heard = ""
            while let more = connection.hear() {
                heard += more
                guard heard.hasSuffix("\r\n\r\n"), let engine = shared.engine.withLock({ $0.value }) else { continue }
                let path = heard.split(separator: " ").dropFirst().first.map(String.init) ?? ""
                heard = ""
                connection.say(engine.response(to: path))
            }
        }
        shared.engine.withLock { $0.value = self }
    }

    private final class Shared: Sendable {
        struct Weak: Sendable { weak var value: FakeEngine? }
        let engine = Mutex(Weak())
    }

    /// Runs `body` with one.
    static func with(_ body: (FakeEngine) async throws -> Void) async throws {
        let engine = try FakeEngine(State())
        defer { engine.peer.stop() }
        try await body(engine)
    }

    func set(_ guests: Guest...) { state.withLock { $0.guests = guests } }

    /// How often a container was looked at closely.
    var inspections: Int { state.withLock { $0.inspections } }

    /// Runs `body` with a client of it.
    func use(_ body: (DockerEngine) async throws -> Void) async throws {
        let client = try await DockerEngine.connect(
            to: EngineEndpoint(path: peer.socket), within: limit, logger: PluginLab.quiet)
        do { try await body(client) } catch {
            await client.shutdown()
            throw error
        }
        await client.shutdown()
    }

    private func response(to path: String) -> String {
        let answer: JSON? = state.withLock { state in
            if path.hasSuffix("/version") { return ["ApiVersion": "1.41", "MinAPIVersion": "1.12"] }
            if path.contains("/containers/json") { return .array(state.guests.map(Self.summary)) }
            if path.hasSuffix("/networks/blue") {
                let members = state.guests.map { ($0.id, JSON.object(["EndpointID": .string($0.endpoint)])) }
                return ["Containers": .object(Dictionary(members) { $1 })]
            }
            guard let guest = state.guests.first(where: { path.contains("/containers/\($0.id)/json") }) else {
                return nil
            }
            state.inspections += 1
            return Self.description(guest)
        }
        var writer = JSONWriter()
        writer.value(answer ?? ["message": "no such container"])
        let body = String(decoding: writer.bytes, as: UTF8.self)
        return "HTTP/1.1 \(answer == nil ? 404 : 200) X\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)"
    }

    private static func summary(_ guest: Guest) -> JSON {
        [
            "Id": .string(guest.id), "Names": [.string("/" + guest.name)], "State": .string(guest.state),
            "NetworkSettings": ["Networks": ["blue": ["NetworkID": "n", "EndpointID": .string(guest.endpoint)]]],
        ]
    }

    private static func description(_ guest: Guest) -> JSON {
        [
            "Id": .string(guest.id), "Name": .string("/" + guest.name),
            "State": ["Status": .string(guest.state), "Pid": 4711],
            "Config": ["Image": "busybox", "Hostname": .string(guest.shortID)],
            "HostConfig": ["NetworkMode": "blue"],
            "NetworkSettings": [
                "Networks": [
                    "blue": [
                        "NetworkID": "n", "EndpointID": .string(guest.endpoint),
                        "Aliases": .array((guest.aliases + [guest.shortID]).map { .string($0) }),
                    ]
                ]
            ],
        ]
    }
}
