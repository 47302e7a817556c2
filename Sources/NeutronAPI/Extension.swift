import JSONCoding

/// Something the API can do beyond its core, as `/v2.0/extensions` tells it. Clients ask for the alias before they use it:
/// only what is true is listed.
package struct Extension: Hashable, Sendable {
    package let alias: String
    package let name: String
    package let description: String
    /// When Neutron defined it.
    package let updated: String

    private init(_ alias: String, _ name: String, _ updated: String, _ description: String) {
        (self.alias, self.name, self.updated, self.description) = (alias, name, updated, description)
    }

    /// Our own: Neutron knows no name that is given once.
    package static let networkNameClaim = "network-name-claim"
    /// Our own: Neutron tells changes on its message bus only.
    package static let portWatch = "port-watch"

    /// All of this server, by alias.
    package static let all: [Extension] = [
        Extension(
            "aap-reject-multicast", "Allowed address pairs reject multicast extension", "2026-04-01T00:00:00-00:00",
            "Allowed address pairs may not be multicast addresses."),
        Extension(
            "address-group", "Address group", "2020-07-15T10:00:00-00:00",
            "Rules of security groups can name sets of addresses."),
        Extension(
            "address-scope", "Address scope", "2015-07-26T10:00:00-00:00",
            "Addresses that are unique among the subnet pools of a scope."),
        Extension("agent", "agent", "2013-02-03T10:00:00-00:00", "The ovn-controllers of the hosts."),
        Extension(
            "allowed-address-pairs", "Allowed Address Pairs", "2013-07-23T10:00:00-00:00",
            "Ports may use addresses besides their own."),
        Extension(
            "availability_zone", "Availability Zone", "2015-01-01T10:00:00-00:00",
            "The zones of the hosts where routers may have their gateways."),
        Extension("binding", "Port Binding", "2014-02-03T10:00:00-00:00", "Where and how a port is plugged in."),
        Extension(
            "default-subnetpools", "Default Subnetpools", "2016-02-18T18:00:00-00:00",
            "A subnet pool can be the one that is meant where none is named."),
        Extension(
            "dns-domain-ports", "dns_domain for ports", "2017-04-24T10:00:00-00:00",
            "Allows the DNS domain to be specified for a network port."),
        Extension(
            "dns-integration", "DNS Integration", "2015-08-15T18:00:00-00:00", "Provides integration with DNS."),
        Extension(
            "empty-string-filtering", "Empty String Filtering Extension", "2018-05-01T10:00:00-00:00",
            "Lists can be filtered by the empty text."),
        Extension(
            "extra_dhcp_opt", "Neutron Extra DHCP options", "2013-03-17T12:00:00-00:00", "DHCP options of single ports."
        ),
        Extension(
            "filter-validation", "Filter parameters validation", "2018-07-04T10:00:00-00:00",
            "Filters by unknown attributes are refused."),
        Extension(
            "ip-substring-filtering", "IP address substring filtering", "2017-11-28T09:00:00-00:00",
            "Ports can be filtered by a part of an address."),
        Extension(
            "ip_allocation", "IP Allocation", "2016-06-10T23:00:00-00:00", "Ports tell when they get their addresses."),
        Extension("net-mtu", "Network MTU", "2015-03-25T10:00:00-00:00", "The MTU of networks."),
        Extension(
            "net-mtu-writable", "Network MTU (writable)", "2017-07-12T00:00:00-00:00", "The MTU of networks can be set."
        ),
        Extension(
            "network-ip-availability", "Network IP Availability", "2015-09-24T00:00:00-00:00",
            "How many addresses networks have, and how many are in use."),
        Extension(
            networkNameClaim, "Network name claim", "2026-11-29T00:00:00-00:00",
            "A network can be made on condition that its project has none of its name (claim_name)."),
        Extension(
            "network_availability_zone", "Network Availability Zone", "2015-01-01T10:00:00-00:00",
            "Networks can ask for zones."),
        Extension("pagination", "Pagination support", "2016-06-12T00:00:00-00:00", "Lists come in pages."),
        Extension(
            "port-mac-address-regenerate", "Neutron Port MAC address regenerate", "2018-05-03T10:00:00-00:00",
            "Ports can get a new MAC address."),
        Extension(
            "port-resource-request", "Port Resource Request", "2018-05-08T10:00:00-00:00",
            "What ports need of their hosts: nothing."),
        Extension(
            "port-security", "Port Security", "2012-07-23T10:00:00-00:00", "Ports are held to their own addresses."),
        Extension(
            "port-security-groups-filtering", "Port filtering on security groups", "2018-01-09T09:00:00-00:00",
            "Ports can be filtered by their security groups."),
        Extension(
            portWatch, "Port watch", "2026-11-30T00:00:00-00:00",
            "A list of the ports of networks can go on with what changes of them (watch)."),
        Extension(
            "project-id", "project_id field enabled", "2016-09-09T09:09:09-09:09", "Owners are shown as project_id."),
        Extension(
            "provider", "Provider Network", "2012-09-07T10:00:00-00:00",
            "How networks are carried between hosts (read only)."),
        Extension(
            "quota-check-limit", "Quota engine limit check", "2021-09-08T16:00:00-00:00",
            "Limits below what is used can be refused."),
        Extension(
            "quota_details", "Quota details management support", "2017-02-10T10:00:00-00:00",
            "Projects see how much of their limits they use."),
        Extension(
            "quotas", "Quota management support", "2012-07-29T10:00:00-00:00",
            "Limits of how much each project may have."),
        Extension(
            "rbac-address-group", "Add address_group type to RBAC", "2021-01-20T00:00:00-00:00",
            "Address groups can be shared with single projects."),
        Extension(
            "rbac-address-scope", "Add address_scope type to RBAC", "2020-02-12T00:00:00-00:00",
            "Address scopes can be shared with single projects."),
        Extension(
            "rbac-policies", "RBAC Policies", "2015-06-17T12:15:12-00:00",
            "Networks can be shared with single projects."),
        Extension(
            "rbac-security-groups", "Add security_group type to network RBAC", "2019-02-14T00:00:00-00:00",
            "Security groups can be shared with single projects."),
        Extension(
            "revision-if-match", "If-Match constraints based on revision_number", "2016-12-11T00:00:00-00:00",
            "Changes can be bound to a revision."),
        Extension(
            "security-group", "security-group", "2012-10-05T10:00:00-00:00",
            "Groups of ports, and rules of what may reach and leave them."),
        Extension(
            "security-groups-normalized-cidr", "Normalized CIDR field for security group rules",
            "2020-07-28T10:00:00-00:00", "Rules show their remote_ip_prefix without the bits of the host."),
        Extension(
            "security-groups-remote-address-group", "Remote address group id field for security group rules",
            "2020-08-25T10:00:00-00:00", "The other side of a rule can be an address group."),
        Extension(
            "security-groups-shared-filtering", "Security group filtering on the shared field",
            "2021-10-05T09:00:00-00:00", "Security groups can be filtered by whether they are shared."),
        Extension(
            "service-type", "Neutron Service Type Management", "2013-01-20T00:00:00-00:00",
            "Who provides services: nobody but this server."),
        Extension(
            "sort-key-validation", "Sort keys validation", "2018-07-04T10:00:00-00:00",
            "Sorting by unknown attributes is refused."),
        Extension("sorting", "Sorting support", "2016-06-12T00:00:00-00:00", "Lists can be sorted."),
        Extension(
            "standard-attr-description", "standard-attr-description", "2016-02-10T10:00:00-00:00",
            "Resources have descriptions."),
        Extension(
            "standard-attr-revisions", "Resource revision numbers", "2016-04-11T10:00:00-00:00",
            "Resources count their changes."),
        Extension(
            "standard-attr-tag",
            "Tag support for resources with standard attribute: network, port, security_group, subnet, "
                + "subnetpool, trunk",
            "2017-01-01T00:00:00-00:00", "Resources have tags."),
        Extension(
            "standard-attr-timestamp", "Resource timestamps", "2016-09-12T10:00:00-00:00",
            "Resources tell when they were made and changed."),
        Extension(
            "stateful-security-group", "Stateful security group", "2019-11-26T09:00:00-00:00",
            "Whether a security group lets answers pass."),
        Extension(
            "subnet-service-types", "Subnet service types", "2016-03-15T18:00:00-00:00",
            "Subnets can be for ports of certain owners."),
        Extension(
            "subnet_allocation", "Subnet Allocation", "2015-03-30T10:00:00-00:00",
            "Subnets can come from subnet pools."),
        Extension(
            "subnet_onboard", "Subnet Onboard", "2018-12-18T09:00:00-00:00",
            "The subnets of a network can become those of a subnet pool."),
        Extension(
            "subnetpool-prefix-ops", "Subnet Pool Prefix Operations", "2019-02-08T10:00:00-00:00",
            "Prefixes can be added to a subnet pool, and removed from it."),
        Extension(
            "tag-creation", "Tag creation extension", "2024-07-23T10:00:00-00:00", "Several tags can be added at once."),
        Extension(
            "tag-ports-during-bulk-creation", "Tag Ports During Bulk Creation", "2019-12-29T19:00:00-00:00",
            "Ports can have tags from the start."),
        Extension(
            "trunk", "Trunk Extension", "2016-01-01T10:00:00-00:00", "Ports can carry other ports as VLANs."),
        Extension(
            "trunk-details", "Trunk port details", "2016-01-01T10:00:00-00:00",
            "Ports tell which other ports they carry."),
    ]
}

extension JSONWriter {
    package mutating func value(_ item: Extension) {
        object { writer in
            for (name, value) in [
                ("alias", item.alias), ("description", item.description), ("name", item.name),
                ("updated", item.updated),
            ] {
                writer.name(name)
                writer.value(value)
            }
            writer.name("links")
            writer.array(EmptyCollection<String>()) { $0.value($1) }
        }
    }
}
