import NetAddress
import TestServers
import Testing

@testable import DHCPOptions

/// Every option that OVN has, with good and bad values.
@Suite struct OptionTableTests {
    static let all = DHCPOption.all4 + DHCPOption.all6

    @Test func `an option has one name in OVN and its own names in the API`() {
        for options in [DHCPOption.all4, DHCPOption.all6] {
            #expect(Set(options.map(\.name)).count == options.count)
            let aliases = options.flatMap(\.aliases)
            #expect(Set(aliases).count == aliases.count)
            for option in options {
                #expect(DHCPOption.named(option.name, option.version) == option)
                for alias in option.aliases { #expect(DHCPOption.called(alias, option.version) == option) }
            }
        }
        #expect(DHCPOption.called("server_mac", .v4) == nil)
        #expect(DHCPOption.called("tag:ipxe,67", .v4) == nil)
    }

    /// Text that would end a value, list, string, action or line, and text that is too long, empty, or of another type.
    static let hostile: [String] = [
        "1.1.1.1); output; reg0[5]=put_dhcp_opts(offerip=1.1.1.1",
        #"1.1.1.1); eth.src=02:00:00:00:00:99; outport=\"x\"; output; reg0[5]=put_dhcp_opts(offerip=1.1.1.1"#,
        #"x"); output; reg0[5] = put_dhcp_opts(offerip = 1.1.1.1, wpad = "y"#, #"x\"#, #"\"#, #"""#, #"""""#, #""x"#,
        #""x" "y""#, #""x\""#, #""\u0000""#, #""\n""#, #""x\q""#, "a\nb", "a\0b", "a\r", "\t", "\u{7f}", "é", "日本", "💥",
        "\u{202e}x", "x\u{2028}y", "", " ", "{", "}", "{}", "{{1.1.1.1}}", "{1.1.1.1", "1.1.1.1}",
        "{1.1.1.1} {1.1.1.1}",
        "1.1.1.1,", ",1.1.1.1", "1.1.1.1 1.1.1.1", "1.1.1.1,\u{301}1.1.1.1", "$set", "@group", "^variable", "{$set}",
        "abc",
        "-1", "+1", "0x10", "1e3", "1.5", "01", "4294967296", "99999999999999999999", "1; next;", "1 // x", "1 /* x */",
        "256.1.1.1", "1.1.1", "1.1.1.1/33", "1.1.1.1/24", "0.0.0.0/0", "1.1.1.1/24,", "1.1.1.1/24,x", "::1", "fd00::zz",
        "fe80::1%eth0", "ff:ff:ff:ff:ff:ff", "00:00:00:00:00:00", "02:00:00:00:00", "02:00:00:00:00:01; next;",
        "true; next;", "yes", "a..b", ".a", "a b", "a;b", String(repeating: "a", count: 64),
        String(repeating: "a", count: 256), String(repeating: "1.1.1.1,", count: 70) + "1.1.1.1",
        String(repeating: "a.", count: 130) + "b", String(repeating: "abcdefg.example,", count: 20) + "x",
        String(repeating: "10.0.0.1/32,10.0.0.2,", count: 30) + "0.0.0.0/0,10.0.0.1", "10.0.0.0/24,fd00::1",
        "fd00::/64,fd00::1",
    ]

    @Test(arguments: all)
    func `any value becomes one OVN constant of the option's type, or is refused`(_ option: DHCPOption) {
        for text in Self.hostile {
            let value: DHCPValue
            do throws(DHCPOptionRefusal) { value = try option.parse(text) } catch {
                #expect(error.reason.hasPrefix("is ") || error.reason.hasPrefix("cannot "), "\(text)")
                continue
            }
            let written = option.text(value)
            #expect(Self.isOneValue(written, of: option), "\(option.name) = \(written)")
            #expect((try? option.parse(written)) == value, "does not survive a round trip: \(written)")
        }
    }

    /// Whether OVN's lexer takes a text for one constant, or one list of constants, of the option's type.
    static func isOneValue(_ text: String, of option: DHCPOption) -> Bool {
        var tokens = OVNToken.all(of: text)
        let allowed: Set<OVNToken>
        switch option.kind {
        case .addresses: allowed = option.version == .v4 ? [.ipv4] : [.ipv6]
        case .flag, .number: allowed = [.integer]
        case .word: return tokens == [.name("true")] || tokens == [.name("false")]
        case .text, .domain, .domains: allowed = [.string]
        case .routes: allowed = [.ipv4, .masked]
        case .mac: allowed = [.ethernet]
        case .given: return false
        }
        if tokens.first == .symbol("{"), tokens.last == .symbol("}"), allowed != [.integer], allowed != [.string] {
            tokens = Array(tokens.dropFirst().dropLast())
            for (place, token) in tokens.enumerated() {
                guard place % 2 == 1 ? token == .symbol(",") : allowed.contains(token) else { return false }
            }
            return tokens.count % 2 == 1
        }
        return tokens.count == 1 && allowed.contains(tokens[0])
    }
}
