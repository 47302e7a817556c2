import JSONCoding
import NetAddress

// The attributes of ports that are lists or objects.
extension RequestReader {
    func fixedIPs() throws(NeutronError) -> [FixedIPRequest]? {
        let requests = try value("fixed_ips") { json throws(Refusal) in
            guard case .array(let items) = json else {
                throw Refusal("Invalid data format for fixed IP: '\(json.shown)'")
            }
            guard items.count <= Self.maximumFixedIPs else {
                throw Refusal("A port has at most \(Self.maximumFixedIPs) fixed IPs, not \(items.count)")
            }
            var requests: [FixedIPRequest] = []
            for item in items {
                guard case .object(let members) = item else {
                    throw Refusal("Invalid data format for fixed IP: '\(item.shown)'")
                }
                var request = FixedIPRequest()
                if let value = members["ip_address"] {
                    let address = try value.asAddress()
                    guard !requests.contains(where: { $0.ipAddress == address }) else {
                        throw Refusal("Duplicate IP address '\(value.shown)'")
                    }
                    request.ipAddress = address
                }
                if let value = members["subnet_id"] { request.subnetID = try value.asID(Subnet.self) }
                requests.append(request)
            }
            return requests
        }
        guard requests?.contains(FixedIPRequest()) != true else {
            throw .invalidInput("IP allocation requires subnet_id or ip_address")
        }
        return requests
    }

    private static let maximumFixedIPs = 64

    /// Null is the empty list.
    func securityGroups() throws(NeutronError) -> [ID<SecurityGroup>]? {
        guard let json = member("security_groups") else { return nil }
        if json == .null { return [] }
        return try value("security_groups") { json throws(Refusal) in
            guard case .array(let items) = json else { throw Refusal("'\(json.shown)' is not a list") }
            guard items.count <= Self.maximumSecurityGroups else {
                throw Refusal("A port has at most \(Self.maximumSecurityGroups) security groups, not \(items.count)")
            }
            var groups: [ID<SecurityGroup>] = []
            for item in items {
                let group = try item.asID(SecurityGroup.self)
                guard !groups.contains(group) else {
                    throw Refusal("Duplicate items in the list: '\(item.shown)'")
                }
                groups.append(group)
            }
            return groups
        }
    }

    private static let maximumSecurityGroups = 64

    /// Null is the empty list.
    func allowedAddressPairs() throws(NeutronError) -> [AllowedAddressPair]? {
        guard let json = member("allowed_address_pairs") else { return nil }
        if json == .null { return [] }
        guard case .array(let items) = json else { throw .badRequest("Allowed address pairs must be a list.") }
        guard items.count <= Self.maximumAddressPairs else {
            throw NeutronError(
                status: 400, type: "AllowedAddressPairExhausted",
                message: "The number of allowed address pair exceeds the maximum \(Self.maximumAddressPairs).")
        }
        var pairs: [AllowedAddressPair] = []
        for item in items {
            let pair = try addressPair(item)
            guard !pairs.contains(pair) else { throw .duplicateAddressPair(pair) }
            pairs.append(pair)
        }
        return pairs
    }

    private static let maximumAddressPairs = 10

    private func addressPair(_ json: JSON) throws(NeutronError) -> AllowedAddressPair {
        guard case .object(let members) = json else {
            throw .badRequest("Invalid input for allowed_address_pairs. Reason: '\(json.shown)' is not a dictionary.")
        }
        var mac: MACAddress?
        if let value = members["mac_address"] {
            do throws(Refusal) { mac = try value.asMAC() } catch { throw .badRequest(error.reason) }
        }
        guard let value = members["ip_address"] else {
            throw NeutronError(
                status: 400, type: "AllowedAddressPairsMissingIP", message: "AllowedAddressPair must contain ip_address"
            )
        }
        let unknown = Set(members.keys).subtracting(["ip_address", "mac_address"]).sorted()
        guard unknown.isEmpty else {
            throw .badRequest("Unrecognized attribute(s) '\(unknown.listed)'")
        }
        guard case .string(let text) = value else { throw .badRequest("'\(value.shown)' is not a valid IP address") }
        let pair: AllowedAddressPair
        if text.contains("/") {
            guard let whole = InterfaceAddress(text) else {
                throw .badRequest("'\(value.shown)' is not a valid IP subnet")
            }
            guard !whole.prefix.overlaps(IPPrefix.multicast(whole.address.version)) || whole.length == 0 else {
                throw .badRequest(
                    "Subnet \(text) overlaps with multicast range \(IPPrefix.multicast(whole.address.version)), "
                        + "which is not supported.")
            }
            pair = AllowedAddressPair(address: whole.address, length: whole.length, macAddress: mac)
        } else {
            guard let address = IPAddress(text) else { throw .badRequest("'\(value.shown)' is not a valid IP address") }
            guard !IPPrefix.multicast(address.version).contains(address) else {
                throw .badRequest("IP \(text) is a multicast address, which is not supported.")
            }
            pair = AllowedAddressPair(address: address, macAddress: mac)
        }
        return pair
    }

