import JSONCoding
import NeutronAPI

extension Policy {
    /// The permissions: each line is an action, or an attribute of one, and the conditions of which any one suffices.
    /// The role `admin` may do everything; no condition means `admin` only.
    ///
    /// The names and the conditions are those of Neutron's `neutron/conf/policies` with the roles admin, member and
    /// reader; what is said of hosts is our own. An attribute without a line may be set with the action's permission, and seen with the resource's.
    static let rules: [Rule] = [
        // Networks.
        Rule("get_network", [.projectReader, .shared, .external, .role("advsvc")]),
        Rule("get_network:provider:network_type", []),
        Rule("get_network:provider:physical_network", []),
        Rule("get_network:provider:segmentation_id", []),
        Rule("create_network", [.projectMember]),
        Rule("create_network:shared", []),
        Rule("create_network:router:external", []),
        Rule("create_network:is_default", []),
        Rule("create_network:port_security_enabled", [.projectMember]),
        Rule("create_network:segments", []),
        Rule("create_network:provider:network_type", []),
        Rule("create_network:provider:physical_network", []),
        Rule("create_network:provider:segmentation_id", []),
        Rule("update_network", [.projectMember]),
        Rule("update_network:shared", []),
        Rule("update_network:router:external", []),
        Rule("update_network:is_default", []),
        Rule("update_network:port_security_enabled", [.projectMember]),
        Rule("update_network:segments", []),
        Rule("update_network:provider:network_type", []),
        Rule("update_network:provider:physical_network", []),
        Rule("update_network:provider:segmentation_id", []),
        Rule("delete_network", [.projectMember]),

        // RBAC policies: on objects of its own, and only admin shares with everyone. Attributes are checked as others
        // without a rule of their own are in Neutron.
        Rule("get_rbac_policy", [.projectReader]),
        Rule("create_rbac_policy", [.projectMember]),
        Rule("create_rbac_policy:object_type", [.projectMember]),
        Rule("create_rbac_policy:object_id", [.projectMember]),
        Rule("create_rbac_policy:target_tenant", [.notEveryone]),
        Rule("create_rbac_policy:action", [.projectMember]),
        Rule("update_rbac_policy", [.projectMember]),
        Rule("update_rbac_policy:target_tenant", [.notEveryone]),
        Rule("delete_rbac_policy", [.projectMember]),

        // Subnets. Only the owner of a shared network may add them.
        Rule("get_subnet", [.projectReader, .networkReader, .shared]),
        Rule("create_subnet", [.networkMember]),
        Rule("create_subnet:segment_id", []),
        Rule("create_subnet:service_types", []),
        Rule("update_subnet", [.projectMember, .networkMember]),
        Rule("update_subnet:segment_id", []),
        Rule("update_subnet:service_types", []),
        Rule("delete_subnet", [.projectMember, .networkMember]),

        // Ports. A network's owner sees all ports on it, and may delete them.
        Rule("get_port", [.projectReader, .networkReader, .role("advsvc")]),
        Rule("get_port:binding:host_id", [.host]),
        Rule("get_port:binding:profile", [.host]),
        Rule("get_port:binding:vif_type", [.host]),
        Rule("get_port:binding:vif_details", [.host]),
        Rule("get_port:resource_request", []),
        Rule("create_port", [.projectMember, .role("advsvc")]),
        Rule("create_port:device_owner", [.notNetworkDevice, .networkMember, .role("advsvc")]),
        Rule("create_port:mac_address", [.networkMember, .role("advsvc")]),
        Rule("create_port:fixed_ips", [.networkMember, .shared, .role("advsvc")]),
        Rule("create_port:fixed_ips:ip_address", [.networkMember, .role("advsvc")]),
        Rule("create_port:fixed_ips:subnet_id", [.networkMember, .shared, .role("advsvc")]),
        Rule("create_port:port_security_enabled", [.networkMember, .role("advsvc")]),
        Rule("create_port:binding:host_id", [.hostForItself]),
        Rule("create_port:binding:profile", [.hostForItself]),
        Rule("create_port:binding:vnic_type", [.projectMember]),
        Rule("create_port:allowed_address_pairs", [.networkMember]),
        Rule("create_port:allowed_address_pairs:mac_address", [.networkMember]),
        Rule("create_port:allowed_address_pairs:ip_address", [.networkMember]),
        Rule("update_port", [.projectMember, .role("advsvc")]),
        Rule("update_port:device_owner", [.notNetworkDevice, .networkMember, .role("advsvc")]),
        Rule("update_port:mac_address", [.hostOnNetwork, .role("advsvc")]),
        Rule("update_port:fixed_ips", [.networkMember, .role("advsvc")]),
        Rule("update_port:fixed_ips:ip_address", [.networkMember, .role("advsvc")]),
        Rule("update_port:fixed_ips:subnet_id", [.networkMember, .shared, .role("advsvc")]),
        Rule("update_port:port_security_enabled", [.networkMember, .role("advsvc")]),
        Rule("update_port:binding:host_id", [.hostForItself]),
        Rule("update_port:binding:profile", [.hostForItself]),
        Rule("update_port:binding:vnic_type", [.projectMember, .role("advsvc")]),
        Rule("update_port:allowed_address_pairs", [.networkMember]),
        Rule("update_port:allowed_address_pairs:mac_address", [.networkMember]),
        Rule("update_port:allowed_address_pairs:ip_address", [.networkMember]),
        Rule("delete_port", [.projectMember, .networkMember, .role("advsvc")]),

        // Hosts, by their certificates, are members of the project of their invitation. Of an action that has a second line
        // here both must hold.
        Rule("host_update_port", [.boundToItself, .boundToNone, .boundToGone]),
        Rule("host_delete_port", [.boundToItself, .boundToNone, .boundToGone]),

        // Address groups.
        Rule("get_address_group", [.projectReader, .shared]),
        Rule("create_address_group", [.projectMember]),
        Rule("update_address_group", [.projectMember]),
        Rule("add_addresses", [.projectMember]),
        Rule("remove_addresses", [.projectMember]),
        Rule("delete_address_group", [.projectMember]),

        // Address scopes.
        Rule("get_address_scope", [.projectReader, .shared]),
        Rule("create_address_scope", [.projectMember]),
        Rule("create_address_scope:shared", []),
        Rule("update_address_scope", [.projectMember]),
        Rule("update_address_scope:shared", []),
        Rule("delete_address_scope", [.projectMember]),

        // Security groups.
        Rule("get_security_group", [.projectReader, .shared]),
        Rule("create_security_group", [.projectMember]),
        Rule("update_security_group", [.projectMember]),
        Rule("delete_security_group", [.projectMember]),
        Rule("get_security_group_rule", [.projectReader, .parentReader]),
        Rule("create_security_group_rule", [.projectMember]),
        Rule("delete_security_group_rule", [.projectMember]),
        // What follows from other resources.
        Rule("get_agent", []),
        Rule("update_agent", []),
        Rule("get_auto_allocated_topology", [.projectReader]),
        Rule("delete_auto_allocated_topology", [.projectMember]),
        Rule("get_availability_zone", [.anyone]),
        Rule("get_network_ip_availability", []),
        Rule("get_service_provider", [.anyone]),

        // Quotas. A project sees its own without a rule.
        Rule("get_quota", []),
        Rule("update_quota", []),
        Rule("delete_quota", []),
        // Subnet pools.
        Rule("get_subnetpool", [.projectReader, .shared]),
        Rule("create_subnetpool", [.projectMember]),
        Rule("create_subnetpool:shared", []),
        Rule("create_subnetpool:is_default", []),
        Rule("update_subnetpool", [.projectMember]),
        Rule("update_subnetpool:is_default", []),
        Rule("delete_subnetpool", [.projectMember]),
        Rule("add_prefixes", [.projectMember]),
        Rule("remove_prefixes", [.projectMember]),
        Rule("onboard_network_subnets", [.projectMember]),

        // Trunks. The requester must see their ports.
        Rule("get_trunk", [.projectReader]),
        Rule("create_trunk", [.projectMember]),
        Rule("update_trunk", [.projectMember]),
        Rule("delete_trunk", [.projectMember]),
        Rule("get_subports", [.projectReader]),
        Rule("add_subports", [.projectMember]),
        Rule("remove_subports", [.projectMember]),
    ]

    /// The defaults of attributes in create requests: setting one to its default needs no permission.
    static let defaults: [String: JSON] = [
        "shared": false, "router:external": false, "is_default": false, "device_owner": "",
        "binding:vnic_type": "normal",
    ]
}
