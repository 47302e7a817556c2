import Deadlines
internal import Discretion
internal import Logging
internal import NIOCore
internal import NIOPosix
internal import OVSDB

/// Runs one session after another, providing socket and timers, on the socket's own event loop.
///
/// The actor's executor is the loop, so that input is handled where it arrives, and a transaction costs its caller
/// one hop there and one back.
actor SessionDriver {
    nonisolated let loop: any EventLoop
    private nonisolated let executor: any SerialExecutor
    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    nonisolated let configuration: OVSDBConfiguration
    nonisolated let published: Published
    nonisolated let logger: Logger
    nonisolated let metrics: ClientMetrics

    var session: Session?
    private var memory: Session.Memory
    private var remote: Remote?
    private var channel: (any Channel)?
    private var lastError: OVSDBError?
    private var ended: CheckedContinuation<OVSDBError, Never>?
    /// Why the connection has ended, if that was before ``serve(_:)`` waited for it.
    private var ending: OVSDBError?
    var calls: [Session.Call: PendingCall] = [:]
    var waiters: [UInt64: Waiter] = [:]
    private var nextNumber: UInt64 = 0
    private var isShutDown = false

    private var handshakeTimer: Scheduled<Void>?
    private var probeTimer: Scheduled<Void>?
    private var lastReceived = NIODeadline.now()
    private var isProbing = false

    init(_ configuration: OVSDBConfiguration, logger: Logger, loop: any EventLoop) {
        self.configuration = configuration
        self.logger = logger
        self.loop = loop
        executor = loop.executor
        memory = Session.Memory(of: configuration.tables)
        published = Published(memory.replica)
        metrics = ClientMetrics(database: configuration.database)
    }

    func number() -> UInt64 {
        nextNumber += 1
        return nextNumber
    }

    // MARK: - One connection

    /// Connects to `remote` and serves the connection until it ends; returns why, and whether the replica was complete.
    func serve(_ remote: Remote) async -> (reason: OVSDBError, wasSynchronized: Bool) {
        self.remote = remote
        published.state = .connecting(remote)
        let channel: any Channel
        do {
            channel = try await connect(remote)
        } catch {
            let reason = OVSDBError(.unreachable, "cannot connect to \(remote): \(Self.describe(error))")
            lose(reason)
            return (reason, false)
        }
        guard channel.isActive, !Task.isCancelled else {
            channel.close(promise: nil)
            let reason = OVSDBError(.unreachable, "\(remote) closed the connection")
            lose(reason)
            return (reason, false)
        }
        begin(channel, remote)
        let reason = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                if let ending { continuation.resume(returning: ending) } else { ended = continuation }
            }
        } onCancel: {
            channel.close(promise: nil)
        }
        let wasSynchronized = published.state.isReady
        lose(reason)
        return (reason, wasSynchronized)
    }

    private func begin(_ channel: any Channel, _ remote: Remote) {
        self.channel = channel
        ending = nil
        published.state = .synchronizing(remote)
        var session = Session(
            Session.Settings(
                database: configuration.database, leaderOnly: configuration.leaderOnly,
                maximumMessageSize: configuration.maximumMessageSize), memory: memory)
        memory.replica = Replica(of: [])  // The session is the only owner while it lives.
        let actions = session.start()
        self.session = session
        lastReceived = .now()
        isProbing = false
        perform(actions)
        handshakeTimer = loop.scheduleTask(in: configuration.connectTimeout.timeAmount) {
            self.assumeIsolated { $0.handshakeExpired() }
        }
        scheduleProbe(in: configuration.inactivityProbe)
    }

    private func lose(_ reason: OVSDBError) {
        handshakeTimer?.cancel()
        probeTimer?.cancel()
        if let session { memory = session.memory }
        session = nil
        channel = nil
        lastError = reason
        published.forgetLocks()
        if published.state.isReady {
            metrics.connectionLost()
            metrics.connection(isReady: false)
        }
        published.state = .disconnected(reason)
    }

    private func handshakeExpired() {
        guard session?.isSynchronized == false, session?.isAwaitingCopy == false else { return }
        end(OVSDBError(.unreachable, "\(place) did not finish the handshake \(configuration.connectTimeout.asLimit)"))
    }

    private func end(_ reason: OVSDBError) {
        if let actions = session?.end(reason) { perform(actions) }
    }

    // MARK: - Channel events

    func received(_ buffer: ByteBuffer) {
        lastReceived = .now()
        isProbing = false
        session?.recordsChanges = published.hasSubscribers
        guard let actions = buffer.withUnsafeReadableBytes({ session?.receive($0) }) else { return }
        perform(actions)
    }

    func closed(_ channel: any Channel, _ error: (any Error)?) {
        guard self.channel === channel else { return }
        end(OVSDBError(.unreachable, "\(place) closed the connection" + (error.map { ": \(Self.describe($0))" } ?? "")))
    }

    // MARK: - Inactivity

    private func scheduleProbe(in delay: Duration) {
        probeTimer = loop.scheduleTask(in: delay.timeAmount) { self.assumeIsolated { $0.probe() } }
    }

    /// Probes a silent server, and closes the connection if it does not answer.
    private func probe() {
        guard session != nil else { return }
        let silence = Duration.nanoseconds((NIODeadline.now() - lastReceived).nanoseconds)
        if silence < configuration.inactivityProbe {
            scheduleProbe(in: configuration.inactivityProbe - silence)
        } else if isProbing {
            end(OVSDBError(.unreachable, "\(place) is silent for \(configuration.inactivityProbe * 2)"))
        } else {
            isProbing = true
            if let actions = session?.probe() { perform(actions) }
            scheduleProbe(in: configuration.inactivityProbe)
        }
    }

    // MARK: - Session actions

    func perform(_ actions: [Session.Action]) {
        for action in actions {
            switch action {
            case .send(let bytes):
                channel?.writeAndFlush(ByteBuffer(bytes: bytes), promise: nil)
            // Who subscribed while it was read gets what was not recorded as unknown.
            case .changed(let changes): publish(session?.recordsChanges == true ? changes : nil)
            case .replaced: publish(nil)
            case .synchronized: synchronized()
            case .finish(let call, let result): finish(call, result)
            case .lock(let name, let isOwned):
                published.setLock(name, isOwned: isOwned)
                logger.info("lock changed", metadata: ["lock": "\(name)", "owned": "\(isOwned)"])
            case .warn(let warning): logger.warning("schema differs", metadata: ["difference": "\(warning)"])
            case .close(let reason):
                channel?.close(promise: nil)
                ending = reason
                ended?.resume(returning: reason)
                ended = nil
            }
        }
    }

    private func publish(_ changes: [Change]?) {
        guard let session else { return }
        published.publish(session.memory.replica, changes)
        if published.state.isReady { askWaiters() }
    }

    private func synchronized() {
        handshakeTimer?.cancel()
        guard let remote else { return }
        published.state = .ready(remote)
        metrics.connection(isReady: true)
        logger.info(
            "database connected", metadata: ["database": "\(configuration.database)", "remote": "\(remote)"])
        sendParked()
        askWaiters()
    }

    // MARK: - Shutdown

    /// Fails all pending calls and waiters; nothing more is accepted.
    func shutDown() {
        isShutDown = true
        let reason = OVSDBError(.closed, "the client of \(configuration.database) was shut down")
        for call in calls.keys { finish(call, .failure(reason)) }
        for number in waiters.keys { failWaiter(number, reason) }
        published.finish()
    }

    var refusal: OVSDBError? {
        isShutDown ? OVSDBError(.closed, "the client of \(configuration.database) was shut down") : nil
    }

    /// The remote in use, or the configured ones.
    var place: String {
        remote.map { "\(configuration.database) at \($0)" } ?? configuration.database
    }

    /// Why there is no connection, naming the remotes.
    func unreachable(_ limit: Duration) -> String {
        let remotes = configuration.remotes.map(\.description).joined(separator: ",")
        let cause = lastError.map { ": \($0.message)" } ?? ""
        return "no connection to \(configuration.database) at \(remotes) \(limit.asLimit)\(cause)"
    }

    /// An error of the transport in words; NIO's own print their case names.
    static func describe(_ error: any Error) -> String {
        switch error {
        case let error as OVSDBError: error.message
        case let error as IOError: error.description
        case let error as NIOConnectionError: error.connectionErrors.first.map { describe($0.error) } ?? "\(error)"
        default: "\(error)".withoutSourcePlaces
        }
    }
}
