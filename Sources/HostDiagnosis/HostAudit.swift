import ContainerFirewall
package import DockerEngine
import DockerNetworks
import HostAttachment
import HostEndpoints
package import HostSetup
package import NetworkContainers
import NeutronAPI

/// What is out of order on this host: with its network containers, and with the endpoints and networks of Docker's plugin.
package struct HostAudit: Sendable {
    /// Something out of order and what puts it right.
    package struct Item: Hashable, Sendable {
        package enum Remedy: Hashable, Sendable {
            case networkContainer(NetworkContainerChange)
            case docker(AuditChange)
            case firewall
            case gateway
        }

        package let problem: String
        package let portID: String
        package let container: String
        package let detail: String
        /// Nil where nothing that is ours puts it right.
        package let remedy: Remedy?
    }

    package let host: ContainerHost
    let engine: DockerEngine

    package init(host: ContainerHost, engine: DockerEngine) {
        self.host = host
        self.engine = engine
    }

    /// What is being made or taken away looks out of order for a moment: between two looks.
    package static let settling = Duration.seconds(2)

    /// Looks at everything.
    package func look() async throws -> [Item] {
        let network = try await NetworkContainerScene.look(on: host, engine)
        let own = network.plan().map(Self.item)
        let word = try await EngineWord.ask(engine, about: try host.database.networkIDs(), within: host.remaining)
        let scene = try await AuditScene.look(on: host, engine: word)
        let known = Set(own.map(\.portID))
        let dockers = scene.plan().map { item($0) }.filter { $0.portID.isEmpty || !known.contains($0.portID) }
        let here = try await EndpointsHere.look(on: host, network.survey, ports: scene.ports)
        // What is taken away differs in nothing any more.
        let acted = Set((own + dockers).filter { $0.remedy != nil }.map(\.portID))
        let differences = here.differences.filter { !acted.contains($0.portID) }.map(Self.item)
        let gateway = try await GatewayFinding.all(on: host).map { item($0) }
        let networks = try await NetworkFinding.all(on: host).map { finding in
            Item(problem: finding.problem, portID: "", container: "", detail: finding.detail, remedy: nil)
        }
        let faults = faults(scene.endpoints.map(\.attachment), network.survey.findings)
        return own + dockers + scene.claimed.map(Self.item) + differences + faults + networks + gateway
            + (await firewallItems())
    }

    /// Those of the items that are still there, and that nobody is at work on: the engine may take minutes to start a container.
    package func look(again items: [Item]) async throws -> [Item] {
        let changes = items.compactMap { if case .docker(let change) = $0.remedy { change } else { nil } }
        try await DockerRepair.awaitCalls(on: changes, on: host)
        let isAtRest = changes.contains(where: \.mayBeUnderway) ? try await isEngineAtRest() : false
        let now = Set(try await look())
        return items.filter { item in
            guard case .docker(let change) = item.remedy, change.mayBeUnderway else { return now.contains(item) }
            return isAtRest && now.contains(item)
        }
    }

    private func isEngineAtRest() async throws -> Bool {
        let networks = Set(try host.database.networkIDs())
        return try await EngineWork.containers(engine, gettingEndpointsIn: networks, within: host.remaining).isEmpty
    }

    /// - Returns: why it could not be repaired; nil where it was.
    package func repair(_ item: Item) async -> String? {
        do {
            switch item.remedy {
            case .networkContainer(let change):
                try await NetworkContainerRepair(host: host, engine: engine).perform(change)
            case .docker(let change): try await DockerRepair(host: host).perform(change)
            case .firewall: try await HostFirewall(host.hooks).ensure(host.database)
            case .gateway: _ = try await GatewayFinding.repairAll(on: host)
            case nil: return item.detail
            }
            return nil
        } catch {
            return HostError(error).message
        }
    }

    // MARK: Words

    private static func item(_ finding: HostFinding) -> Item {
        Item(
            problem: finding.problem, portID: finding.portID, container: finding.container, detail: finding.detail,
            remedy: finding.change.flatMap { $0.isOurs ? .networkContainer($0) : nil })
    }

    private func item(_ finding: GatewayFinding) -> Item {
        let row = host.attachment.attachment(portID: finding.portID)
        return Item(
            problem: "gateway open", portID: finding.portID, container: row?.containerName ?? "",
            detail: finding.detail, remedy: .gateway)
    }

    private func item(_ change: AuditChange) -> Item {
        func item(_ problem: String, _ portID: String, _ detail: String) -> Item {
            let row = host.attachment.attachment(portID: portID)
            return Item(
                problem: problem, portID: portID, container: row?.containerName ?? "", detail: detail,
                remedy: .docker(change))
        }
        switch change {
        case .detach(let id, let reason):
            let name = host.attachment.attachment(portID: id)?.hostInterface ?? ""
            let problem =
                switch reason {
                case .ended: "container gone"
                case .neverMoved: "never used"
                case .portGone: "endpoint deleted"
                case .elsewhere: "endpoint elsewhere"
                }
            return item(problem, id, "interface \(name) is left: \(reason.rawValue)")
        case .release(let id, _):
            return item("port left", "\(id)", "a port of docker's on this host, of which no endpoint is here")
        case .removeVeth(let veth):
            return item("row missing", veth.portID, "veth \(veth.hostInterface) is left, which has no Interface row")
        case .forget(let network):
            return item("network left", "", "docker does not know its network \(network.prefix(12)) any more")
        case .removeNetwork(let id):
            return item("network unused", "", "network \(id) was made by docker network create and nobody uses it")
        }
    }

    private static func item(_ difference: PortDifference) -> Item {
        Item(
            problem: difference.kind.rawValue, portID: difference.portID, container: difference.container,
            detail: difference.detail, remedy: nil)
    }

    private static func item(_ claim: PortClaim) -> Item {
        Item(
            problem: "port of another host", portID: "\(claim.port.id)", container: claim.port.name,
            detail: claim.detail, remedy: nil)
    }

    /// What is wrong with endpoints of Docker's that nothing here puts right.
    private func faults(_ endpoints: [Attachment], _ findings: [Finding]) -> [Item] {
        let rows = Dictionary(endpoints.map { ($0.portID, $0) }, uniquingKeysWith: { first, _ in first })
        return findings.compactMap { finding in
            guard [.interfaceFailed, .interfaceWrong, .notInstalled, .tagWrong, .duplicate].contains(finding.problem),
                let row = rows[finding.portID]
            else { return nil }
            return Item(
                problem: finding.problem.rawValue, portID: finding.portID, container: row.containerName ?? "",
                detail: finding.detail, remedy: nil)
        }
    }
}
