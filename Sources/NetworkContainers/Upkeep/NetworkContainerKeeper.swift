package import DockerEngine
package import HostSetup
package import Logging
import NeutronClient

/// Keeps the network containers of this host connected, for as long as it runs.
///
/// A container that was started again, by its user, by the engine or with the host, gets its endpoints back. An endpoint that was deleted
/// from another host disappears here. Docker, Open vSwitch and central may come and go: what cannot be done now is done later.
package struct NetworkContainerKeeper: Sendable {
    /// How often it looks, and how long it waits for others.
    package struct Timing: Sendable {
        /// Between two looks at everything.
        package var pass = Duration.seconds(60)
        /// Between two questions whether the endpoints here still exist. A cloud is asked at each pass only.
        package var question = Duration.seconds(5)
        /// What is done for one container, or one question, ends within this.
        package var limit = Duration.seconds(10)

        package init() {}
    }

    /// Makes a host, with this much time, as it is set up at this moment.
    package typealias Hosts = @Sendable (Duration) async throws -> ContainerHost

    let hosts: Hosts
    let docker: EngineEndpoint
    let timing: Timing
    let logger: Logger
    private let ledger = KeeperLedger()

    package init(docker: EngineEndpoint, timing: Timing = Timing(), logger: Logger, hosts: @escaping Hosts) {
        self.docker = docker
        self.timing = timing
        self.logger = logger
        self.hosts = hosts
    }

    /// Returns when it is cancelled.
    package func run() async {
        while !Task.isCancelled {
            await attempt(Self.following) { try await watch() }
            // A cancelled sleep is the end of the loop.
            try? await Task.sleep(for: .seconds(1))
        }
    }

    /// Follows the engine until it goes away.
    private func watch() async throws {
        try await DockerEngine.connect(to: docker, within: .seconds(5), logger: logger).use { try await follow($0) }
    }

    private func follow(_ engine: DockerEngine) async throws {
        let starts = EventFilter(
            kinds: [.container], actions: ["start"], labels: [NetworkContainer.endpointsLabel])
        try await engine.withEvents(starts, opening: .seconds(5)) { events in
            try await withThrowingDiscardingTaskGroup { group in
                defer { group.cancelAll() }
                group.addTask { await look(engine) }
                do {
                    while let event = try await events.next() {
                        group.addTask { await restore(event.id, engine, isUrgent: true) }
                    }
                    logger.info("docker went away")
                } catch {
                    // Killed, it does not say goodbye. That is no failure: it may be back at once.
                    logger.info("docker went away", metadata: ["cause": "\(HostError(error).message)"])
                }
            }
        }
    }

    /// Everything at once, then again and again.
    private func look(_ engine: DockerEngine) async {
        var nextPass = ContinuousClock.now
        while !Task.isCancelled {
            let isPass = nextPass <= .now
            if isPass { nextPass = .now + timing.pass }
            let due = await ledger.due
            await restore(due.subtracting(Self.subjects), engine)
            if isPass || due.contains(Self.connecting) {
                await attempt(Self.connecting) { try await connect(engine) }
            }
            if isPass || due.contains(Self.comparing) {
                await attempt(Self.comparing) { try await compare(engine) }
            } else {
                await attempt(Self.asking) { try await ask() }
            }
            try? await Task.sleep(for: min(timing.question, timing.pass))  // A cancelled sleep is the end of the loop.
        }
    }

    /// Connects all that run. For this nobody but this host need answer.
    private func connect(_ engine: DockerEngine) async throws {
        let containers = try await engine.containers(
            labels: [NetworkContainer.endpointsLabel], within: timing.limit)
        await ledger.keep(Set(containers.map(\.id)).union(Self.subjects))
        await restore(Set(containers.filter { $0.state == .running }.map(\.id)), engine)
        guard !containers.isEmpty else { return }
        let host = try await hosts(timing.limit)
        try await startSharers(of: Set(containers.map(\.id)), Sharers(host: host, engine: engine))
    }

    /// Compares with what the API says, and puts right what differs.
    private func compare(_ engine: DockerEngine) async throws {
        let host = try await hosts(timing.limit)
        let findings = try await NetworkContainerScene.look(on: host, engine).plan()
        var failure: (any Error)?
        for finding in findings {
            guard let change = finding.change, change.isAutomatic else { continue }
            logger.warning(
                "out of order, repaired now",
                metadata: ["problem": "\(finding.problem)", "detail": "\(finding.detail)"])
            let repair = NetworkContainerRepair(host: host.within(timing.limit), engine: engine)
            do { try await repair.perform(change) } catch { failure = error }
        }
        // The others do not wait for one that fails.
        if let failure { throw failure }
    }

    /// So many containers are worked on at a time.
    private static let width = 8
    private static let following = "docker"
    private static let connecting = "network containers"
    private static let comparing = "comparison"
    private static let asking = "deleted endpoints"
    private static let subjects: Set<String> = [following, connecting, comparing, asking]

    /// Whether the endpoints that are plugged in here still exist: central tells nobody when one is deleted.
    private func ask() async throws {
        let host = try await hosts(timing.limit)
        guard host.settings.vif == nil else { return }
        try await Sweep.clear(on: host)
    }

    private func restore(_ ids: Set<String>, _ engine: DockerEngine) async {
        await withTaskGroup(of: Void.self) { group in
            for (index, id) in ids.enumerated() {
                if index >= Self.width { await group.next() }
                group.addTask { await restore(id, engine, isUrgent: false) }
            }
        }
    }

    private func restore(_ id: String, _ engine: DockerEngine, isUrgent: Bool) async {
        await attempt(id, isUrgent: isUrgent) {
            let host = try await hosts(timing.limit)
            let outcome = try await Reconnection(host: host, engine: engine).perform(id)
            if outcome == .busy { throw KeeperLedger.Busy() }
            guard outcome == .restored else { return }
            logger.info("network container connected again", metadata: ["container": "\(id.prefix(12))"])
            let sharers = Sharers(host: host.within(timing.limit), engine: engine)
            try await startSharers(of: [id], sharers)
            for (name, _) in try await sharers.leftBehind(in: [id]) {
                logger.warning(
                    "container left in the old sandbox of its network container: docker restart it",
                    metadata: ["container": "\(name)"])
            }
        }
    }

    private func startSharers(of containers: Set<String>, _ sharers: Sharers) async throws {
        for name in try await sharers.startFailed(of: containers) {
            logger.info("container started that shares a sandbox", metadata: ["container": "\(name)"])
        }
    }

    /// Works on a subject, unless it has just failed; again where it was asked for meanwhile. Logs what is new.
    private func attempt(_ subject: String, isUrgent: Bool = false, _ work: () async throws -> Void) async {
        guard await ledger.begin(subject, isUrgent: isUrgent) else { return }
        var isWanted = true
        while isWanted {
            let failure = await failure(work)
            let (news, isWantedAgain) = await ledger.end(subject, Task.isCancelled ? nil : failure)
            switch news {
            case .none: break
            case .failed(let cause):
                logger.warning("not possible now", metadata: ["subject": "\(subject.prefix(18))", "cause": "\(cause)"])
            case .recovered: logger.info("possible again", metadata: ["subject": "\(subject.prefix(18))"])
            }
            isWanted = isWantedAgain && !Task.isCancelled
        }
    }

    private func failure(_ work: () async throws -> Void) async -> (any Error)? {
        do {
            try await work()
            return nil
        } catch { return error }
    }
}