    /// Null is the empty list. Options without a value are kept, since in an update they remove.
    func extraDHCPOptions() throws(NeutronError) -> [ExtraDHCPOption]? {
        guard let json = member("extra_dhcp_opts") else { return nil }
        if json == .null { return [] }
        guard case .array(let items) = json else { throw .invalidInput("'\(json.shown)' is not a list") }
        guard items.count <= Self.maximumDHCPOptions else {
            throw .invalidInput("A port has at most \(Self.maximumDHCPOptions) extra DHCP options, not \(items.count)")
        }
        var options: [ExtraDHCPOption] = []
        for item in items {
            guard let option = ExtraDHCPOption(item) else {
                throw .invalidInput("No valid key specs matched for: \(item.shown)")
            }
            guard !options.contains(where: { $0.name == option.name && $0.ipVersion == option.ipVersion }) else {
                throw .invalidInput("Duplicate items in the list: '\(item.shown)'")
            }
            options.append(option)
        }
        return options
    }

    /// More than OVN knows of both IP versions.
    private static let maximumDHCPOptions = 128

    /// Null is the empty text, which unbinds. OVN takes what has a comma in it for several hosts.
    func hostID() throws(NeutronError) -> String? {
        if member("binding:host_id") == .null { return "" }
        return try value("binding:host_id") { json throws(Refusal) in
            let text = try json.asText(255)
            guard text.utf8.allSatisfy({ 0x20 < $0 && $0 < 0x7f && $0 != UInt8(ascii: ",") }) else {
                throw Refusal("'\(json.shown)' is not the name of a host")
            }
            return text
        }
    }

    /// Null is the empty object.
    func profile() throws(NeutronError) -> [String: JSON]? {
        let profile: [String: JSON]? = try value("binding:profile") { json throws(Refusal) in
            if json == .null { return [:] }
            guard case .object(let members) = json else { throw Refusal("'\(json.shown)' is not a dictionary") }
            return members
        }
        guard let profile else { return nil }
        var writer = JSONWriter()
        writer.value(profile)
        guard writer.bytes.count <= Self.maximumProfile else { throw .invalidInput("binding:profile value too large") }
        return profile
    }

    /// As text, in bytes.
    private static let maximumProfile = 4_095
}

extension ExtraDHCPOption {
    /// Options that may be empty.
    private static let blankable = ["router", "classless-static-route"]

    /// Nil unless `json` has a name of 1…64 and a value of 1…255 characters, each one line, or no value, and no more than an
    /// IP version beside.
    fileprivate init?(_ json: JSON) {
        guard case .object(let members) = json,
            Set(members.keys).isSubset(of: ["opt_name", "opt_value", "ip_version"]),
            let name = members["opt_name"]?.string, let value = members["opt_value"]
        else { return nil }
        let isLine = { (text: String, maximum: Int) in
            text.unicodeScalars.count <= maximum && !text.trimmed.isEmpty
                && !text.unicodeScalars.contains(where: \.isControl)
        }
        guard isLine(name, 64) else { return nil }
        switch value {
        case .null: self.value = nil
        case .string(let text):
            guard Self.blankable.contains(name) ? text.unicodeScalars.count <= 255 : isLine(text, 255) else {
                return nil
            }
            self.value = text
        default: return nil
        }
        // All that is wrong with an option gets one message, from who asks.
        guard let number = try? (members["ip_version"] ?? .integer(4)).asInteger(),
            let version = IPVersion(rawValue: number)
        else { return nil }
        self.name = name
        self.ipVersion = version
    }
}
