import CLinux
package import NetAddress

/// A policy routing rule as the kernel lists it (`RTM_NEWRULE`, ip-rule(8)), complete enough to be added again for
/// another interface.
package struct PolicyRule: Hashable, Sendable {
    package var version: IPVersion
    /// `struct fib_rule_hdr` behind the family: lengths, type of service, table, action, and the operator's flags.
    var header: [UInt8]
    /// Matches packets received by this interface only.
    package var incoming: String?
    /// Matches packets of sockets bound to this interface only.
    package var outgoing: String?
    /// Priority, addresses, marks and the rest, as received.
    var attributes: [Attribute]

    /// Reads a message of type `RTM_NEWRULE`. Nil for families other than IPv4 and IPv6.
    package init?(_ message: Message) throws(NetlinkError) {
        var reader = ByteReader(message.payload)
        guard let version = IPVersion(family: try reader.take()) else { return nil }
        self.version = version
        header = Array(try reader.take(7))
        let flags = try reader.take(UInt32.self)
        // The kernel adds flags for missing interfaces and targets.
        header.append(integer: flags & UInt32(FIB_RULE_PERMANENT | FIB_RULE_INVERT))
        attributes = []
        for attribute in try Attribute.all(in: reader.rest) {
            switch Int(attribute.type) {
            case Int(FRA_IIFNAME): incoming = attribute.text
            case Int(FRA_OIFNAME): outgoing = attribute.text
            case Int(FRA_PAD): break
            default: attributes.append(attribute)
            }
        }
    }

    /// Lower priorities are evaluated first.
    package var priority: UInt32 {
        // The kernel lists rules without a priority of 0, which the rule for table `local` has.
        attributes.lazy.filter { Int($0.type) == Int(FRA_PRIORITY) && $0.value.count == 4 }
            .compactMap { $0.value.withUnsafeBytes { $0.loadUnaligned(as: UInt32.self) } }.first ?? 0
    }

    /// The message's body.
    package var payload: [UInt8] {
        var writer = AttributeWriter(header: [version.family] + header)
        if let incoming { writer.put(Int(FRA_IIFNAME), text: incoming) }
        if let outgoing { writer.put(Int(FRA_OIFNAME), text: outgoing) }
        for attribute in attributes { writer.put(Int(attribute.type), bytes: attribute.value) }
        return writer.bytes
    }
}

extension PolicyRule: CustomStringConvertible {
    package var description: String {
        "rule \(priority)" + (incoming.map { " iif \($0)" } ?? "") + (outgoing.map { " oif \($0)" } ?? "")
    }
}

extension NetlinkRequest {
    /// Adds a rule behind those of its priority; succeeds if it is there.
    package static func ensureRule(_ rule: PolicyRule) -> NetlinkRequest {
        NetlinkRequest(
            "add \(rule)", type: RTM_NEWRULE, flags: NLM_F_CREATE | NLM_F_EXCL, payload: rule.payload,
            tolerated: [.exists])
    }

    /// Removes a rule; succeeds if there is none.
    package static func removeRule(_ rule: PolicyRule) -> NetlinkRequest {
        NetlinkRequest("remove \(rule)", type: RTM_DELRULE, payload: rule.payload, tolerated: [.noEntry])
    }

    /// All rules of a version, in order of evaluation. A kernel without policy routing has none.
    package static func listRules(_ version: IPVersion) -> NetlinkRequest {
        NetlinkRequest(
            "list rules", type: RTM_GETRULE, flags: dumpFlags,
            payload: [version.family] + Array(repeating: 0, count: 11), tolerated: [.notSupported])
    }
}
