import HTTPServing
import Hummingbird
import JSONCoding
import NIOCore
import NetworkStore
import NeutronAPI

/// The lines that one watch tells its client.
///
/// Each piece is computed once the client has taken the one before: what changes meanwhile adds to identifiers only.
struct PortWatchStream: Sendable {
    /// A line that is not about a port.
    private enum Mark {
        static let synchronized = ByteBuffer(string: "{\"synchronized\":true}\n")
        static let alive = ByteBuffer(string: "{\"alive\":true}\n")
    }

    /// Ports per piece: about 64 KB.
    private static let piece = 64

    private let query: ListQuery<Port>
    private let access: Access<Port>
    private let place: WatchPlaces.Place
    private let work: Workload
    private let client: SourceAddress?
    /// Hashes of the lines of the ports that the client knows: what looks to it as before is not told again.
    private var known: [ID<Port>: Int] = [:]

    init(
        query: ListQuery<Port>, access: Access<Port>, place: WatchPlaces.Place, work: Workload, client: SourceAddress?
    ) {
        self.query = query
        self.access = access
        self.place = place
        self.work = work
        self.client = client
    }

    private var watch: PortWatch { place.watch }

    /// The ports of the watched networks, whether they match or not.
    func everyPort(in snapshot: Snapshot) -> [ID<Port>] {
        watch.networks.flatMap { snapshot.portIDs(of: $0).next(after: nil, upwards: true, limit: .max) }
    }

    /// Writes lines until the watch has ended, or for as long as a watch may last: less by chance, so that not all come
    /// back at the same moment.
    mutating func run(_ writer: inout any ResponseBodyWriter) async throws {
        let end = ContinuousClock.now + work.limits.watchTime * Double.random(in: 0.8...1)
        try await tell(everyPort(in: access.store.snapshot()), to: &writer, until: end)
        guard isOpen(until: end) else { return }
        try await writer.write(Mark.synchronized)
        var silentSince = ContinuousClock.now
        while isOpen(until: end) {
            var hasTold = false
            switch await watch.next(until: min(end, silentSince + work.limits.watchSilence)) {
            case .ports(let ports)?: hasTold = try await tell(Array(ports), to: &writer, until: end)
            case .anything?:
                let now = Set(everyPort(in: access.store.snapshot()))
                hasTold = try await tell(Array(now.union(known.keys)), to: &writer, until: end)
            case nil: break
            }
            if !hasTold, isOpen(until: end), .now - silentSince >= work.limits.watchSilence {
                try await writer.write(Mark.alive)
                hasTold = true
            }
            if hasTold { silentSince = .now }
        }
    }

    private func isOpen(until end: ContinuousClock.Instant) -> Bool {
        !watch.hasEnded && .now < end && !Task.isCancelled
    }

    /// Writes what the client does not know of these ports; returns whether there was something.
    @discardableResult
    private mutating func tell(
        _ ports: [ID<Port>], to writer: inout any ResponseBodyWriter, until end: ContinuousClock.Instant
    ) async throws -> Bool {
        var hasTold = false
        var rest = ports[...]
        while !rest.isEmpty, isOpen(until: end) {
            let part = rest.prefix(Self.piece)
            rest = rest.dropFirst(Self.piece)
            let lines =
                ports.count > Self.piece
                ? try await work.list(for: client) { news(of: part) } : news(of: part)
            if lines.readableBytes > 0 {
                try await writer.write(lines)
                hasTold = true
            }
            do { try place.remember(ports: known.count) } catch {
                // The ports have become too many. A new watch is told so.
                watch.end()
            }
        }
        return hasTold
    }

    /// The lines that the client needs to know of these ports what is now.
    private mutating func news(of ports: ArraySlice<ID<Port>>) -> ByteBuffer {
        let snapshot = access.snapshot
        let visible = access.restrict(query, to: snapshot)
        var gone = Set(ports)
        var buffer = ByteBuffer()
        for port in Port.find(ports, in: snapshot) where visible.matches(port) {
            gone.remove(port.id)
            var line = JSONWriter()
            line.object {
                $0.name(Port.memberName)
                Port.write(port, query.fields, hiding: [], to: &$0)
            }
            guard known.updateValue(line.bytes.hashValue, forKey: port.id) != line.bytes.hashValue else { continue }
            buffer.writeBytes(line.bytes)
            buffer.writeInteger(UInt8(ascii: "\n"))
        }
        for id in gone where known.removeValue(forKey: id) != nil { buffer.writeString("{\"gone\":\"\(id)\"}\n") }
        return buffer
    }
}
