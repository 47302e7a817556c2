import DHCPOptions
import JSONCoding
import NetAddress
import NeutronAPI
import OVSDB

/// Parses a port's `extra_dhcp_opts`: names and numbers are Neutron's, values have the type of OVN's option.
enum ExtraDHCPOptions {
    /// The option by which a port opts out of DHCP.
    private static let disabled = "dhcp_disabled"

    /// A port's override of one option.
    enum Wish: Hashable {
        case value(DHCPValue)
        /// Removes the subnet's option.
        case nothing
    }

    /// Refuses what OVN cannot send, but for addresses of the other version: see ``check(_:for:)``. Options without a
    /// value, which an update removes, may have any name.
    static func check(_ options: [ExtraDHCPOption]) throws(NeutronError) {
        for option in options where option.value != nil {
            if option.name == disabled {
                guard ["true", "false"].contains(option.value?.lowercased()) else {
                    throw .invalidDHCPOption(option, "is neither true nor false")
                }
                continue
            }
            guard let known = DHCPOption.called(option.name, option.ipVersion) else {
                throw .invalidDHCPOption(option, nil)
            }
            do throws(DHCPOptionRefusal) { _ = try wish(option, known) } catch {
                if isOfOtherVersion(option, known) { continue }
                throw .invalidDHCPOption(option, error.reason)
            }
        }
    }

    /// Refuses addresses of the other version on a port that is asked for the option. On one without an address of the
    /// option's version they are kept, as Neutron does, and never sent.
    static func check(_ options: [ExtraDHCPOption], for port: Port) throws(NeutronError) {
        for option in options where port.fixedIPs.contains(where: { $0.ipAddress.version == option.ipVersion }) {
            guard let known = DHCPOption.called(option.name, option.ipVersion), isOfOtherVersion(option, known) else {
                continue
            }
            do throws(DHCPOptionRefusal) { _ = try wish(option, known) } catch {
                throw .invalidDHCPOption(option, error.reason)
            }
        }
    }

    private static func isOfOtherVersion(_ option: ExtraDHCPOption, _ known: DHCPOption) -> Bool {
        option.value.map(known.isOfOtherVersion) ?? false
    }

    /// Refuses options added after OVN 23.03, unless the Southbound database lists them.
    static func check(_ options: [ExtraDHCPOption], in snapshot: Snapshot) throws(NeutronError) {
        for option in options where option.value != nil {
            guard let known = DHCPOption.called(option.name, option.ipVersion), !snapshot.answers(with: known) else {
                continue
            }
            throw .invalidDHCPOption(option, nil)
        }
    }

    /// Whether OVN answers DHCP of this version on a port: not for devices of the network itself, nor if the port opts
    /// out.
    static func areAnswered(_ port: Port, _ version: IPVersion) -> Bool {
        !port.deviceOwner.hasPrefix("network:") && !port.deviceOwner.hasPrefix("neutron:")
            && !port.extraDHCPOptions.contains {
                $0.ipVersion == version && $0.name == disabled && $0.value?.lowercased() == "true"
            }
    }

    /// The options of one version in OVN's terms, without those that OVN cannot send: earlier releases accepted anything.
    static func translated(
        _ options: [ExtraDHCPOption], _ version: IPVersion, in snapshot: Snapshot
    ) -> [DHCPOption: Wish] {
        var result: [DHCPOption: Wish] = [:]
        for option in options where option.ipVersion == version {
            guard let known = DHCPOption.called(option.name, version), snapshot.answers(with: known) else { continue }
            do throws(DHCPOptionRefusal) { result[known] = try wish(option, known) } catch { continue }
        }
        return result
    }

    /// Nil for an option without a value.
    private static func wish(_ option: ExtraDHCPOption, _ known: DHCPOption) throws(DHCPOptionRefusal) -> Wish? {
        guard let text = option.value else { return nil }
        return text.isEmpty ? .nothing : .value(try known.parse(text))
    }

    /// The subnet's options overridden by the port's; routes are combined.
    static func merged(
        _ subnet: DHCPAnswer, _ wishes: [DHCPOption: Wish], of port: ID<Port>
    ) throws(NeutronError) -> DHCPAnswer {
        var result = subnet
        for (option, wish) in wishes {
            switch wish {
            case .nothing: result[option] = nil
            case .value(let value): result[option] = value
            }
        }
        if case .routes(let ours)? = subnet[.routes], case .value(.routes(let own))? = wishes[.routes] {
            let all = DHCPValue.routes(ours + own)
            guard all.encodedLength <= DHCPValue.maximumEncodedLength else {
                throw .invalidInput(
                    "the routes of port \(port) and those of its subnet are together longer than the "
                        + "\(DHCPValue.maximumEncodedLength) bytes of a DHCP option")
            }
            result[.routes] = all
        }
        return result
    }
}

extension Snapshot {
    /// Whether this OVN has an option. ovn-controller rejects a whole flow that has an unknown one.
    func answers(with option: DHCPOption) -> Bool {
        option.isInEveryRelease
            || southbound.map { $0.count(SouthboundIndexes.dhcpv6Option, option.name) > 0 } ?? false
    }
}

extension NeutronError {
    /// 400: a DHCP option that OVN does not have (`reason` is nil), or an invalid value.
    static func invalidDHCPOption(_ option: ExtraDHCPOption, _ reason: String?) -> Self {
        let name = "DHCPv\(option.ipVersion.rawValue) option \(JSON.string(option.name).shown)"
        guard let reason else { return .invalidInput("\(name) is none that the OVN here has") }
        return .invalidInput("\(name): '\(JSON.string(option.value ?? "").shown)' \(reason)")
    }
}
