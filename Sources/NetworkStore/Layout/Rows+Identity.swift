import NetAddress
import NeutronAPI
import OVNModel
import OVSDB

/// Rows have an `ID` of their own.
typealias NetworkID = ID<Network>
typealias SubnetID = ID<Subnet>
typealias PortID = ID<Port>
typealias GroupID = ID<SecurityGroup>
typealias RuleID = ID<SecurityGroupRule>
typealias AddressGroupID = ID<AddressGroup>

// Attributes read from a row without building a resource.

extension Northbound.LogicalSwitch {
    var networkID: NetworkID? { NetworkLayout.networkID(switchName: name) }
}

extension Northbound.DHCPOptions {
    var subnetID: SubnetID? { externalIDs[SubnetLayout.id].flatMap { text in text.withBytes { SubnetID(utf8: $0) } } }

    var networkID: NetworkID? {
        externalIDs[SubnetLayout.networkID].flatMap { text in text.withBytes { NetworkID(utf8: $0) } }
    }

    var portID: PortID? {
        externalIDs[PortOptionsLayout.portID].flatMap { text in text.withBytes { PortID(utf8: $0) } }
    }

    /// The network whose allocations the row counts.
    var allocationNetworkID: NetworkID? {
        externalIDs[AllocationLayout.networkID].flatMap { text in text.withBytes { NetworkID(utf8: $0) } }
    }

    /// Nil unless the row is a record.
    var recordKind: String? { isOurs ? externalIDs[RecordLayout.kind] : nil }

    var recordNumber: UInt128? {
        externalIDs[RecordLayout.id].flatMap { text in text.withBytes { NetworkID(utf8: $0) } }?.number
    }

    var prefix: IPPrefix? { IPPrefix(cidr) }
}

extension Northbound.PortGroup {
    var groupID: GroupID? {
        guard isOurs else { return nil }
        return externalIDs[SecurityGroupLayout.id].flatMap { text in text.withBytes { GroupID(utf8: $0) } }
    }
}

extension Northbound.ACL {
    /// Nil unless the row is a security group's rule.
    var ruleID: RuleID? {
        guard isOurs else { return nil }
        return externalIDs[SecurityGroupLayout.ruleID].flatMap { text in
            text.withBytes { RuleID(utf8: $0) }
        }
    }
}

extension Northbound.LogicalSwitchPort {
    /// Nil for a row that is not ours.
    var portID: PortID? { externalIDs[Layout.revision] == nil ? nil : name.withBytes { PortID(utf8: $0) } }

    /// The network of a port that is ours.
    var networkID: NetworkID? {
        guard externalIDs[Layout.revision] != nil, let name = externalIDs[PortLayout.networkName.name] else {
            return nil
        }
        return NetworkLayout.networkID(switchName: name)
    }

    /// The host that the row itself requests; empty for none.
    var requestedHost: String {
        // During a live migration, the target host follows after a comma.
        String((options[PortOptions.requestedChassis] ?? "").prefix { $0 != "," })
    }

    /// The port's addresses in the API.
    var addressesInUse: [IPAddress] { interfaceAddresses.map(\.address) }

    /// The same, each with the length of its subnet's prefix.
    var interfaceAddresses: [InterfaceAddress] {
        guard let text = externalIDs[PortLayout.cidrs.name], !text.isEmpty else { return [] }
        return text.withBytes { bytes in
            bytes.split(separator: UInt8(ascii: " ")).compactMap { item in
                let end = item.firstIndex(of: UInt8(ascii: "/")) ?? item.endIndex
                guard let address = IPAddress(utf8: UnsafeBufferPointer(rebasing: item[..<end])) else { return nil }
                let length = item[end...].dropFirst().reduce(0) { $0 &* 10 &+ Int($1 &- UInt8(ascii: "0")) }
                let width = address.version.width
                return InterfaceAddress(address, length: end == item.endIndex ? width : length)
                    ?? InterfaceAddress(address, length: width)
            }
        }
    }

    /// The port's own MAC, if the row has it.
    var macAddress: MACAddress? {
        if let mac = externalIDs[PortLayout.macAddress] { return mac }
        var found: MACAddress?
        for address in addresses {
            guard let mac = address.withBytes({ MACAddress(utf8: UnsafeBufferPointer(rebasing: $0.prefix(17))) }) else {
                continue
            }
            if found != nil { return nil }
            found = mac
        }
        return found
    }
}

extension Northbound.AddressSet {
    /// The group of a set of ours.
    var addressGroupID: AddressGroupID? {
        isOurs ? externalIDs[AddressGroupLayout.id].flatMap { AddressGroupID($0) } : nil
    }
}

extension ID {
    /// All bits: identifiers are ordered by their numbers.
    var number: UInt128 { UInt128(high) << 64 | UInt128(low) }

    init(number: UInt128) {
        self.init(high: UInt64(truncatingIfNeeded: number >> 64), low: UInt64(truncatingIfNeeded: number))
    }
}

extension String {
    /// Calls `body` with the text's bytes, which are copied only where they are not contiguous.
    func withBytes<Result>(_ body: (UnsafeBufferPointer<UInt8>) -> Result) -> Result {
        utf8.withContiguousStorageIfAvailable(body) ?? Array(utf8).withUnsafeBufferPointer(body)
    }
}
