import DockerEngine
import DockerNetworks
import HostAttachment
import HostDiagnosis
import HostEndpoints
import HostSetup
package import Logging
import NeutronAPI
import NeutronClient

/// Compares, at the start and every half minute, what the API, Open vSwitch, the kernel and the engine say of the engine's endpoints on
/// this host, and puts right what is ours. So nothing is lost when a call was cut short, whoever was killed.
package struct AuditUpkeep: Sendable {
    let plugin: DockerPlugin
    let engines: ContainerNames.Engines
    let logger: Logger

    package init(_ plugin: DockerPlugin, engines: @escaping ContainerNames.Engines, logger: Logger) {
        self.plugin = plugin
        self.engines = engines
        self.logger = logger
    }

    private static let interval = Duration.seconds(30)
    /// While something is to be told that has not differed for long enough.
    private static let recheck = Duration.seconds(5)
    private static let limit = Duration.seconds(20)
    /// The longest pause while central does not answer, so that calls know of its return.
    private static let probing = Duration.seconds(3)

    /// Returns by being cancelled.
    package func run() async throws {
        var claims: Set<PortClaim> = []
        var differences = DifferenceLog()
        var backoff = Duration.seconds(1)
        var complaint = ""
        while true {
            try Task.checkCancellation()
            var pause = Self.interval
            do {
                try await pass(&differences, &claims)
                if differences.isWaiting { pause = Self.recheck }
                plugin.upkeep.centralAnswered()
                backoff = .seconds(1)
                complaint = ""
            } catch {
                let failure = HostError(error)
                // Once for each cause, not for each time.
                if failure.message != complaint {
                    logger.warning("audit not possible", metadata: ["cause": "\(failure.message)"])
                }
                complaint = failure.message
                let isLost = failure.code == .unreachable
                if isLost { plugin.upkeep.centralIsStillLost() }
                pause = backoff
                backoff = min(backoff * 2, isLost ? Self.probing : Self.interval)
            }
            await plugin.upkeep.wait(atMost: pause)
        }
    }

    private func pass(_ differences: inout DifferenceLog, _ claims: inout Set<PortClaim>) async throws {
        let host = try await plugin.hosts(Self.limit)
        await protectGateway(on: host)
        for (id, isSticky) in plugin.upkeep.releases { try await release(id, isSticky: isSticky, on: host) }
        let scene = try await scene(on: host)
        let plan = scene.plan()
        for claim in Set(scene.claimed).subtracting(claims) {
            logger.warning("port of another host is left alone", metadata: ["detail": "\(claim.detail)"])
        }
        claims = Set(scene.claimed)
        // What goes anyway differs in nothing.
        let going = Set(
            plan.compactMap { change in if case .detach(let portID, _) = change { portID } else { nil } })
        let here = try await EndpointsHere.look(on: host, try await host.attachment.survey(), ports: scene.ports)
        differences.tell(here.differences.filter { !going.contains($0.portID) }, to: logger)
        if !plan.isEmpty { try await carryOut(plan, on: try await plugin.hosts(Self.limit)) }
    }

    private func scene(on host: ContainerHost) async throws -> AuditScene {
        let word = await word(on: host)
        return try await AuditScene.look(on: host, engine: word) {
            if let word { plugin.upkeep.hasNetworks(word.networks) }
            return plugin.upkeep.beginning
        }
    }

    /// Does what is still out of order when those who may have been at work on it are done.
    private func carryOut(_ plan: [AuditChange], on host: ContainerHost) async throws {
        try await DockerRepair.awaitCalls(on: plan, on: host)
        let isAtRest = plan.contains(where: \.mayBeUnderway) ? await isAtRest(on: host) : false
        let again = Set(try await scene(on: host).plan())
        let repair = DockerRepair(host: host, reservations: plugin.reservations)
        var failure: (any Error)?
        for change in plan where again.contains(change) && (isAtRest || !change.mayBeUnderway) {
            logger.info("audit repairs", metadata: ["change": "\(change)"])
            do { try await repair.perform(change) } catch { failure = error }
        }
        // The others were not to wait for one that fails.
        if let failure { throw failure }
    }
}

// What is asked of the engine: outside all calls, since it holds locks while it waits for an answer.
extension AuditUpkeep {
    private static let asking = Duration.seconds(5)

    /// What it has; nil where it does not answer, as while it starts.
    private func word(on host: ContainerHost) async -> EngineWord? {
        do {
            return try await engines(Self.asking).use {
                try await EngineWord.ask($0, about: try host.database.networkIDs(), within: Self.asking)
            }
        } catch {
            logger.debug("what docker has is not known", metadata: ["cause": "\(HostError(error).message)"])
            return nil
        }
    }

    /// Whether it is at work on no container that may still get an endpoint of ours.
    private func isAtRest(on host: ContainerHost) async -> Bool {
        do {
            let networks = Set(try host.database.networkIDs())
            let busy = try await engines(Self.asking).use {
                try await EngineWork.containers($0, gettingEndpointsIn: networks, within: Self.asking)
            }
            if busy.isEmpty { return true }
            logger.debug("docker is at work", metadata: ["containers": "\(busy.sorted().joined(separator: " "))"])
        } catch {
            logger.debug("what docker is at is not known", metadata: ["cause": "\(HostError(error).message)"])
        }
        return false
    }
}

extension AuditUpkeep {
    /// Containers that were plugged into docker_gwbridge while nobody watched. What fails there is no reason to look at nothing else.
    private func protectGateway(on host: ContainerHost) async {
        do {
            for finding in try await GatewayFinding.repairAll(on: host) {
                logger.info("audit repairs", metadata: ["port": "\(finding.portID)", "cause": "\(finding.detail)"])
            }
        } catch {
            logger.warning("docker_gwbridge not audited", metadata: ["cause": "\(HostError(error).message)"])
        }
    }

    /// Gives a port back that a call could not. What central refuses is no reason to ask again, nor to look at nothing else.
    private func release(_ id: ID<Port>, isSticky: Bool, on host: ContainerHost) async throws {
        if host.attachment.attachment(portID: "\(id)") == nil {
            do { try await EndpointPort(host: host).release(id, isSticky: isSticky) } catch {
                let failure = HostError(error)
                guard failure.code != .unreachable else { throw failure }
                logger.warning("port not given back", metadata: ["port": "\(id)", "cause": "\(failure.message)"])
            }
        }
        plugin.upkeep.isReleased(id)
    }
}
