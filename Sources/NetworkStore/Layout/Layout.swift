import Deadlines
import JSONCoding
import NetAddress
import NeutronAPI
import OVNModel
import OVSDB

/// The names of rows, and their keys in `external_ids`.
///
/// Keys that OpenStack's ML2/OVN driver writes too have its spelling. The others are marked as our own: that driver has
/// their values in its SQL database. An absent key means the default given here. Lists and objects are JSON text.
enum Layout {
    /// Present in every row of ours. Rows without it are foreign: never shown, changed or deleted.
    static let revision = LayoutKey<Int?>.optional("neutron:revision_number")

    // Of every resource.
    static let projectID = LayoutKey.text("neutron:project_id", always: true)
    /// Our own, like the three that follow.
    static let description = LayoutKey.text("neutron:description")
    static let createdAt = LayoutKey.value("neutron:created_at", absent: Timestamp(seconds: 0), always: true)
    static let updatedAt = LayoutKey.value("neutron:updated_at", absent: Timestamp(seconds: 0), always: true)
    static let tags = LayoutKey<[String]>.list("neutron:tags")
}

/// Keys of a network's `Logical_Switch`, whose name is `neutron-<network id>`.
enum NetworkLayout {
    static let name = LayoutKey.text("neutron:network_name", always: true)
    static let mtu = LayoutKey<Int>.value("neutron:mtu", absent: 1_500, always: true)
    /// Zones joined by commas.
    static let availabilityZoneHints = LayoutKey<[String]>(
        "neutron:availability_zone_hints", absent: [], always: true,
        read: { $0.split(separator: ",").map(String.init) }, write: { $0.joined(separator: ",") })
    static let networkType = LayoutKey("neutron:provnet-network-type", absent: "geneve", read: { $0 }, write: { $0 })
    static let physicalNetwork = LayoutKey<String?>.optional("neutron:provnet-physical-network")
    static let segmentationID = LayoutKey<Int?>.optional("neutron:provnet-segmentation-id")

    /// Our own, like those that follow.
    static let adminStateUp = LayoutKey.flag("neutron:admin_state_up", absent: true)
    static let shared = SharingLayout.shared
    static let external = LayoutKey.flag("neutron:router_external", absent: false)
    static let portSecurityEnabled = LayoutKey.flag("neutron:port_security_enabled", absent: true)
    static let dnsDomain = LayoutKey.text("neutron:dns_domain")

    static func switchName(_ id: ID<Network>) -> String { "neutron-\(id)" }

    /// The network of a switch name; nil if it is not ours.
    static func networkID(switchName: String) -> ID<Network>? {
        switchName.withBytes { bytes in
            guard bytes.count == 44, bytes.starts(with: "neutron-".utf8) else { return nil }
            return ID(utf8: UnsafeBufferPointer(rebasing: bytes[8...]))
        }
    }
}

/// Keys of the `DHCP_Options` row of a network that counts its allocations; nothing refers to it.
///
/// The count is not in the network's `Logical_Switch`: ovn-northd recomputes everything when a column other than
/// `ports` changes there, and handles a new port incrementally.
enum AllocationLayout {
    /// The network. No other rows have the key.
    static let networkID = "neutron:allocation_network_id"
    /// Incremented by every allocation of an address or a MAC of the network and every change of its subnets. Such a
    /// transaction waits for the value it read, and writes the next.
    static let generation = "neutron:allocation_generation"
}

/// Keys of the row of what policies can share (`/v2.0/rbac-policies`), our own.
enum SharingLayout {
    /// Whether it is shared with every project: the policy for all is this key, and the two that follow.
    static let shared = LayoutKey.flag("neutron:shared", absent: false)
    /// The policy's identifier. Absent, in rows of earlier releases, for that of the row's resource with another version digit.
    static let policyID = LayoutKey<ID<RBACPolicy>?>.optional("neutron:shared_policy_id")
    /// Whose the policy is; absent for the owner of the row's resource.
    static let policyProjectID = LayoutKey<String?>.optional("neutron:shared_policy_project_id")

