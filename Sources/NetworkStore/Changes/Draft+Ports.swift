import IPAM
import JSONCoding
import NetAddress
import NeutronAPI
import OVSDB

// Rules for a port among the others of its network.
extension Draft {
    /// The requested MAC, or a new one.
    func newMAC(_ requested: MACAddress?, on network: ID<Network>, in snapshot: Snapshot) throws(NeutronError)
        -> MACAddress
    {
        if let requested {
            guard !snapshot.isTaken(requested, on: network) else { throw .macAddressInUse(requested, network: network) }
            return requested
        }
        var generator = SystemRandomNumberGenerator()
        guard
            let mac = configuration.macGenerator.next(using: &generator, isTaken: { snapshot.isTaken($0, on: network) })
        else { throw .networkMACAddressGenerationFailure(network) }
        return mac
    }

    /// The profile of an update. Parent and tag of a trunk's subport, which only the trunk can change, are kept if left
    /// out.
    mutating func takeProfile(of update: PortUpdate, from old: Port) throws -> [String: JSON] {
        let present = old.binding.profile
        guard var profile = update.profile, profile != present else { return present }
        guard let trunk = old.subportOf else { return try takeTag(profile, for: old.id, instead: present) }
        for key in [BindingProfile.parentName, BindingProfile.tag] {
            guard profile[key] == nil || profile[key] == present[key] else {
                throw NeutronError.portInUseAsSubPort(old.id, trunk: trunk)
            }
            profile[key] = present[key]
        }
        return profile
    }

    /// The MAC and the addresses of an update.
    func takeAddresses(of update: PortUpdate, into port: inout Port, in snapshot: Snapshot) throws(NeutronError) {
        let old = port
        let new = update.regeneratesMAC ? try newMAC(nil, on: port.networkID, in: snapshot) : update.macAddress
        if let mac = new, mac != old.macAddress {
            if old.binding.vifType == VIFType.ovs {
                throw .portBound(old.id, vifType: old.binding.vifType, old: old.macAddress, new: mac)
            }
            if port.isTrusted {
                throw .unsupportedPortDeviceOwner("mac address update", owner: port.deviceOwner, port: old.id)
            }
            port.macAddress = try newMAC(mac, on: port.networkID, in: snapshot)
            // Pairs without a MAC of their own were given the port's.
            for index in port.allowedAddressPairs.indices
            where port.allowedAddressPairs[index].macAddress == old.macAddress {
                port.allowedAddressPairs[index].macAddress = mac
            }
        }
        guard update.fixedIPs != nil || port.macAddress != old.macAddress else { return }
        let subnets = snapshot.subnets(of: port.networkID)
        let kept = keptAddresses(update.fixedIPs, of: old, mac: port.macAddress, subnets)
        var allocation = AddressAllocation(
            snapshot, port.networkID, subnets: subnets, deviceOwner: port.deviceOwner, mac: port.macAddress,
            kept: kept.kept,
            released: old.fixedIPs.filter { !kept.kept.contains($0) })
        try allocation.take(kept.wanted)
        try allocation.takeAutoAddresses()
        port.fixedIPs = inPlace(allocation.fixedIPs, of: old.fixedIPs)
    }

    /// Which of a port's addresses stay, and which it needs besides, for a requested list (nil: the same).
    private func keptAddresses(
        _ requests: [FixedIPRequest]?, of old: Port, mac: MACAddress, _ subnets: [Subnet]
    ) -> (kept: [FixedIP], wanted: [FixedIPRequest]) {
        /// A SLAAC address stays only while the MAC does.
        let auto = Set(subnets.lazy.filter { subnet in subnet.isAutoAddress }.map(\.id))
        var candidates = old.fixedIPs.filter { mac == old.macAddress || !auto.contains($0.subnetID) }
        guard let requests else { return (candidates, []) }
        var kept: [FixedIP] = []
        var wanted: [FixedIPRequest] = []
        for request in requests where request.ipAddress != nil {
            if let index = candidates.firstIndex(where: {
                $0.ipAddress == request.ipAddress && (request.subnetID == nil || request.subnetID == $0.subnetID)
            }) {
                kept.append(candidates.remove(at: index))
            } else {
                wanted.append(request)
            }
        }
        for request in requests where request.ipAddress == nil {
            if let index = candidates.firstIndex(where: { $0.subnetID == request.subnetID }) {
                kept.append(candidates.remove(at: index))
            } else {
                wanted.append(request)
            }
        }
        // SLAAC addresses are kept in any case.
        kept += candidates.filter {
            auto.contains($0.subnetID) && !DeviceOwner.routerInterfacesAndSNAT.contains(old.deviceOwner)
        }
        return (kept, wanted)
    }

