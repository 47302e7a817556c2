import DockerEngine
import DockerNetworks
import HostAttachment
import HostDiagnosis
import HostEndpoints
import HostSetup
package import Logging
import NeutronAPI

/// Compares, at the start and every half minute, what the API, Open vSwitch, the kernel and the engine say of the engine's endpoints on
/// this host, and puts right what is ours. So nothing is lost when a call was cut short.
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
    /// While something is to be logged that has not differed for long enough.
    private static let recheckInterval = Duration.seconds(5)
    private static let limit = Duration.seconds(20)
    /// The longest pause while central does not answer, so that calls know of its return.
    private static let longestProbeInterval = Duration.seconds(3)

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
                if differences.isWaiting { pause = Self.recheckInterval }
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
                backoff = min(backoff * 2, isLost ? Self.longestProbeInterval : Self.interval)
            }
            await plugin.upkeep.wait(atMost: pause)
        }
    }

    private func pass(_ differences: inout DifferenceLog, _ claims: inout Set<PortClaim>) async throws {
        let host = try await plugin.hosts(Self.limit)
        await protectGateway(on: host)
        for (id, isSticky) in plugin.upkeep.releases { try await release(id, isSticky: isSticky, on: host) }
        let inventory = try await inventory(on: host)
        let plan = inventory.plan()
        for claim in Set(inventory.claimed).subtracting(claims) {
            logger.warning("port of another host is left alone", metadata: ["detail": "\(claim.detail)"])
        }
        claims = Set(inventory.claimed)
        // What goes anyway differs in nothing.
        let going = Set(
            plan.compactMap { change in if case .detach(let portID, _) = change { portID } else { nil } })
        let here = try await LocalEndpoints.look(on: host, try await host.attachment.survey(), ports: inventory.ports)
        differences.tell(here.differences.filter { !going.contains($0.portID) }, to: logger)
        if !plan.isEmpty { try await carryOut(plan, on: try await plugin.hosts(Self.limit)) }
    }

    private func inventory(on host: ContainerHost) async throws -> DockerInventory {
        let engine = await engineInventory(on: host)
        return try await DockerInventory.look(on: host, engine: engine) {
            if let engine { plugin.upkeep.hasNetworks(engine.networks) }
            return plugin.upkeep.beginning
        }
    }

    /// Does what is still out of order when calls that may have been at work on it are done.
    private func carryOut(_ plan: [DockerChange], on host: ContainerHost) async throws {
        try await DockerRepair.awaitCalls(on: plan, on: host)
        let isAtRest = plan.contains(where: \.mayBeUnderway) ? await isAtRest(on: host) : false
        let again = Set(try await inventory(on: host).plan())
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
    private static let engineLimit = Duration.seconds(5)

    /// What it has; nil where it does not answer, as while it starts.
    private func engineInventory(on host: ContainerHost) async -> EngineInventory? {
        do {
            return try await engines(Self.engineLimit).use {
                try await EngineInventory.read($0, about: try host.database.networkIDs(), within: Self.engineLimit)
            }
        } catch {
            logger.debug("what docker has is not known", metadata: ["cause": "\(HostError(error).message)"])
            return nil
        }
    }

    /// Whether it is at work on no container that may still get one of our endpoints.
    private func isAtRest(on host: ContainerHost) async -> Bool {
        do {
            let networks = Set(try host.database.networkIDs())
            let busy = try await engines(Self.engineLimit).use {
                try await BusyContainers.find($0, gettingEndpointsIn: networks, within: Self.engineLimit)
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
    /// Containers that were plugged into docker_gwbridge unwatched. A failure there does not end the pass.
    private func protectGateway(on host: ContainerHost) async {
        do {
            for finding in try await GatewayFinding.repairAll(on: host) {
                logger.info("audit repairs", metadata: ["port": "\(finding.portID)", "cause": "\(finding.detail)"])
            }
        } catch {
            logger.warning("docker_gwbridge not audited", metadata: ["cause": "\(HostError(error).message)"])
        }
    }

    /// Gives a port back that a call could not. What central refuses is not asked again, and does not end the pass.
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
