import NetAddress
import Testing

@testable import DHCPOptions

/// What each kind of value takes, refuses and becomes.
@Suite struct ValueTests {
    /// Alias, version, text, and the text in OVN's row.
    static let good: [(String, IPVersion, String, String)] = [
        ("router", .v4, "10.0.0.1", "10.0.0.1"),
        ("router", .v4, "10.0.0.1,10.0.0.2", "{10.0.0.1, 10.0.0.2}"),
        ("router", .v4, "{10.0.0.1, 10.0.0.2}", "{10.0.0.1, 10.0.0.2}"),
        ("6", .v4, "192.0.2.53", "{192.0.2.53}"),
        ("dns-server", .v6, "2001:DB8::53", "{2001:db8::53}"),
        ("server-id", .v4, " 10.0.0.1 ", "10.0.0.1"),
        ("server-id", .v6, "02-00-00-00-00-01", "02:00:00:00:00:01"),
        ("lease-time", .v4, "1", "1"), ("lease-time", .v4, "4294967295", "4294967295"),
        ("T1", .v4, "0", "0"), ("default-ttl", .v4, "255", "255"), ("mtu", .v4, "68", "68"),
        ("26", .v4, "65535", "65535"),
        ("ip-forward-enable", .v4, "true", "1"), ("19", .v4, "0", "0"),
        ("tftp-server", .v4, "192.0.2.69", #""192.0.2.69""#),
        ("66", .v4, #""192.0.2.69""#, #""192.0.2.69""#),
        ("bootfile-name", .v4, #"a"b\c"#, #""a\"b\\c""#),
        ("bootfile-name", .v4, #""a\"b\\c\/d""#, #""a\"b\\c/d""#),
        ("bootfile-name", .v4, "http://x/^y$z@{};", #""http://x/\u005ey$z@{};""#),
        ("wpad", .v4, String(repeating: "x", count: 255), #"""# + String(repeating: "x", count: 255) + #"""#),
        ("domain-name", .v4, "example.org.", #""example.org.""#),
        ("domain-search", .v4, "a.example, b.example", #""a.example,b.example""#),
        ("domain-search", .v4, #""a.example,b.example""#, #""a.example,b.example""#),
        ("24", .v6, "example.org", #""example.org""#),
        ("121", .v4, "10.9.9.9/16,10.0.0.5", "{10.9.0.0/16,10.0.0.5}"),
        ("249", .v4, "{10.9.0.0/16,10.0.0.5, 192.0.2.1,10.0.0.6}", "{10.9.0.0/16,10.0.0.5, 192.0.2.1/32,10.0.0.6}"),
        ("policy-filter", .v4, "10.0.0.0,255.0.0.0", "{10.0.0.0, 255.0.0.0}"),
    ]

    @Test(arguments: good)
    func `a valid value is written in OVN's syntax`(
        _ alias: String, _ version: IPVersion, _ text: String, _ expected: String
    ) throws {
        let option = try #require(DHCPOption.called(alias, version))
        #expect(option.text(try option.parse(text)) == expected)
        #expect(OptionTableTests.isOneValue(expected, of: option))
    }

    static let bad: [(String, IPVersion, String, String)] = [
        ("lease-time", .v4, "abc", "is not a whole number from 1 to 4294967295"),
        ("lease-time", .v4, "0", "is not a whole number from 1 to 4294967295"),
        ("lease-time", .v4, "4294967296", "is not a whole number from 1 to 4294967295"),
        ("mtu", .v4, "67", "is not a whole number from 68 to 65535"),
        ("mtu", .v4, "65536", "is not a whole number from 68 to 65535"),
        ("default-ttl", .v4, "256", "is not a whole number from 1 to 255"),
        ("ip-forward-enable", .v4, "2", "is neither 0 nor 1"),
        ("server-id", .v4, "10.0.0.1,10.0.0.2", "is not an IPv4 address"),
        ("server-id", .v4, "fd00::1", "is not an IPv4 address"),
        ("router", .v4, "10.0.0.1;", "is not a list of 1 to 63 IPv4 addresses"),
        ("dns-server", .v6, "10.0.0.1", "is not a list of 1 to 63 IPv6 addresses"),
        ("policy-filter", .v4, "10.0.0.0", "is not a list of pairs of IPv4 addresses, at most 31"),
        ("server-id", .v6, "33:33:00:00:00:01", "is not a unicast MAC address"),
        ("bootfile-name", .v4, "a\nb", "is not a text of 1 to 255 printable characters of ASCII"),
        ("bootfile-name", .v4, "é", "is not a text of 1 to 255 printable characters of ASCII"),
        ("domain-name", .v4, "a b", "is not a domain name of at most 253 characters"),
        ("domain-name", .v4, "a,b", "is not a domain name of at most 253 characters"),
        (
            "domain-search", .v6, String(repeating: "a.", count: 32) + "b",
            "is not a domain name of at most 63 characters"
        ),
        ("domain-search", .v4, "a,,b", "is not a list of domain names"),
        (
            "domain-search", .v4, String(repeating: "abcdefgh,", count: 25) + "abcdefgh",
            "is longer than the 255 bytes of a DHCP option"
        ),
        (
            "121", .v4, "10.0.0.0/8",
            "is not a list of IPv4 routes, each a destination with its length, a comma, and the next hop"
        ),
        ("netmask", .v4, "255.255.255.0", "cannot be set: OVN sends the port's own address and netmask by itself"),
        ("ia-addr", .v6, "fd00::1", "cannot be set: OVN sends the port's own address and netmask by itself"),
    ]

    @Test(arguments: bad)
    func `an invalid value is refused with the expected format`(
        _ alias: String, _ version: IPVersion, _ text: String, _ reason: String
    ) throws {
        let option = try #require(DHCPOption.called(alias, version))
        #expect(throws: DHCPOptionRefusal(reason)) { try option.parse(text) }
    }

    @Test func `only the options of a row that OVN can send are read`() {
        let row = [
            "server_id": "10.0.0.1", "router": "10.0.0.1); output; next(", "domain_name": #""a""#, "lease_time": "abc",
            "offerip": "10.0.0.9", "unheard_of": "1", "mtu": "1442",
        ]
        #expect(DHCPAnswer(.v4, row: row).row == ["server_id": "10.0.0.1", "domain_name": #""a""#, "mtu": "1442"])
        #expect(DHCPAnswer(.v6, row: ["server_id": "10.0.0.1"]).isEmpty)
        #expect(
            DHCPAnswer(.v6, row: ["dhcpv6_stateless": "true", "server_id": "02:00:00:00:00:01"]).row == [
                "dhcpv6_stateless": "true", "server_id": "02:00:00:00:00:01",
            ])
    }
}
