import Deadlines
import HTTPServing
import HTTPTransport
import Hummingbird
import NIOCore
import NeutronAPI

/// What requests share: the memory of their bodies, and turns at what takes long.
///
/// Small requests wait for nobody. Of large ones, one list and one change are being worked on at a time, so that what a small
/// one meets is a slice of the one and a transaction of the other; clients take turns.
final class Workload: Sendable {
    let limits: Limits
    private let memory: BodyMemory
    private let lists = Turnstile<SourceAddress?>(width: 1)
    private let changes = Turnstile<SourceAddress?>(width: 1)

    init(limits: Limits) {
        self.limits = limits
        memory = BodyMemory(size: limits.bodyMemory)
    }

    /// Runs `body` when a large list of the client may be made.
    func list<Result>(for client: SourceAddress?, _ body: () async throws -> Result) async throws -> Result {
        try await turn(lists, "lists", client, body)
    }

    /// Runs `body` when a large change of the client may be made; at once where it is not large.
    func change<Result>(
        for client: SourceAddress?, if isLarge: Bool, _ body: () async throws -> Result
    ) async throws -> Result {
        isLarge ? try await turn(changes, "changes", client, body) : try await body()
    }

    /// Runs `body` with the JSON object that a request has for its body. What is large is read, and gone again, as a large
    /// change is; `hasTurn` says so.
    func reading<Result>(
        _ request: Request, for client: SourceAddress?,
        _ body: (_ json: NeutronRequest, _ hasTurn: Bool) async throws -> Result
    ) async throws -> Result {
        var reserved = 0
        defer { memory.giveBack(reserved, of: client) }
        let buffer = try await collect(request, for: client, &reserved)
        let isLarge = buffer.readableBytes > limits.smallBody
        return try await change(for: client, if: isLarge) {
            let json = try buffer.withUnsafeReadableBytes { try NeutronRequest($0, values: limits.values) }
            return try await body(json, isLarge)
        }
    }

    /// Refuses a request that is about more resources than one may be about.
    func check(count: Int, _ collection: String) throws(NeutronError) {
        guard count <= limits.members else {
            throw .badRequest(
                resource: collection, "One request may be about \(limits.members) resources at most, not \(count)")
        }
    }

    /// Reads as much of a body as is paid for: a small one is free, room for all of a larger one is taken before more of it
    /// is read, so that those which have room can come to their end.
    private func collect(
        _ request: Request, for client: SourceAddress?, _ reserved: inout Int
    ) async throws -> ByteBuffer {
        let declared = request.headers[.contentLength].flatMap { Int($0) }
        if let declared, declared > limits.bodySize { throw NeutronError.bodyTooLarge(limits.bodySize) }
        var buffer = ByteBuffer()
        for try await part in request.body {
            let size = buffer.readableBytes + part.readableBytes
            guard size <= limits.bodySize else { throw NeutronError.bodyTooLarge(limits.bodySize) }
            if size > limits.smallBody, reserved == 0 {
                let room = max(size, declared ?? limits.bodySize)
                guard memory.take(room, for: client) else {
                    throw NeutronError.serviceUnavailable(
                        "Bodies of requests under way take \(memory.size) bytes together, or half of that from one "
                            + "address, which is the limit. Try again.")
                }
                reserved = room
                buffer.reserveCapacity(room)
            }
            buffer.writeImmutableBuffer(part)
        }
        return buffer
    }

    private func turn<Result>(
        _ turnstile: Turnstile<SourceAddress?>, _ what: String, _ client: SourceAddress?,
        _ body: () async throws -> Result
    ) async throws -> Result {
        guard await turnstile.enter(for: client, until: .now + limits.turnTime) else {
            if Task.isCancelled { throw CancellationError() }
            throw NeutronError.serviceUnavailable(
                "Large \(what) of others went before for \(limits.turnTime.inSeconds), which is the limit. Try again.")
        }
        defer { turnstile.leave(client) }
        return try await body()
    }
}

extension NeutronError {
    static func bodyTooLarge(_ limit: Int) -> Self {
        Self(
            status: 413, type: "HTTPRequestEntityTooLarge",
            message: "The body is larger than \(limit) bytes.")
    }
}
