import ContainerFirewall
import HostSetup

extension IntegrationStatus {
    /// Whether containers are kept from tunnels and databases.
    static func firewall(_ state: HostFirewall.State) -> Check {
        let repair = "run 'ovn-integrate restore'; ovn-docker-plugin puts it back by itself within 30 s"
        let (value, result, remedy): (String, Check.State, String?) =
            switch state {
            case .installed(let dropped):
                ("installed" + (dropped == 0 ? "" : ", \(dropped) packets dropped"), .ok, nil)
            case .off: ("off", .ok, nil)
            case .unneeded:
                ("", .missing, "not installed; run 'ovn-integrate create-integration-bridge'")
            case .missing: ("not installed", .missing, "not installed: \(repair)")
            case .altered(let differences):
                ("altered", .failed, "\(differences.joined(separator: ", ")): \(repair)")
            case .left: ("installed", .failed, "its table is left, though settings say off: \(repair)")
            case .unknown(let error): ("unknown", .failed, error.message)
            }
        return Check(key: "firewall", title: "Firewall", value: value, state: result, remedy: remedy)
    }
}
