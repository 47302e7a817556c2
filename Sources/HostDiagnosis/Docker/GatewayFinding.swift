import HostAttachment
import HostEndpoints
import HostNetwork
package import HostSetup
import Netlink

/// What an endpoint's container lacks in the bridge by which the engine lets it out.
package struct GatewayFinding: Hashable, Sendable {
    /// Empty where it is nobody's any more.
    package let portID: String
    package let detail: String
}

extension GatewayFinding {
    /// What is missing of it, of all containers of ours; changes nothing.
    package static func all(on host: ContainerHost) async throws -> [GatewayFinding] {
        try await all(on: host) { _, _ in }
    }

    /// Brings what is missing.
    /// - Returns: what was.
    package static func repairAll(on host: ContainerHost) async throws -> [GatewayFinding] {
        let links = host.attachment.links
        let findings = try await all(on: host) { try await links.carryOut($0, in: $1) }
        if let bridge = try await links.gateway(SubnetCheck.gatewayBridge) {
            try await links.forget(bridge.leftNeighbours)
        }
        return findings
    }

    private static func all(
        on host: ContainerHost, _ repair: (GatewayPlan, NetworkNamespace) async throws -> Void
    ) async throws -> [GatewayFinding] {
        let links = host.attachment.links
        guard let bridge = try await links.gateway(SubnetCheck.gatewayBridge) else { return [] }
        var findings = bridge.leftNeighbours.map {
            GatewayFinding(
                portID: "", detail: "the host keeps \($0.address) of docker_gwbridge for a container that is gone")
        }
        var failure: (any Error)?
        for (path, portID) in sandboxes(on: host).sorted(by: { $0.value < $1.value }) {
            guard let sandbox = try NetworkNamespace.find(path: path) else { continue }
            for member in try await links.members(of: bridge, in: sandbox) {
                let plan = bridge.plan(for: member)
                findings += plan.faults.map { GatewayFinding(portID: portID, detail: "in docker_gwbridge \($0)") }
                do { try await repair(plan, sandbox) } catch { failure = error }
            }
        }
        // The others were not to wait for one that fails.
        if let failure { throw failure }
        return findings
    }

    /// The sandboxes of the engine's endpoints, each with one of its ports.
    package static func sandboxes(on host: ContainerHost) -> [String: String] {
        var sandboxes: [String: String] = [:]
        for attachment in host.attachment.attachments() where attachment.isDocker {
            guard case .path(let path)? = attachment.sandbox?.location else { continue }
            sandboxes[path] = min(sandboxes[path] ?? attachment.portID, attachment.portID)
        }
        return sandboxes
    }
}
