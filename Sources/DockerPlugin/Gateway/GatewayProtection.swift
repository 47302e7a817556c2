import HostDiagnosis
import HostEndpoints
package import HostNetwork
import Logging
import Netlink

/// Protects containers of ours in the bridge by which the engine lets them out, `docker_gwbridge`, as soon as they are in it.
///
/// The engine plugs them in after the plugin's Join, without a word to the plugin. The kernel tells when: the interface is up in the
/// container's namespace then, and the container's first program has yet to be started. What is missed is found by the audit.
actor GatewayProtection {
    /// What the engine calls it.
    static let bridge = SubnetCheck.gatewayBridge
    /// Cancellation is noticed this late.
    private static let slice = Duration.milliseconds(500)

    private let logger: Logger
    private var links: HostLinks?
    /// Sandboxes that were joined, by endpoint, and are not seen in the bridge yet.
    private var expected: [String: String] = [:]
    /// Ports of the bridge that lead to nobody of ours.
    private var strangers: Set<Int32> = []
    /// The bridge's index, where it was there at the last look.
    private var bridgeIndex: Int32?

    init(logger: Logger) { self.logger = logger }

    func expect(_ sandbox: String, of endpointID: String) { expected[endpointID] = sandbox }

    func forget(_ endpointID: String) { expected[endpointID] = nil }

    /// Watches the bridge until it is cancelled, in the host's namespace; nil is the process's own. `sandboxes` are those
    /// of all endpoints of ours.
    func run(in namespace: NetworkNamespace? = nil, sandboxes: @Sendable () async throws -> Set<String>) async throws {
        while true {
            do { try await watch(namespace, sandboxes) } catch {
                try Task.checkCancellation()
                logger.warning("docker_gwbridge is not watched", metadata: ["cause": "\(error)"])
            }
            try await Task.sleep(for: .seconds(1))
        }
    }

    private func watch(_ namespace: NetworkNamespace?, _ sandboxes: () async throws -> Set<String>) async throws {
        let changes = try LinkChanges(in: namespace)
        let links = try HostLinks(in: namespace)
        self.links = links
        while true {
            try Task.checkCancellation()
            guard concerns(try await changes.next(within: Self.slice)) else { continue }
            do { try await look(links, sandboxes) } catch {
                logger.debug("docker_gwbridge not looked at", metadata: ["cause": "\(error)"])
            }
        }
    }

    private func concerns(_ batch: LinkChanges.Batch) -> Bool {
        if batch.gone.contains(where: { $0.index == bridgeIndex && $0.master == nil }) { bridgeIndex = nil }
        guard let bridgeIndex else { return !batch.isEmpty }
        return batch.isIncomplete || (batch.changed + batch.gone).contains { $0.master == bridgeIndex }
    }

    /// Protects an endpoint's container now where it is in the bridge already. Newer engines have plugged it in by the time they ask
    /// for the endpoint's particulars, which is before they start its first program.
    func protect(_ endpointID: String) async throws {
        guard let links, let sandbox = expected[endpointID], try NetworkNamespace.find(path: sandbox) != nil,
            let bridge = try await links.gateway(Self.bridge)
        else { return }
        _ = try await protect(sandbox, bridge, links)
    }

    private func look(_ links: HostLinks, _ sandboxes: () async throws -> Set<String>) async throws {
        let bridge = try await links.gateway(Self.bridge)
        bridgeIndex = bridge?.link.index
        guard let bridge else { return }
        try await links.forget(bridge.leftNeighbours)
        strangers.formIntersection(bridge.ports.map(\.index))
        var open = Set(
            bridge.ports.filter {
                $0.hasCarrier && $0.peerNamespace != nil && !strangers.contains($0.index) && !bridge.isProtected($0)
            }.map(\.index))
        if open.isEmpty { return }
        let awaited = Set(expected.values)
        for sandbox in awaited { open.subtract(try await protect(sandbox, bridge, links)) }
        if open.isEmpty { return }
        // The engine plugs a container in later too, when it loses another way out.
        for sandbox in try await sandboxes() where !awaited.contains(sandbox) {
            open.subtract(try await protect(sandbox, bridge, links))
        }
        strangers.formUnion(open)
    }

    /// - Returns: the ports of the bridge that lead into the sandbox.
    private func protect(_ path: String, _ bridge: GatewayBridge, _ links: HostLinks) async throws -> [Int32] {
        guard let sandbox = try NetworkNamespace.find(path: path) else { return [] }
        let members = try await links.members(of: bridge, in: sandbox)
        for member in members {
            let plan = bridge.plan(for: member)
            try await links.carryOut(plan, in: sandbox)
            logger.debug("port of docker_gwbridge protected", metadata: ["interface": "\(member.port.name)"])
        }
        if !members.isEmpty { expected = expected.filter { $0.value != path } }
        return members.map(\.port.index)
    }
}

extension DockerPlugin {
    /// Protects containers in docker_gwbridge as they come, until it is cancelled; `namespace` nil is the process's own.
    package func guardGateway(in namespace: NetworkNamespace? = nil) async throws {
        let hosts = hosts
        try await gateway.run(in: namespace) {
            Set(GatewayFinding.sandboxes(on: try await hosts(.seconds(2))).keys)
        }
    }
}