    static func policyID(in keys: StringMap, of number: UInt128) -> ID<RBACPolicy> {
        keys[policyID] ?? ID(number: number ^ (0xc000 << 64))
    }

    /// Gives what becomes shared with every project a policy of its own.
    static func complete(_ keys: inout StringMap, from old: StringMap) {
        guard keys[shared], !old[shared] else { return }
        keys[policyID] = .random()
        keys[policyProjectID] = nil
    }

    static func erase(from keys: inout StringMap) {
        for name in [shared.name, policyID.name, policyProjectID.name] { keys[name] = nil }
    }
}

/// Keys of a record: a row of `DHCP_Options` for what OVN has no row for. Nothing refers to it.
enum RecordLayout {
    /// What it is a record of: a resource's name in the singular.
    static let kind = "neutron:kind"
    static let id = "neutron:id"
    /// Of what is given out, or must not conflict: incremented by every change that others must not pass over. Such a
    /// transaction waits for the value it read, and writes the next.
    static let generation = "neutron:generation"
    /// The keys by which a record is found: they have the identifier of something else, or say what few are.
    static let references = [
        RBACPolicy.objectKey, SubnetPoolLayout.addressScopeID.name, SubnetPoolLayout.isDefault,
        JoinedHost.hostNameKey, JoinedHost.tunnelAddressKey,
        IdentityUser.nameKey, IdentityProject.nameKey, ApplicationCredential.userKey, ApplicationCredential.nameKey,
        TokenKey.numberKey,
    ]
}

/// The record by which of hosts that join at once one is planned again: it has nothing but a generation.
enum HostsLayout {
    static let kind = "host_generation"
    static let id = ID<JoinedHost>(ofName: "host_generation")
}

/// Keys of the two rows of `Address_Set` of an address group, as ML2/OVN has them.
enum AddressGroupLayout {
    static let id = "neutron:address_group_id"
    /// Of the `ACL` of a security group's rule: the group that it names.
    static let ofRule = "neutron:remote_address_group_id"
}

/// Keys of the `DHCP_Options` row of a project's quota; nothing refers to it. The row comes with the first limit, or the
/// first resource that a default limit allowed.
enum QuotaLayout {
    /// The project. No other rows have the key.
    static let project = "neutron:quota_project"
    /// Incremented by every creation that a limit allowed and every change of the limits. Such a transaction waits for
    /// the value it read, and writes the next.
    static let generation = "neutron:quota_generation"

    /// The project's own limit of a kind, -1 for none. Absent for the default.
    static func limit(of kind: String) -> String { "neutron:quota_limit_\(kind)" }
}

/// Keys of a subnet pool's record that are read without it.
enum SubnetPoolLayout {
    static let addressScopeID = LayoutKey<ID<AddressScope>?>.optional("neutron:address_scope_id")
    /// `true`, or absent.
    static let isDefault = "neutron:is_default"
    static let ipVersion = "neutron:ip_version"
}

/// Keys of the `ACL` rows of a network: one for all its ports, and one for each port that is exempt from it.
enum RuleLayout {
    static let networkID = "neutron:network_id"
    static let portID = "port_id"
}

/// Keys of a security group's `Port_Group`, and of its rules' `ACL`s.
enum SecurityGroupLayout {
    static let id = "neutron:security_group_id"
    static let ruleID = "neutron:security_group_rule_id"
    /// Our own, like the one that follows: of a project's default group.
    static let defaultKey = "neutron:security_group_default"
    /// Of a rule: the group whose members are its other side.
    static let remoteGroupID = "neutron:remote_group_id"

    /// The port group of all ports that security groups say something about: what none allows is dropped.
    static let dropGroup = "neutron_pg_drop"

    static func portGroup(_ id: ID<SecurityGroup>) -> String {
        "pg_" + id.description.replacing("-", with: "_")
    }
}

