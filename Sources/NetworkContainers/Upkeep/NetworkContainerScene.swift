package import DockerEngine
package import HostAttachment
import HostEndpoints
package import HostSetup
package import NeutronAPI
import NeutronClient

/// What there is of network containers on this host: what the API, the Interface rows, the kernel and the engine say.
package struct NetworkContainerScene: Sendable {
    /// Ports that a network container of this host has, by what they say themselves.
    package var claimed: [Port] = []
    /// Interface rows of network containers.
    package var attachments: [Attachment] = []
    /// What of that is out of order.
    package var findings: [Finding] { survey.findings }
    /// What a look at rows, veths and sandboxes has shown.
    package var survey = Survey()
    package var containers: [ContainerSummary] = []
    /// Those of the ports named by all these that exist.
    package var ports: [ID<Port>: Port] = [:]
    /// Those of them that are on another host, behind another machine's port.
    package var elsewhere: Set<ID<Port>> = []
    /// Containers that run in a sandbox which their network container has left.
    package var leftBehind: [(name: String, networkContainer: String)] = []

    package init() {}

    /// Looks at all of it.
    ///
    /// A port says which container has it only after that is there, and so does a row. So they are looked at before the engine is asked:
    /// a container that it does not have is gone.
    package static func look(on host: ContainerHost, _ engine: DockerEngine) async throws -> NetworkContainerScene {
        var scene = NetworkContainerScene()
        if host.settings.vif == nil {
            // In the underlay mode ports do not say whose they are: there a claim that was left is settled when the endpoint is wanted.
            scene.claimed = try await host.api.list(
                where: [
                    ("binding:host_id", host.settings.hostID), ("device_owner", DeviceOwner.networkContainer),
                ], fields: Port.comparedFields, within: host.remaining)
        }
        scene.survey = try await host.attachment.survey()
        scene.attachments = host.attachment.attachments().filter(\.isNetworkContainers)
        scene.containers = try await engine.containers(
            labels: [NetworkContainer.endpointsLabel], within: host.remaining)
        let labelled = scene.containers.flatMap { NetworkContainer(labels: $0.labels)?.endpoints ?? [] }
        let ids = Set(scene.attachments.compactMap { ID<Port>($0.portID) } + labelled)
        scene.ports = try await host.ports(ids)
        try await Sweep.confirm(scene.attachments, scene.ports, on: host)
        let users = Set(scene.containers.map(\.id))
        if scene.ports.values.contains(where: { !$0.deviceID.isEmpty && !users.contains($0.deviceID) }) {
            let placement = try await host.placement()
            scene.elsewhere = Set(scene.ports.values.filter { !placement.isHere($0) }.map(\.id))
        }
        scene.leftBehind = try await Sharers(host: host, engine: engine).leftBehind(in: users)
        return scene
    }
}

extension NetworkContainerScene {
    /// What is out of order. Changes nothing.
    package func plan() -> [HostFinding] {
        let names = Dictionary(containers.map { ($0.id, $0.names.first ?? $0.id) }, uniquingKeysWith: { $1 })
        let sweep = Sweep(
            attachments: attachments, containers: containers, ports: ports, isHere: { !elsewhere.contains($0.id) })
        var found: [HostFinding] = []
        for attachment in attachments {
            if sweep.detach.contains(attachment.portID) {
                found.append(lost(attachment, names))
            } else if names[attachment.containerID] == nil {
                found.append(
                    HostFinding(
                        "container gone", portID: attachment.portID,
                        container: attachment.annotations["container"] ?? "",
                        "interface \(attachment.hostInterface) is left of a container that was removed",
                        change: .abandon(portID: attachment.portID, container: attachment.containerID)))
            }
        }
        for container in containers where sweep.remove.contains(container.id) {
            found.append(
                HostFinding(
                    "endpoints deleted", container: names[container.id] ?? "", "it has lost all its endpoints",
                    change: .remove(container: container.id)))
        }
        let here = Set(attachments.map(\.portID))
        for port in claimed where names[port.deviceID] == nil && !here.contains("\(port.id)") {
            found.append(
                HostFinding(
                    "container gone", portID: "\(port.id)", container: String(port.deviceID.prefix(12)),
                    "endpoint \(port.shownName) says that it is in container \(port.deviceID.prefix(12)) of this host, "
                        + "which docker does not know: if it was moved here from another host, set binding:host_id back; "
                        + "if its container was removed, 'ovn-container audit --repair' frees it",
                    change: .release(port.id)))
        }
        let swept = Set(sweep.detach)
        for container in containers where container.state == .running && !sweep.remove.contains(container.id) {
            found += disconnected(container, except: swept)
        }
        found += unrepairable(except: swept)
        for (name, shared) in leftBehind {
            found.append(
                HostFinding(
                    "left behind", container: name,
                    "it runs in the old namespace of \(names[shared] ?? shared), which was restarted: docker restart \(name)",
                    change: .restart(container: name)))
        }
        return found
    }

    private func lost(_ attachment: Attachment, _ names: [String: String]) -> HostFinding {
        let isDeleted = ID<Port>(attachment.portID).map { ports[$0] == nil } ?? true
        return HostFinding(
            isDeleted ? "endpoint deleted" : "endpoint elsewhere", portID: attachment.portID,
            container: names[attachment.containerID] ?? "",
            isDeleted
                ? "interface \(attachment.hostInterface) is left of an endpoint that was deleted"
                : "interface \(attachment.hostInterface) is left of an endpoint that a container elsewhere has now",
            change: .detach(portID: attachment.portID))
    }

    /// Endpoints that a container which runs was made with and has not, or not rightly.
    private func disconnected(_ container: ContainerSummary, except swept: Set<String>) -> [HostFinding] {
        let endpoints = NetworkContainer(labels: container.labels)?.endpoints ?? []
        return endpoints.compactMap { id in
            let portID = id.description
            guard let port = ports[id], !swept.contains(portID) else { return nil }
            // Another container has it, or nobody yet: then it is just being made.
            guard port.deviceID == container.id else { return nil }
            let own = attachments.contains { $0.portID == portID && $0.containerID == container.id }
            let fault = findings.first { $0.portID == portID && Self.isMended($0.problem) }
            guard !own || fault != nil else { return nil }
            return HostFinding(
                own ? fault?.problem.rawValue ?? "" : "not connected", portID: portID,
                container: container.names.first ?? container.id,
                own ? fault?.detail ?? "" : "endpoint \(port.shownName) is not plugged into it",
                change: .reconnect(container: container.id))
        }
    }

    /// What rows and veths show of containers that run and no new plugging mends.
    private func unrepairable(except swept: Set<String>) -> [HostFinding] {
        let running = Set(containers.filter { $0.state == .running }.map(\.id))
        let rows = Dictionary(attachments.map { ($0.portID, $0) }, uniquingKeysWith: { first, _ in first })
        return findings.compactMap { finding in
            guard !Self.isMended(finding.problem), !swept.contains(finding.portID), let row = rows[finding.portID],
                running.contains(row.containerID)
            else { return nil }
            return HostFinding(
                finding.problem.rawValue, portID: finding.portID, container: row.annotations["container"] ?? "",
                finding.detail)
        }
    }

    /// Whether plugging an endpoint in again puts it right.
    private static func isMended(_ problem: Finding.Problem) -> Bool {
        switch problem {
        case .linkMissing, .sandboxMoved, .rowIncomplete, .tagWrong, .interfaceWrong: true
        case .interfaceFailed, .notInstalled, .duplicate: false
        }
    }
}
