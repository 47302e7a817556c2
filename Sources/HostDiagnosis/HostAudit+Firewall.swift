package import ContainerFirewall
import HostSetup

extension HostAudit {
    /// What is out of order with the packet filter's table.
    func firewallItems() async -> [Item] {
        Self.items(await HostFirewall(host.hooks).state(host.database))
    }

    package static func items(_ state: HostFirewall.State) -> [Item] {
        func item(_ problem: String, _ detail: String, _ remedy: Item.Remedy? = .firewall) -> Item {
            Item(problem: problem, portID: "", container: "", detail: detail, remedy: remedy)
        }
        let table = "table inet \(FirewallTable.name)"
        return switch state {
        case .installed, .off, .unneeded: []
        case .missing:
            [item("firewall missing", "\(table), which keeps containers from tunnels and databases, is not there")]
        case .altered(let differences): differences.map { item("firewall altered", "\(table): \($0)") }
        case .left: [item("firewall left", "\(table) is there, though settings say off")]
        case .unknown(let error): [item("firewall unknown", error.message, nil)]
        }
    }
}
