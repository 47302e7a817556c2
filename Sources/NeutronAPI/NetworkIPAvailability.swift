import JSONCoding
package import NetAddress

/// How many addresses a network has, and how many are in use (extension `network-ip-availability`). Its identifier is the
/// network's.
package struct NetworkIPAvailability: Hashable, Sendable {
    package var id: ID<NetworkIPAvailability>
    package var networkName: String
    package var projectID: String
    package var subnets: [SubnetIPAvailability]

    package init(
        id: ID<NetworkIPAvailability>, networkName: String, projectID: String, subnets: [SubnetIPAvailability]
    ) {
        (self.id, self.networkName, self.projectID, self.subnets) = (id, networkName, projectID, subnets)
    }

    /// Of all subnets; at most the largest number, which more than the whole of IPv6 would exceed.
    var totalIPs: UInt128 {
        subnets.reduce(0) { sum, subnet in
            let (total, isTooLarge) = sum.addingReportingOverflow(subnet.totalIPs)
            return isTooLarge ? .max : total
        }
    }

    var usedIPs: Int { subnets.reduce(0) { $0 + $1.usedIPs } }
}

/// The same of a subnet.
package struct SubnetIPAvailability: Hashable, Sendable {
    package var subnetID: ID<Subnet>
    package var name: String
    package var cidr: IPPrefix
    /// The addresses of its pools.
    package var totalIPs: UInt128
    /// Those of ports, in a pool or not.
    package var usedIPs: Int

    package init(subnetID: ID<Subnet>, name: String, cidr: IPPrefix, totalIPs: UInt128, usedIPs: Int) {
        (self.subnetID, self.name, self.cidr) = (subnetID, name, cidr)
        (self.totalIPs, self.usedIPs) = (totalIPs, usedIPs)
    }
}

extension NetworkIPAvailability: DerivedResource {
    package static var memberName: String { "network_ip_availability" }
    package static var collectionName: String { "network_ip_availabilities" }
    package static func notFound(_ id: String) -> NeutronError { .networkNotFound(id) }

    package static let attributes = AttributeTable<NetworkIPAvailability>([
        .identifier("network_id", []) { $0.id },
        .text("network_name", []) { $0.networkName },
        .text("project_id", []) { $0.projectID },
        .text("tenant_id", []) { $0.projectID },
        .other("total_ips", []) { $1.value($0.totalIPs) },
        .other("used_ips", []) { $1.value($0.usedIPs) },
        .other("subnet_ip_availability", []) { network, writer in
            writer.array(network.subnets) { writer, subnet in
                writer.object {
                    $0.name("subnet_id")
                    $0.value(subnet.subnetID)
                    $0.name("subnet_name")
                    $0.value(subnet.name)
                    $0.name("cidr")
                    $0.value(subnet.cidr.description)
                    $0.name("ip_version")
                    $0.value(subnet.cidr.version.rawValue)
                    $0.name("total_ips")
                    $0.value(subnet.totalIPs)
                    $0.name("used_ips")
                    $0.value(subnet.usedIPs)
                }
            }
        },
        // Networks have only the subnets of these versions then, and only networks with such subnets are listed.
        .query("ip_version") { _ in { !$0.subnets.isEmpty } },
    ])
}

extension JSONWriter {
    /// A number of addresses, which may have more digits than any other number here.
    mutating func value(_ number: UInt128) {
        separate()
        bytes.append(contentsOf: number.description.utf8)
    }
}