/// Keys of a subnet's `DHCP_Options`. While DHCP is off, the row exists without options or references.
enum SubnetLayout {
    static let id = "subnet_id"
    static let networkID = "neutron:network_id"

    /// Our own, like those that follow.
    static let name = LayoutKey.text("neutron:subnet_name")
    /// The pool that it comes from: what is taken of a pool is what such rows have.
    static let poolID = LayoutKey<ID<SubnetPool>?>.optional("neutron:subnetpool_id")
    /// Empty for none. Absent for the default gateway of the prefix.
    static let gatewayIP = "neutron:gateway_ip"
    /// Absent for all addresses but the gateway.
    static let allocationPools = LayoutKey<[IPRange]>.list(
        "neutron:allocation_pools", read: { IPRange(json: $0) },
        write: { ["start": .string($0.first.description), "end": .string($0.last.description)] })
    static let dnsNameservers = LayoutKey<[IPAddress]>.list("neutron:dns_nameservers")
    static let hostRoutes = LayoutKey<[HostRoute]>.list(
        "neutron:host_routes", read: { HostRoute(json: $0) },
        write: { ["destination": .string($0.destination.description), "nexthop": .string($0.nexthop.description)] })
    static let enableDHCP = LayoutKey.flag("neutron:enable_dhcp", absent: true)
    static let ipv6RAMode = LayoutKey<IPv6Mode?>.word("neutron:ipv6_ra_mode")
    static let ipv6AddressMode = LayoutKey<IPv6Mode?>.word("neutron:ipv6_address_mode")
    static let serviceTypes = LayoutKey<[String]>.list("neutron:service_types")
}

/// Keys of a port's `Logical_Switch_Port`, whose name is the port id.
enum PortLayout {
    static let name = LayoutKey.text("neutron:port_name", always: true)
    /// The name of the network's switch.
    static let networkName = LayoutKey.text("neutron:network_name", always: true)
    static let deviceID = LayoutKey.text("neutron:device_id", always: true)
    static let deviceOwner = LayoutKey.text("neutron:device_owner", always: true)
    /// The addresses, each with its subnet's prefix length, separated by blanks.
    static let cidrs = LayoutKey.text("neutron:cidrs", always: true)
    /// Separated by blanks.
    static let securityGroupIDs = LayoutKey<[ID<SecurityGroup>]>(
        "neutron:security_group_ids", absent: [], always: true,
        read: { $0.split(separator: " ").compactMap { ID($0) } },
        write: { $0.map(\.description).joined(separator: " ") })
    static let vnicType = LayoutKey(
        "neutron:vnic_type", absent: VNICType.normal, read: { VNICType(rawValue: $0) }, write: \.rawValue)

    /// Our own, like those that follow. Absent where the only MAC in the column `addresses` is the port's.
    static let macAddress = LayoutKey<MACAddress?>.optional("neutron:mac_address")
    /// Absent where the column `port_security` implies it: it is empty without.
    static let portSecurityEnabled = LayoutKey<Bool?>.optional("neutron:port_security_enabled")
    static let allowedAddressPairs = LayoutKey<[AllowedAddressPair]>.list(
        "neutron:allowed_address_pairs", read: { AllowedAddressPair(json: $0) }, write: \.json)
    static let extraDHCPOptions = LayoutKey<[ExtraDHCPOption]>.list(
        "neutron:extra_dhcp_opts", read: { ExtraDHCPOption(json: $0) }, write: \.json)
    /// Text that is not JSON counts as absent.
    static let bindingProfile = LayoutKey<[String: JSON]>(
        "neutron:binding_profile", absent: [:], read: { (try? JSON(parsing: $0.utf8))?.object },
        write: { JSON.object($0).description })
    /// Whether what no security group allows is dropped. Absent, where there are no groups, in ports of earlier releases
    /// and in those of containers.
    static let isFiltered = LayoutKey.flag("neutron:filtered", absent: false)
    static let dnsName = LayoutKey.text("neutron:dns_name")
    static let dnsDomain = LayoutKey.text("neutron:dns_domain")
}

