import NetAddress

// What a rule alone is refused for, and the form in which it is kept.
extension SecurityGroupRule {
    /// The rule as it is kept and shown: ICMP of IPv6 has its own name, all ports are no ports.
    ///
    /// Ports of DCCP and UDP-Lite, which Neutron accepts, are refused: OVN cannot match them, and would allow every port.
    package func canonical() throws(NeutronError) -> Self {
        var rule = self
        if etherType == .ipv6, ipProtocol?.number == IPProtocol.icmp || ipProtocol?.text == "icmpv6" {
            rule.ipProtocol = IPProtocol(ipProtocol?.text == "1" ? "58" : "ipv6-icmp")
        }
        if portRangeMin == 1, portRangeMax == 65_535 { (rule.portRangeMin, rule.portRangeMax) = (nil, nil) }
        try rule.checkPorts()
        if let prefix = remoteIPPrefix, (prefix.address.version == .v4) != (etherType == .ipv4) {
            throw .invalidRule(
                "SecurityGroupRuleParameterConflict",
                "Conflicting value ethertype \(etherType.rawValue) for CIDR \(prefix)")
        }
        if etherType == .ipv4, let name = rule.ipProtocol, IPProtocol.ofIPv6.contains(name.number) {
            throw .invalidRule(
                "SecurityGroupEthertypeConflictWithProtocol",
                "Invalid ethertype IPv4 for protocol \(name.text).")
        }
        let remotes = [remoteIPPrefix != nil, remoteGroupID != nil, remoteAddressGroupID != nil]
        guard remotes.count(where: \.self) < 2 else {
            throw .invalidRule(
                "SecurityGroupMultipleRemoteEntites",
                "Only one of remote_ip_prefix or remote_group_id or remote_address_group_id may be provided.")
        }
        return rule
    }

    private func checkPorts() throws(NeutronError) {
        guard portRangeMin != nil || portRangeMax != nil else { return }
        guard let ipProtocol else {
            throw .invalidRule(
                "SecurityGroupProtocolRequiredWithPorts", "Must also specify protocol if port range is given.")
        }
        switch ipProtocol.number {
        case IPProtocol.tcp, IPProtocol.udp, IPProtocol.sctp:
            guard portRangeMin != 0, portRangeMax != 0 else {
                throw .invalidRule("SecurityGroupInvalidPortValue", "Invalid value for port 0")
            }
            guard let portRangeMin, let portRangeMax, portRangeMin <= portRangeMax else {
                throw .invalidRule(
                    "SecurityGroupInvalidPortRange",
                    "For TCP/UDP protocols, port_range_min must be <= port_range_max")
            }
        case IPProtocol.icmp, IPProtocol.icmp6:
            for (value, field, name) in [
                (portRangeMin, "type", "port_range_min"), (portRangeMax, "code", "port_range_max"),
            ] {
                guard let value, value > 255 else { continue }
                throw .invalidRule(
                    "SecurityGroupInvalidIcmpValue",
                    "Invalid value for ICMP \(field) (\(name)) \(value). It must be 0 to 255.")
            }
            if portRangeMin == nil, let portRangeMax {
                throw .invalidRule(
                    "SecurityGroupMissingIcmpType",
                    "ICMP code (port-range-max) \(portRangeMax) is provided but ICMP type (port-range-min) is missing.")
            }
        default:
            throw .invalidRule(
                "SecurityGroupInvalidProtocolForPort",
                "Ports cannot be specified for protocol \(ipProtocol.number). "
                    + "Ports are only supported for SCTP, TCP, UDP.")
        }
    }

    /// Whether the two allow the same packets, whatever they are called.
    package func allowsSame(as other: Self) -> Bool {
        func prefix(_ rule: Self) -> InterfaceAddress? { rule.remoteIPPrefix.flatMap { $0.length == 0 ? nil : $0 } }
        return direction == other.direction && etherType == other.etherType
            && ipProtocol?.number == other.ipProtocol?.number
            && portRangeMin == other.portRangeMin && portRangeMax == other.portRangeMax
            && remoteGroupID == other.remoteGroupID && remoteAddressGroupID == other.remoteAddressGroupID
            && prefix(self) == prefix(other)
    }
}

extension NeutronError {
    fileprivate static func invalidRule(_ type: String, _ message: String) -> Self {
        Self(status: 400, type: type, message: message)
    }

    /// 409: the group has a rule that allows the same.
    package static func securityGroupRuleExists(_ id: ID<SecurityGroupRule>) -> Self {
        Self(
            status: 409, type: "SecurityGroupRuleExists",
            message: "Security group rule already exists. Rule id is \(id).")
    }
}
