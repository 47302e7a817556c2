import Deadlines
import HTTPServing
import HTTPTransport
import Hummingbird
import NIOCore
import NeutronAPI

/// The resources that requests share: memory for their bodies, turns for long work, and places for watches.
///
/// Small requests never wait. Of large ones, one list and one change run at a time, so that what a small
/// one meets is a slice of the one and a transaction of the other; clients take turns.
final class Workload: Sendable {
    let limits: Limits
    let watches: WatchPlaces
    private let memory: BodyMemory
    private let lists = FairSemaphore<SourceAddress?>(width: 1)
    private let changes = FairSemaphore<SourceAddress?>(width: 1)

    init(limits: Limits) {
        self.limits = limits
        memory = BodyMemory(size: limits.bodyMemory)
        watches = WatchPlaces(limits: limits)
    }

    /// Runs `body` when it is the turn of the client's large list.
    func list<Result>(for client: SourceAddress?, _ body: () async throws -> Result) async throws -> Result {
        try await turn(lists, "lists", client, body)
    }

    /// Runs `body` when it is the turn of the client's large change; at once if it is small.
    func change<Result>(
        for client: SourceAddress?, if isLarge: Bool, _ body: () async throws -> Result
    ) async throws -> Result {
        isLarge ? try await turn(changes, "changes", client, body) : try await body()
    }

    /// Runs `body` with the JSON object in a request's body. A large body is parsed, and released, within a turn for a
    /// large change is; `hasTurn` says so.
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

    /// Refuses a request with more than ``Limits/members`` resources.
    func check(count: Int, _ collection: String) throws(NeutronError) {
        guard count <= limits.members else {
            throw .badRequest(
                resource: collection, "One request may be about \(limits.members) resources at most, not \(count)")
        }
    }

    /// Reads a body: a small one freely, for a larger one memory for all of it is reserved before more of it
    /// is read, so that those with a reservation can finish.
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
        _ semaphore: FairSemaphore<SourceAddress?>, _ what: String, _ client: SourceAddress?,
        _ body: () async throws -> Result
    ) async throws -> Result {
        guard await semaphore.enter(for: client, until: .now + limits.turnTime) else {
            if Task.isCancelled { throw CancellationError() }
            throw NeutronError.serviceUnavailable(
                "Large \(what) of others went before for \(limits.turnTime.inSeconds), which is the limit. Try again.")
        }
        defer { semaphore.leave(client) }
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
