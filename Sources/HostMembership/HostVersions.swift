import Discretion
import HostNetwork
package import OVNModel
import Release

/// What a host runs, for `ovn-ipam host list`.
package actor HostVersions {
    private let executor = KernelExecutor()
    package nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    package init() {}

    private static let limit = Duration.seconds(2)

    /// Of `ovs`, `ovn` and `ovn_containers`, as far as they are known.
    package func current(_ row: OpenVSwitch.Configuration) -> [String: String] {
        var versions = ["ovn_containers": version]
        versions["ovs"] = row.ovsVersion
        let said = Tool.report(["ovn-controller", "--version"], within: Self.limit)
        // "ovn-controller 23.03.1", and the libraries' below.
        let words = said.output.prefix { $0 != "\n" }.split(separator: " ")
        if said.failure == nil, words.count >= 2, words[0] == "ovn-controller" {
            versions["ovn"] = words[1].plain(limit: 40)
        }
        return versions
    }
}
