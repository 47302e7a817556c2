import NetAddress
import NeutronAPI
import OVSDB

/// Translates a port's `extra_dhcp_opts` from Neutron's names, or the options' numbers, to OVN's.
enum ExtraDHCPOptions {
    /// The option by which a port asks for no answer at all.
    private static let disabled = "dhcp_disabled"

    /// Whether OVN is to answer DHCP of this version on a port: not to devices of the network itself, nor where the port says so.
    static func areAnswered(_ port: Port, _ version: IPVersion) -> Bool {
        !port.deviceOwner.hasPrefix("network:") && !port.deviceOwner.hasPrefix("neutron:")
            && !port.extraDHCPOptions.contains {
                $0.ipVersion == version && $0.name == disabled && $0.value?.lowercased() == "true"
            }
    }

    /// The options of one version in OVN's terms. Those that OVN does not know are left out.
    static func translated(_ options: [ExtraDHCPOption], _ version: IPVersion) -> StringMap {
        var result = StringMap()
        for option in options where option.ipVersion == version {
            let known = version == .v4 ? names4 : names6
            guard let value = option.value, let name = known[option.name] else { continue }
            result[name] = quoted(value, for: name)
        }
        return result
    }

    /// The subnet's options with those of a port over them: an empty one takes the subnet's away, routes of both count.
    static func merged(_ subnet: StringMap, _ port: StringMap) -> StringMap {
        var result = subnet
        for (name, value) in port { result[name] = value.isEmpty ? nil : value }
        if let ours = subnet[routes], let own = port[routes], !own.isEmpty {
            result[routes] = "{\(ours.dropFirst().dropLast()), \(own.dropFirst().dropLast())}"
        }
        return result
    }

    /// Texts are in quotes, since OVN takes others for numbers or addresses; routes are in braces.
    private static func quoted(_ value: String, for name: String) -> String {
        if value.isEmpty { return value }
        if texts.contains(name) { return value.hasPrefix("\"") && value.hasSuffix("\"") ? value : "\"\(value)\"" }
        if name == routes { return value.hasPrefix("{") && value.hasSuffix("}") ? value : "{\(value)}" }
        return value
    }

    private static let routes = "classless_static_route"

    private static let texts: Set<String> = [
        "domain_name", "domain_search_list", "bootfile_name", "bootfile_name_alt", "path_prefix", "wpad", "tftp_server",
    ]

    /// RFC 2132 and its successors, by name and by number.
    private static let names4: [String: String] = [
        "netmask": "netmask", "1": "netmask",
        "router": "router", "3": "router",
        "dns-server": "dns_server", "6": "dns_server",
        "log-server": "log_server", "7": "log_server",
        "lpr-server": "lpr_server", "9": "lpr_server",
        "domain-name": "domain_name", "15": "domain_name",
        "swap-server": "swap_server", "16": "swap_server",
        "ip-forward-enable": "ip_forward_enable", "19": "ip_forward_enable",
        "policy-filter": "policy_filter", "21": "policy_filter",
        "default-ttl": "default_ttl", "23": "default_ttl",
        "mtu": "mtu", "26": "mtu",
        "router-discovery": "router_discovery", "31": "router_discovery",
        "router-solicitation": "router_solicitation", "32": "router_solicitation",
        "arp-timeout": "arp_cache_timeout", "35": "arp_cache_timeout",
        "ethernet-encap": "ethernet_encap", "36": "ethernet_encap",
        "tcp-ttl": "tcp_ttl", "37": "tcp_ttl",
        "tcp-keepalive": "tcp_keepalive_interval", "38": "tcp_keepalive_interval",
        "nis-server": "nis_server", "41": "nis_server",
        "ntp-server": "ntp_server", "42": "ntp_server",
        "lease-time": "lease_time", "51": "lease_time",
        "server-id": "server_id", "54": "server_id",
        "T1": "T1", "58": "T1",
        "T2": "T2", "59": "T2",
        "tftp-server": "tftp_server", "66": "tftp_server",
        "bootfile-name": "bootfile_name", "67": "bootfile_name",
        "bootfile-name-alt": "bootfile_name_alt",
        "domain-search": "domain_search_list", "119": "domain_search_list",
        "classless-static-route": "classless_static_route", "121": "classless_static_route",
        "tftp-server-address": "tftp_server_address", "150": "tftp_server_address",
        "path-prefix": "path_prefix", "210": "path_prefix",
        "ms-classless-static-route": "ms_classless_static_route", "249": "ms_classless_static_route",
        "wpad": "wpad", "252": "wpad",
        "server-ip-address": "next_server", "255": "next_server",
    ]

    /// RFC 8415 and its successors, by name and by number.
    private static let names6: [String: String] = [
        "server-id": "server_id", "2": "server_id",
        "ia-addr": "ia_addr", "5": "ia_addr",
        "dns-server": "dns_server", "23": "dns_server",
        "domain-search": "domain_search", "24": "domain_search",
        "bootfile-name": "bootfile_name", "59": "bootfile_name",
    ]
}
