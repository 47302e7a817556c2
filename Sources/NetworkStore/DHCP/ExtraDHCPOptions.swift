import DHCPOptions
import JSONCoding
import NetAddress
import NeutronAPI
import OVSDB

/// Understands a port's `extra_dhcp_opts`: names and numbers as Neutron has them, values by the type of OVN's option.
enum ExtraDHCPOptions {
    /// The option by which a port asks for no answer at all.
    private static let disabled = "dhcp_disabled"

    /// What a port says of one option.
    enum Wish: Hashable {
        case value(DHCPValue)
        /// Without the one that the subnet has.
        case nothing
    }

    /// Refuses what OVN could not answer with. Options without a value, which an update removes, may have any name.
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
                throw .invalidDHCPOption(option, error.reason)
            }
        }
    }

    /// Refuses options that came into OVN after 23.03, unless Southbound says that the OVN here has them.
    static func check(_ options: [ExtraDHCPOption], in snapshot: Snapshot) throws(NeutronError) {
        for option in options where option.value != nil {
            guard let known = DHCPOption.called(option.name, option.ipVersion), !snapshot.answers(with: known) else {
                continue
            }
            throw .invalidDHCPOption(option, nil)
        }
    }

    /// Whether OVN is to answer DHCP of this version on a port: not to devices of the network itself, nor where the port says so.
    static func areAnswered(_ port: Port, _ version: IPVersion) -> Bool {
        !port.deviceOwner.hasPrefix("network:") && !port.deviceOwner.hasPrefix("neutron:")
            && !port.extraDHCPOptions.contains {
                $0.ipVersion == version && $0.name == disabled && $0.value?.lowercased() == "true"
            }
    }

    /// The options of one version in OVN's terms. What ``check(_:)`` would refuse is left out: releases before it took anything.
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

    /// An option without a value says nothing.
    private static func wish(_ option: ExtraDHCPOption, _ known: DHCPOption) throws(DHCPOptionRefusal) -> Wish? {
        guard let text = option.value else { return nil }
        return text.isEmpty ? .nothing : .value(try known.parse(text))
    }

    /// The subnet's options with those of a port over them: routes of both count.
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
    /// Whether the OVN here has an option. ovn-controller takes nothing of a flow that has one it does not know.
    func answers(with option: DHCPOption) -> Bool {
        option.isInEveryRelease
            || southbound.map { $0.count(SouthboundIndexes.dhcpv6Option, option.name) > 0 } ?? false
    }
}

extension NeutronError {
    /// 400: a DHCP option that OVN does not have (`reason` is nil), or a value that is none of it.
    static func invalidDHCPOption(_ option: ExtraDHCPOption, _ reason: String?) -> Self {
        let name = "DHCPv\(option.ipVersion.rawValue) option \(JSON.string(option.name).shown)"
        guard let reason else { return .invalidInput("\(name) is none that the OVN here has") }
        return .invalidInput("\(name): '\(JSON.string(option.value ?? "").shown)' \(reason)")
    }
}
