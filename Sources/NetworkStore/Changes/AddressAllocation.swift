import IPAM
import NetAddress
import NeutronAPI

/// Chooses the addresses of one port by Neutron's rules, on a snapshot.
struct AddressAllocation {
    private let snapshot: Snapshot
    private let network: ID<Network>
    /// Those for ports of the owner, in the order in which they are tried: first those that are for no others.
    private let subnets: [Subnet]
    /// Whether the network has subnets, all of them for ports of other owners.
    private let isUnserved: Bool
    private let deviceOwner: String
    private let mac: MACAddress
    /// Addresses of the snapshot that belong to the port itself, kept or released.
    private let own: Set<IPAddress>
    /// The addresses chosen so far, in the port's order.
    private(set) var fixedIPs: [FixedIP]

    /// Of its present addresses the port keeps `kept` and releases `released`, which count as free.
    init(
        _ snapshot: Snapshot, _ network: ID<Network>, subnets: [Subnet], deviceOwner: String, mac: MACAddress,
        kept: [FixedIP] = [], released: [FixedIP] = []
    ) {
        self.snapshot = snapshot
        self.network = network
        let serving = subnets.filter { $0.serves(deviceOwner) }
        self.subnets = serving.filter { !$0.serviceTypes.isEmpty } + serving.filter(\.serviceTypes.isEmpty)
        isUnserved = serving.isEmpty && !subnets.isEmpty
        self.deviceOwner = deviceOwner
        self.mac = mac
        own = Set(released.map(\.ipAddress))
        fixedIPs = kept
    }

    /// The addresses of a port that requests none in particular: one IPv4, one IPv6.
    mutating func takeDefaults() throws(NeutronError) {
        if isUnserved { throw .noSubnetForService(deviceOwner, network: network) }
        for version in IPVersion.allCases {
            let candidates = subnets.filter { $0.ipVersion == version && !$0.isAutoAddress }
            if !candidates.isEmpty { fixedIPs.append(try anyAddress(of: candidates)) }
        }
    }

    /// The addresses that a port requests.
    mutating func take(_ requests: [FixedIPRequest]) throws(NeutronError) {
        var chosen: [FixedIP?] = []
        var pending: [(place: Int, subnet: Subnet)] = []
        for request in requests {
            let subnet = try subnet(for: request)
            if let address = request.ipAddress {
                try check(address, of: subnet)
                let fixed = FixedIP(subnetID: subnet.id, ipAddress: address)
                chosen.append(fixed)
                fixedIPs.append(fixed)
            } else if !subnet.isAutoAddress || isRouterInterface {
                pending.append((chosen.count, subnet))
                chosen.append(nil)
            }
        }
        // Requests for a specific address come first: it could be allocated to another otherwise.
        let before = fixedIPs.count - chosen.count { $0 != nil }
        for (place, subnet) in pending {
            let fixed = try anyAddress(of: [subnet])
            chosen[place] = fixed
            fixedIPs.append(fixed)
        }
        fixedIPs.replaceSubrange(before..., with: chosen.compactMap(\.self))
    }

    /// The SLAAC addresses, one of every auto-addressed subnet; a router has none.
    mutating func takeAutoAddresses() throws(NeutronError) {
        guard !isRouterInterface else { return }
        for subnet in subnets where subnet.isAutoAddress && !fixedIPs.contains(where: { $0.subnetID == subnet.id }) {
            let address = subnet.autoAddress(of: mac)
            guard !isTaken(address) else { throw .ipAddressAlreadyAllocated(address, subnet: subnet.id) }
            fixedIPs.append(FixedIP(subnetID: subnet.id, ipAddress: address))
        }
    }

    private var isRouterInterface: Bool { DeviceOwner.routerInterfacesAndSNAT.contains(deviceOwner) }

    private func isTaken(_ address: IPAddress) -> Bool {
        fixedIPs.contains { $0.ipAddress == address }
            || !own.contains(address) && snapshot.isTaken(address, on: network)
    }

    private func subnet(for request: FixedIPRequest) throws(NeutronError) -> Subnet {
        if isUnserved { throw .noSubnetForService(deviceOwner, network: network) }
        guard !subnets.isEmpty else { throw .allocationNeedsSubnets }
        let isRouter = DeviceOwner.routers.contains(deviceOwner)
        if let id = request.subnetID {
            guard let subnet = subnets.first(where: { $0.id == id }) else {
                if snapshot.dhcpOptions(id) == nil { throw .subnetNotFound(id) }
                throw .subnetOfAnotherNetwork(id, network: network)
            }
            if let address = request.ipAddress, !subnet.cidr.admits(address, router: isRouter) {
                throw .invalidIPForSubnet(address)
            }
            return subnet
        }
        guard let address = request.ipAddress else {
            throw .invalidInput("IP allocation requires subnet_id or ip_address")
        }
        guard let subnet = subnets.first(where: { $0.cidr.admits(address, router: isRouter) }) else {
            throw .invalidIPForNetwork(address)
        }
        return subnet
    }

    private func check(_ address: IPAddress, of subnet: Subnet) throws(NeutronError) {
        if subnet.isAutoAddress, !DeviceOwner.routerInterfaces.contains(deviceOwner),
            address != subnet.autoAddress(of: mac)
        {
            throw .allocationOnAutoAddressSubnet(address, subnet: subnet.id)
        }
        if isTaken(address) { throw .ipAddressAlreadyAllocated(address, subnet: subnet.id) }
    }

    /// A free address of the first subnet that has one.
    private func anyAddress(of candidates: [Subnet]) throws(NeutronError) -> FixedIP {
        var generator = SystemRandomNumberGenerator()
        for subnet in candidates {
            let search = AddressSearch(
                pools: subnet.allocationPools, isTaken: isTaken,
                takenCount: { snapshot.takenCount(of: $0, on: network) })
            // The network's own devices get the lowest addresses, where operators expect them.
            let isFirst = deviceOwner == DeviceOwner.dhcp || deviceOwner == DeviceOwner.distributed
            if let address = isFirst ? search.lowest() : search.random(using: &generator) {
                return FixedIP(subnetID: subnet.id, ipAddress: address)
            }
        }
        throw .ipAddressGenerationFailure(network)
    }
}
