package import ContainerResolver
import DockerNetworks
package import HostSetup
import JSONCoding
package import Logging
import NeutronAPI

/// libnetwork's remote network driver and IPAM driver, both by the name `ovn`.
///
/// Answers calls; keeps nothing that matters. What lasts is in the API, in this host's Open vSwitch database, and in the kernel.
/// Never asks Docker: the engine holds locks while it waits for an answer.
package struct DockerPlugin: Sendable {
    /// Makes a host, with this much time, as it is set up at this moment.
    package typealias Hosts = @Sendable (Duration) async throws -> ContainerHost

    let hosts: Hosts
    let pending = PendingPools()
    let reservations = Reservations()
    let announcements = LateAnnouncements()
    let arrivals: Arrivals
    let gateway: GatewayProtection
    /// Answers this host's containers what they ask for by names of their networks.
    package let resolver: ContainerResolver
    /// Says that containers have come or gone.
    let nudge: Nudge
    /// Notified when something could not be given back.
    let upkeep: UpkeepSignal
    let logger: Logger

    package init(hosts: @escaping Hosts, upkeep: UpkeepSignal, logger: Logger) {
        self.hosts = hosts
        self.upkeep = upkeep
        self.logger = logger
        let nudge = Nudge()
        self.nudge = nudge
        arrivals = Arrivals(nudge, logger: logger)
        gateway = GatewayProtection(logger: logger)
        resolver = ContainerResolver(logger: logger)
    }

    /// What a call may take that makes something. The engine waits for ever, and its user with it.
    static let creationLimit = Duration.seconds(5)
    /// What a call may take that gives something back: with central unreachable a container must still stop at once.
    static let releaseLimit = Duration.milliseconds(800)

    /// Answers one call, `NetworkDriver.Join`. Never throws, and always in time.
    package func answer(_ method: String, _ body: some Sequence<UInt8>) async -> PluginReply {
        let start = ContinuousClock.now
        do {
            let call = try PluginCall(method, body: body)
            guard let handler = Self.handler(method) else {
                // By 404 the engine understands that there is no such method.
                return .failure(HostError(.usage, "method \(method.prefix(80)) is not known"), status: 404)
            }
            let members = try await handler(self)(call)
            logger.debug(
                "call answered", metadata: ["method": "\(method)", "took": "\(ContinuousClock.now - start)"])
            return .success(members)
        } catch {
            let failure = HostError(error)
            logger.warning("call refused", metadata: ["method": "\(method)", "cause": "\(failure.message)"])
            return .failure(failure)
        }
    }

    /// Does what needs central, again while it does not answer: a server that is replaced, or a machine that starts,
    /// takes a moment.
    ///
    /// Where it has not answered for longer than that, nobody waits any longer: an engine that starts would wait for each of its
    /// containers, one after another. The audit goes on asking.
    func retrying<T>(_ body: (ContainerHost) async throws -> T) async throws -> T {
        if let time = upkeep.lostFor, time > Self.creationLimit {
            throw HostError(
                .unreachable,
                "central has not answered for \(time.components.seconds) s: see 'ovn-integrate status'; it is asked again every few seconds"
            )
        }
        let deadline = ContinuousClock.now + Self.creationLimit
        var pause = Duration.milliseconds(100)
        while true {
            let outcome = await attempt(body, until: deadline)
            switch outcome {
            case .success(let value):
                upkeep.centralAnswered()
                return value
            case .failure(let error):
                guard error.code == .unreachable else { throw error }
                if upkeep.isCentralLost { upkeep.centralIsStillLost() } else { upkeep.request(centralIsLost: true) }
                guard .now + pause < deadline else { throw error }
            }
            try await Task.sleep(for: pause)
            pause = min(pause * 2, .seconds(1))
        }
    }

    private func attempt<T>(
        _ body: (ContainerHost) async throws -> T, until deadline: ContinuousClock.Instant
    ) async -> Result<T, HostError> {
        do {
            return .success(try await body(try await hosts(max(.zero, deadline - .now))))
        } catch {
            return .failure(HostError(error))
        }
    }

    private typealias Handler = @Sendable (PluginCall) async throws -> [String: JSON]

    private static func handler(_ method: String) -> ((DockerPlugin) -> Handler)? {
        switch method {
        case "Plugin.Activate": { _ in { _ in ["Implements": ["NetworkDriver", "IpamDriver"]] } }
        // Local: a global one is refused without Swarm, and in Swarm for being no managed plugin.
        case "NetworkDriver.GetCapabilities": { _ in { _ in ["Scope": "local", "ConnectivityScope": "global"] } }
        case "NetworkDriver.CreateNetwork": { $0.createNetwork }
        case "NetworkDriver.DeleteNetwork": { $0.deleteNetwork }
        case "NetworkDriver.CreateEndpoint": { $0.createEndpoint }
        case "NetworkDriver.EndpointOperInfo": { $0.endpointInfo }
        case "NetworkDriver.DeleteEndpoint": { $0.deleteEndpoint }
        case "NetworkDriver.Join": { $0.join }
        // What Leave would undo is undone by DeleteEndpoint, which comes in any case; the engine still needs the veth in between.
        case "NetworkDriver.Leave": { _ in Self.leave }
        // Ports are published by Docker's own gateway bridge.
        case "NetworkDriver.ProgramExternalConnectivity", "NetworkDriver.RevokeExternalConnectivity":
            { _ in { _ in [:] } }
        case "NetworkDriver.DiscoverNew", "NetworkDriver.DiscoverDelete": { _ in { _ in [:] } }
        case "NetworkDriver.AllocateNetwork", "NetworkDriver.FreeNetwork": { _ in Self.refuseSwarm }
        // With the MAC address a question for a new endpoint is told from one that is repeated after a restart of the engine's.
        case "IpamDriver.GetCapabilities":
            { _ in { _ in ["RequiresMACAddress": true, "RequiresRequestReplay": false] } }
        case "IpamDriver.GetDefaultAddressSpaces":
            { _ in
                { _ in
                    [
                        "LocalDefaultAddressSpace": .string(Self.addressSpace),
                        "GlobalDefaultAddressSpace": .string(Self.addressSpace),
                    ]
                }
            }
        case "IpamDriver.RequestPool": { $0.requestPool }
        case "IpamDriver.ReleasePool": { $0.releasePool }
        case "IpamDriver.RequestAddress": { $0.requestAddress }
        case "IpamDriver.ReleaseAddress": { $0.releaseAddress }
        default: nil
        }
    }

    static let addressSpace = "ovn"

    @Sendable private static func leave(_ call: PluginCall) async throws -> [String: JSON] {
        try call.checkBody()
        _ = try call.id("EndpointID")
        return [:]
    }

    @Sendable private static func refuseSwarm(_ call: PluginCall) async throws -> [String: JSON] {
        throw HostError(
            .refused, "\(call.method): Swarm is not supported; the same network on every host needs no Swarm")
    }
}
