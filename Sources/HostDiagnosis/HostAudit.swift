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
            case docker(DockerChange)
            case firewall
            case gateway
        }

        package let problem: String
        package let portID: String
        package let container: String
        package let detail: String
        /// Nil where nothing that is ours puts it right.
        package let remedy: Remedy?

        init(
            _ problem: String, portID: String = "", container: String? = nil, _ detail: String, remedy: Remedy? = nil
        ) {
            self.problem = problem
            self.portID = portID
            self.container = container ?? ""
            self.detail = detail
            self.remedy = remedy
        }
    }

    package let host: ContainerHost
    let engine: DockerEngine

    package init(host: ContainerHost, engine: DockerEngine) {
        self.host = host
        self.engine = engine
    }

    /// What is being made or taken away looks out of order for a moment: between two looks.
    package static let settlingTime = Duration.seconds(2)

    /// Looks at everything.
    package func look() async throws -> [Item] {
        let network = try await NetworkContainerInventory.look(on: host, engine)
        let own = network.plan().map(Self.item)
        let docker = try await EngineInventory.read(
            engine, about: try host.database.networkIDs(), within: host.remaining)
        let inventory = try await DockerInventory.look(on: host, engine: docker)
        let known = Set(own.map(\.portID))
        let dockers = inventory.plan().map { item($0) }.filter { $0.portID.isEmpty || !known.contains($0.portID) }
        let here = try await LocalEndpoints.look(on: host, network.survey, ports: inventory.ports)
        // What is taken away differs in nothing any more.
        let acted = Set((own + dockers).filter { $0.remedy != nil }.map(\.portID))
        let differences = here.differences.filter { !acted.contains($0.portID) }.map(Self.item)
        let gateway = try await GatewayFinding.all(on: host).map { item($0) }
        let networks = try await NetworkFinding.all(on: host).map { Item($0.problem, $0.detail) }
        let faults = faults(inventory.endpoints.map(\.attachment), network.survey.findings)
        return own + dockers + inventory.claimed.map(Self.item) + differences + faults + networks + gateway
            + (await firewallItems())
    }

    /// Those of the items that are still there, and that are not being worked on: the engine may take minutes to start a container.
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
        return try await BusyContainers.find(engine, gettingEndpointsIn: networks, within: host.remaining).isEmpty
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

    private static func item(_ finding: NetworkContainerFinding) -> Item {
        Item(
            finding.problem, portID: finding.portID, container: finding.container, finding.detail,
            remedy: finding.change.flatMap { $0.isOurs ? .networkContainer($0) : nil })
    }

    private func item(_ finding: GatewayFinding) -> Item {
        Item(
            "gateway open", portID: finding.portID, container: containerName(finding.portID), finding.detail,
            remedy: .gateway)
    }

    private func containerName(_ portID: String) -> String? {
        host.attachment.attachment(portID: portID)?.containerName
    }

    private func item(_ change: DockerChange) -> Item {
        let (problem, portID, detail): (String, String, String) =
            switch change {
            case .detach(let id, let reason):
                (
                    Self.problem(reason), id,
                    "interface \(host.attachment.attachment(portID: id)?.hostInterface ?? "") is left: \(reason.rawValue)"
                )
            case .release(let id, _):
                ("port left", "\(id)", "a port of docker's on this host, of which no endpoint is here")
            case .removeVeth(let veth):
                ("row missing", veth.portID, "veth \(veth.hostInterface) is left, which has no Interface row")
            case .forget(let network):
                ("network left", "", "docker no longer knows its network \(network.prefix(12))")
            case .removeNetwork(let id):
                ("network unused", "", "network \(id) was made by docker network create and is not used")
            }
        return Item(problem, portID: portID, container: containerName(portID), detail, remedy: .docker(change))
    }

    private static func problem(_ reason: DetachReason) -> String {
        switch reason {
        case .ended: "container gone"
        case .neverMoved: "never used"
        case .portGone: "endpoint deleted"
        case .elsewhere: "endpoint elsewhere"
        }
    }

    private static func item(_ difference: PortDifference) -> Item {
        Item(
            difference.kind.rawValue, portID: difference.portID, container: difference.container, difference.detail)
    }

    private static func item(_ claim: PortClaim) -> Item {
        Item("port of another host", portID: "\(claim.port.id)", container: claim.port.name, claim.detail)
    }

    /// What is wrong with endpoints of Docker's that nothing here puts right.
    private func faults(_ endpoints: [Attachment], _ findings: [Finding]) -> [Item] {
        let rows = Dictionary(endpoints.map { ($0.portID, $0) }, uniquingKeysWith: { first, _ in first })
        return findings.compactMap { finding in
            guard [.interfaceFailed, .interfaceWrong, .notInstalled, .tagWrong, .duplicate].contains(finding.problem),
                let row = rows[finding.portID]
            else { return nil }
            return Item(
                finding.problem.rawValue, portID: finding.portID, container: row.containerName, finding.detail)
        }
    }
}