/// Keys of the `DNS` row that has the names of a network's ports. It has no revision: it is as ML2/OVN writes it.
enum NamesLayout {
    /// The name of the network's switch.
    static let switchName = "ls_name"
}

/// Keys of the `Logical_Switch_Port` of a trunk's parent, all our own.
enum TrunkLayout {
    static let id = LayoutKey<ID<Trunk>?>.optional("neutron:trunk_id")
    static let name = LayoutKey.text("neutron:trunk_name")
    static let adminStateUp = LayoutKey.flag("neutron:trunk_admin_state_up", absent: true)
    static let projectID = LayoutKey.text("neutron:trunk_project_id")
    static let description = LayoutKey.text("neutron:trunk_description")
    static let tags = LayoutKey<[String]>.list("neutron:trunk_tags")
    static let revision = LayoutKey<Int>.value("neutron:trunk_revision_number", absent: 1)
    static let createdAt = LayoutKey.value("neutron:trunk_created_at", absent: Timestamp(seconds: 0))
    static let updatedAt = LayoutKey.value("neutron:trunk_updated_at", absent: Timestamp(seconds: 0))

    /// All of them.
    static let names = [
        id.name, name.name, adminStateUp.name, projectID.name, description.name, tags.name, revision.name,
        createdAt.name, updatedAt.name,
    ]
}

/// Keys of subports and their parents, our own.
enum SubportLayout {
    /// Of a trunk's subport: the trunk. Its parent and VLAN are in the columns `parent_name` and `tag`.
    static let trunkID = LayoutKey<ID<Trunk>?>.optional("neutron:subport_trunk_id")
    /// Of a parent: incremented by every assignment of a tag and every change of the trunk. Such a transaction waits
    /// for the value it read, and writes the next.
    static let generation = "neutron:subport_generation"
}

/// Keys of the `DHCP_Options` row of a port with options of its own.
enum PortOptionsLayout {
    static let portID = "port_id"
}

extension IPRange {
    fileprivate init?(json: JSON) {
        guard let members = json.object, let start = members["start"]?.string, let end = members["end"]?.string,
            let first = IPAddress(start), let last = IPAddress(end)
        else { return nil }
        self.init(first, last)
    }
}

extension HostRoute {
    fileprivate init?(json: JSON) {
        guard let members = json.object,
            let destination = members["destination"]?.string.flatMap({ IPPrefix($0) }),
            let nexthop = members["nexthop"]?.string.flatMap({ IPAddress($0) })
        else { return nil }
        self.init(destination: destination, nexthop: nexthop)
    }
}

extension AllowedAddressPair {
    fileprivate init?(json: JSON) {
        guard let members = json.object, let text = members["ip_address"]?.string,
            let mac = members["mac_address"]?.string.flatMap({ MACAddress($0) })
        else { return nil }
        if let address = IPAddress(text) {
            self.init(address: address, macAddress: mac)
        } else if let block = InterfaceAddress(text) {
            self.init(address: block.address, length: block.length, macAddress: mac)
        } else {
            return nil
        }
    }

    fileprivate var json: JSON {
        ["ip_address": .string(text), "mac_address": macAddress.map { .string($0.description) } ?? .null]
    }
}

extension ExtraDHCPOption {
    fileprivate init?(json: JSON) {
        guard let members = json.object, let name = members["opt_name"]?.string else { return nil }
        var version = IPVersion.v4
        if case .integer(6) = members["ip_version"] { version = .v6 }
        self.init(name: name, value: members["opt_value"]?.string, ipVersion: version)
    }

    fileprivate var json: JSON {
        [
            "opt_name": .string(name), "opt_value": value.map { .string($0) } ?? .null,
            "ip_version": .integer(Int64(ipVersion.rawValue)),
        ]
    }
}