    /// The same addresses, the port's previous ones first and in their order.
    private func inPlace(_ addresses: [FixedIP], of old: [FixedIP]) -> [FixedIP] {
        let new = Set(addresses)
        let before = Set(old)
        return old.filter(new.contains) + addresses.filter { !before.contains($0) }
    }
}

extension Port {
    mutating func takeSimpleAttributes(of update: PortUpdate) {
        if let name = update.name { self.name = name }
        if let description = update.description { standard.description = description }
        if let adminStateUp = update.adminStateUp { self.adminStateUp = adminStateUp }
        if let deviceID = update.deviceID { self.deviceID = deviceID }
        if let deviceOwner = update.deviceOwner { self.deviceOwner = deviceOwner }
        if let name = update.dnsName { names?.name = name }
        if let domain = update.dnsDomain { names?.domain = domain }
        for option in update.extraDHCPOptions ?? [] {
            let place = extraDHCPOptions.firstIndex { $0.name == option.name && $0.ipVersion == option.ipVersion }
            switch (place, option.value) {
            case (let place?, nil): extraDHCPOptions.remove(at: place)
            case (let place?, let value?): extraDHCPOptions[place].value = value
            case (nil, nil): break
            case (nil, _): extraDHCPOptions.append(option)
            }
        }
    }

    /// Port security, and the address pairs, which require it.
    mutating func takeSecurity(of update: PortUpdate, from old: Port) throws(NeutronError) {
        if let enabled = update.portSecurityEnabled { portSecurityEnabled = enabled }
        if let pairs = update.allowedAddressPairs {
            try setAllowedAddressPairs(pairs)
        } else if !portSecurityEnabled, !allowedAddressPairs.isEmpty {
            throw .addressPairAndPortSecurityRequired
        }
    }

    /// Pairs without a MAC get the port's own.
    mutating func setAllowedAddressPairs(_ pairs: [AllowedAddressPair]) throws(NeutronError) {
        if !pairs.isEmpty, !portSecurityEnabled { throw .addressPairAndPortSecurityRequired }
        var seen: Set<AllowedAddressPair> = []
        allowedAddressPairs = []
        for var pair in pairs {
            pair.macAddress = pair.macAddress ?? macAddress
            guard seen.insert(pair).inserted else { throw .duplicateAddressPair(pair) }
            allowedAddressPairs.append(pair)
        }
    }

    /// A profile has both a parent and a tag, or neither.
    static func check(_ profile: [String: JSON]) throws(NeutronError) {
        let parent = profile[BindingProfile.parentName]
        let tag = profile[BindingProfile.tag]
        guard parent != nil || tag != nil else { return }
        guard let parent, let tag else {
            throw .invalidInput("Invalid binding:profile. parent_name and tag are all required")
        }
        guard parent.string != nil else {
            throw .invalidInput("Invalid binding:profile. parent_name \(parent.shown) value invalid type")
        }
        guard case .integer(let number) = tag else {
            throw .invalidInput("Invalid binding:profile. tag \(tag.shown) value invalid type")
        }
        guard 0...4_095 ~= number else {
            throw .invalidInput(
                "Invalid binding:profile. tag \"\(number)\" must be an integer between 0 and 4095, inclusive")
        }
    }
}

extension Snapshot {
    /// The binding of a port to a requested host: by the host's ovn-controller, if it has one. A subport
    /// is bound where its parent is, regardless of its request.
    func binding(_ requested: String, _ vnicType: VNICType, _ profile: [String: JSON]) -> PortBinding {
        let parent = profile[BindingProfile.parentName]?.string.flatMap { ID<Port>($0) }
        let host = parent.map { logicalSwitchPort($0).map(host(of:)) ?? "" } ?? requested
        var binding = PortBinding(hostID: host, vnicType: vnicType, profile: profile)
        guard !host.isEmpty else { return binding }
        let bound = hasChassis(host)
        binding.vifType = bound ? VIFType.ovs : VIFType.bindingFailed
        if bound { binding.vifDetails = VIFType.ovsDetails }
        return binding
    }
}

extension NeutronError {
    /// 409: a port's identity cannot change while it is attached.
    static func portInUse(_ port: ID<Port>, network: ID<Network>, device: String) -> Self {
        Self(
            status: 409, type: "PortInUse",
            message: "Unable to complete operation on port \(port) for network \(network). "
                + "Port already has an attached device \(device).")
    }
}
