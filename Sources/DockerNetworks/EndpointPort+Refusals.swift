import HostAttachment
import HostEndpoints
import HostSetup
import NetAddress
import NeutronAPI
import NeutronClient

/// What is in use already: made free where nobody needs it any more, or else refused with the name of who has it.
extension EndpointPort {
    /// A port with the MAC address is there: made by an earlier try, whose answer was lost, kept for this endpoint, or somebody else's.
    func find(_ request: Request, after error: NeutronClientError) async throws -> Port {
        guard let found = try await ports(request.network, ("mac_address", "\(request.mac)")).first else { throw error }
        if found.deviceOwner == DeviceOwner.reserved, request.options.isSticky,
            request.address == nil || found.fixedIPs.contains(where: { $0.ipAddress == request.address })
        {
            return try await adopt(found, request)
        }
        guard DeviceOwner.isDockers(found), try await isOurs(found),
            host.attachment.attachment(portID: "\(found.id)") == nil
        else { throw refusal("MAC address \(request.mac)", found) }
        return try await add(request, to: found)
    }

    /// Takes away what an endpoint of this host that is gone has left behind of an address that is asked for.
    ///
    /// - Returns: the port that keeps the address for whoever asks for it, where one does.
    /// - Throws: `refused` naming who has the address, or which subnet is full; `error` where it says something else.
    func makeRoom(for request: Request, after error: NeutronClientError) async throws -> Port? {
        guard error.cause?.type == "IpAddressAlreadyAllocated", let address = request.address else {
            throw try await host.explain(error, network: request.network, subnets: [request.subnet])
        }
        guard let holder = try await holder(of: address, in: request.network) else { return nil }
        if holder.deviceOwner == DeviceOwner.reserved, request.options.isSticky { return holder }
        guard try await isLeftBehind(holder) else { throw refusal("address \(address)", holder) }
        try await host.attachment.detach(portID: "\(holder.id)", within: host.remaining)
        try await release(holder.id, isSticky: false)
        return nil
    }

    /// Whether a port is of an endpoint of this host that is gone.
    private func isLeftBehind(_ port: Port) async throws -> Bool {
        guard DeviceOwner.isDockers(port), try await isOurs(port) else { return false }
        let id = "\(port.id)"
        guard host.attachment.attachment(portID: id) != nil else { return true }
        return try await host.attachment.handedOver().contains { $0.attachment.portID == id && $0.end == .gone }
    }

    func holder(of address: IPAddress, in network: ID<Network>) async throws -> Port? {
        try await ports(network, ("fixed_ips", "ip_address=\(address)")).first
    }

    /// `what` is as in `address 10.1.0.5`.
    func refusal(_ what: String, _ holder: Port?) -> HostError {
        guard let holder else { return HostError(.refused, "\(what) is in use") }
        if holder.deviceOwner == DeviceOwner.auxiliary {
            let addresses = holder.fixedIPs.map { "\(holder.name)=\($0.ipAddress)" }.joined(separator: " ")
            return HostError(.refused, "\(what) is reserved (--aux-address \(addresses))")
        }
        if holder.deviceOwner == DeviceOwner.reserved {
            let container = holder.name.isEmpty ? "another container" : "container \(holder.name)"
            return HostError(
                .refused,
                "\(what) is reserved for \(container): take it over with -o sticky=1, "
                    + "or run 'ovn-container endpoint-delete \(holder.id)'")
        }
        let place = holder.binding.hostID.isEmpty ? "" : " on host \(holder.binding.hostID)"
        let user = holder.name.isEmpty ? "another endpoint" : "endpoint \(holder.name)"
        return HostError(.refused, "\(what) is in use by \(user)\(place) (port \(holder.id))")
    }
}
