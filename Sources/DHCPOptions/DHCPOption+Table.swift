import NetAddress

// Every option that OVN has from 23.03 to 26.03 (ovn-nb(5), table DHCP_Options; the lists in ovn-northd), and the two
// keys of that table that are not options. The aliases are those of Neutron's ML2/OVN, and dnsmasq's for what that
// leaves out.
extension DHCPOption {
    private static let one: Kind = .addresses(1...1)
    private static let list: Kind = .addresses(1...63)
    private static let seconds: Kind = .number(0...UInt32.max)

    package static let serverID = DHCPOption(.v4, "server_id", one, "server-id", "54")
    package static let serverMAC = DHCPOption(.v4, "server_mac", .mac)
    package static let router = DHCPOption(.v4, "router", list, "router", "3")
    package static let dnsServer = DHCPOption(
        .v4, "dns_server", .addresses(1...63, inBraces: true), "dns-server", "6")
    package static let domainName = DHCPOption(.v4, "domain_name", .domain(), "domain-name", "15")
    package static let mtu = DHCPOption(.v4, "mtu", .number(68...65_535), "mtu", "26")
    package static let leaseTime = DHCPOption(.v4, "lease_time", .number(1...UInt32.max), "lease-time", "51")
    package static let routes = DHCPOption(
        .v4, "classless_static_route", .routes, "classless-static-route", "121")

    /// RFC 2132 and its successors.
    package static let all4: [DHCPOption] = [
        serverID, serverMAC, router, dnsServer, domainName, mtu, leaseTime, routes,
        DHCPOption(.v4, "offerip", .given),
        DHCPOption(.v4, "netmask", .given, "netmask", "1"),
        DHCPOption(.v4, "log_server", list, "log-server", "7"),
        DHCPOption(.v4, "lpr_server", list, "lpr-server", "9"),
        DHCPOption(.v4, "hostname", .domain(), "hostname", "12"),
        DHCPOption(.v4, "swap_server", one, "swap-server", "16"),
        DHCPOption(.v4, "ip_forward_enable", .flag, "ip-forward-enable", "19"),
        // Addresses and their masks.
        DHCPOption(.v4, "policy_filter", .addresses(2...62, step: 2), "policy-filter", "21"),
        DHCPOption(.v4, "default_ttl", .number(1...255), "default-ttl", "23"),
        DHCPOption(.v4, "broadcast_address", one, "broadcast", "28"),
        DHCPOption(.v4, "router_discovery", .flag, "router-discovery", "31"),
        DHCPOption(.v4, "router_solicitation", one, "router-solicitation", "32"),
        DHCPOption(.v4, "arp_cache_timeout", seconds, "arp-timeout", "35"),
        DHCPOption(.v4, "ethernet_encap", .flag, "ethernet-encap", "36"),
        DHCPOption(.v4, "tcp_ttl", .number(1...255), "tcp-ttl", "37"),
        DHCPOption(.v4, "tcp_keepalive_interval", seconds, "tcp-keepalive", "38"),
        DHCPOption(.v4, "nis_server", list, "nis-server", "41"),
        DHCPOption(.v4, "ntp_server", list, "ntp-server", "42"),
        DHCPOption(.v4, "netbios_name_server", list, "netbios-ns", "44"),
        DHCPOption(.v4, "netbios_node_type", .number(1...8), "netbios-nodetype", "46"),
        DHCPOption(.v4, "T1", seconds, "T1", "58"),
        DHCPOption(.v4, "T2", seconds, "T2", "59"),
        DHCPOption(.v4, "tftp_server", .text, "tftp-server", "66"),
        DHCPOption(.v4, "bootfile_name", .text, "bootfile-name", "67"),
        DHCPOption(.v4, "bootfile_name_alt", .text, "bootfile-name-alt"),
        DHCPOption(.v4, "domain_search_list", .domains, "domain-search", "119"),
        DHCPOption(.v4, "tftp_server_address", list, "tftp-server-address", "150"),
        DHCPOption(.v4, "path_prefix", .text, "path-prefix", "210"),
        DHCPOption(.v4, "ms_classless_static_route", .routes, "ms-classless-static-route", "249"),
        DHCPOption(.v4, "wpad", .text, "wpad", "252"),
        // A field of the header; the number is Neutron's.
        DHCPOption(.v4, "next_server", one, "server-ip-address", "255"),
    ]

    package static let serverID6 = DHCPOption(.v6, "server_id", .mac, "server-id", "2")
    package static let dnsServer6 = DHCPOption(
        .v6, "dns_server", .addresses(1...63, inBraces: true), "dns-server", "23")
    package static let stateless6 = DHCPOption(.v6, "dhcpv6_stateless", .word)

    /// RFC 8415 and its successors.
    package static let all6: [DHCPOption] = [
        serverID6, dnsServer6, stateless6,
        DHCPOption(.v6, "ia_addr", .given, "ia-addr", "5"),
        // OVN puts the whole name into one label.
        DHCPOption(.v6, "domain_search", .domain(maximum: 63), "domain-search", "24"),
        DHCPOption(.v6, "fqdn", .domain(), "fqdn", "39", isInEveryRelease: false),
        DHCPOption(.v6, "bootfile_name", .text, "bootfile-name", "59", isInEveryRelease: false),
        DHCPOption(.v6, "bootfile_name_alt", .text, "bootfile-name-alt", isInEveryRelease: false),
    ]
}
