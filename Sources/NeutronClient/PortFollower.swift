import HTTPTransport
import JSONCoding
import NIOCore
import NeutronAPI

/// Makes events of the lines of a stream, or of lists, for a part of the networks: what is known already is not told again.
actor PortFollower {
    static let goal = "watch ports"

    private let client: NeutronClient
    private let part: Int
    private let funnel: PortFunnel
    /// Hashes of the ports that were told.
    private var known: [ID<Port>: Int] = [:]
    /// Those of them that the present stream has not told yet.
    private var unseen: Set<ID<Port>> = []
    /// The present stream has told all ports there are.
    private(set) var isSynchronized = false

    init(client: NeutronClient, part: Int, funnel: PortFunnel) {
        self.client = client
        self.part = part
        self.funnel = funnel
    }

    /// A new stream or list begins.
    func begin() {
        unseen = Set(known.keys)
        isSynchronized = false
    }

    /// Takes a line of a stream; unknown ones are of a newer server.
    func take(_ line: [UInt8]) async throws {
        guard !line.isEmpty else { return }
        let members = try client.object(ByteBuffer(bytes: line), goal: Self.goal)
        if let port = members[Port.memberName] {
            try await see(client.resources([port], Self.goal)[0])
        } else if let gone = members["gone"]?.string.flatMap({ ID<Port>($0) }) {
            try await lose(gone)
        } else if members["synchronized"] == true {
            try await synchronize()
        }
    }

    func see(_ port: Port) async throws {
        unseen.remove(port.id)
        let hash = port.hashValue
        if known.updateValue(hash, forKey: port.id) != hash { try await funnel.pass(.port(port), from: part) }
    }

    private func lose(_ id: ID<Port>) async throws {
        unseen.remove(id)
        if known.removeValue(forKey: id) != nil { try await funnel.pass(.gone(id), from: part) }
    }

    func synchronize() async throws {
        for id in unseen { try await lose(id) }
        isSynchronized = true
        try await funnel.synchronize(part)
    }
}

/// Passes the events of all parts on, one at a time.
actor PortFunnel {
    private let body: @Sendable (PortWatchEvent) async throws -> Void
    private let turn = FairSemaphore<Int>(width: 1)
    /// Parts of which not all ports were told.
    private var missing: Set<Int>

    init(parts: Int, _ body: @escaping @Sendable (PortWatchEvent) async throws -> Void) {
        self.body = body
        missing = Set(0..<parts)
    }

    /// Without parts all is told.
    func begin() async throws {
        if missing.isEmpty { try await pass(.synchronized, from: 0) }
    }

    func pass(_ event: PortWatchEvent, from part: Int) async throws {
        // It lasts as long as the body does, which its caller knows.
        while !(await turn.enter(for: part, until: .now + .seconds(3_600))) { try Task.checkCancellation() }
        defer { turn.leave(part) }
        try await body(event)
    }

    /// All ports of a part were told, perhaps not for the first time.
    func synchronize(_ part: Int) async throws {
        guard missing.remove(part) != nil, missing.isEmpty else { return }
        try await pass(.synchronized, from: part)
    }
}
