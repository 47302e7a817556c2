import Deadlines
package import HostSetup
package import NetAddress
package import NeutronAPI
import NeutronClient

/// Makes an endpoint: its port, and where this machine's port is to carry it, its VLAN.
package struct EndpointCreation: Sendable {
    package let host: ContainerHost

    package init(host: ContainerHost) {
        self.host = host
    }

    /// The endpoint of this name in a network: made where there is none, finished where its making was cut short. Without a name it is
    /// always another. Addresses that are not given are the API's to choose.
    ///
    /// - Throws: `refused` where the name stands for an endpoint of another shape.
    package func ensure(
        named name: String, in network: ID<Network>, addresses: [IPAddress] = [], mac: MACAddress? = nil,
        groups: [ID<SecurityGroup>]? = nil
    ) async throws -> Port {
        if !name.isEmpty {
            let existing: [Port] = try await host.api.list(
                where: [("name", name), ("network_id", "\(network)")], within: host.remaining)
            if let port = existing.first {
                try Self.refuseOther(existing, addresses, mac, groups)
                host.progress("endpoint \(name) exists")
                try await finish(port)
                return port
            }
        }
        host.progress("creating endpoint \(name)")
        return try await create(
            PortCreate(
                projectID: host.project, networkID: network, name: name, macAddress: mac,
                fixedIPs: addresses.isEmpty ? nil : addresses.map { FixedIPRequest(ipAddress: $0) },
                deviceOwner: DeviceOwner.networkContainer, securityGroups: groups))
    }

    /// Nothing is left of one that could not be carried, or the error says what is. A full network is named, with what is in use of it.
    package func create(_ request: PortCreate) async throws -> Port {
        let port: Port
        do { port = try await host.api.create(request, as: "endpoint", within: host.remaining) } catch {
            throw try await host.explain(
                error, network: request.networkID, subnets: request.fixedIPs?.compactMap(\.subnetID) ?? [])
        }
        guard let carrying = Carrying(host) else { return port }
        do {
            _ = try await carrying.ensure(port)
            try host.hooks.afterCarrying()
            return port
        } catch {
            try await undo(port, after: error)
        }
    }

    /// Finishes an endpoint whose making was cut short: it is not carried. One that another machine carries stays there until a
    /// container here wants it.
    private func finish(_ port: Port) async throws {
        guard let carrying = Carrying(host), port.deviceID.isEmpty,
            port.binding.profile["parent_name"] == nil, try await carrying.trunk(carrying: port) == nil
        else { return }
        _ = try await carrying.ensure(port)
    }

    /// Refuses a name that stands for an endpoint of another shape.
    private static func refuseOther(
        _ existing: [Port], _ wanted: [IPAddress], _ mac: MACAddress?, _ groups: [ID<SecurityGroup>]?
    ) throws(HostError) {
        guard let port = existing.first else { return }
        let name = port.shownName
        guard existing.count == 1 else {
            throw HostError(
                .refused, "\(existing.count) endpoints have the name \"\(name)\" already: choose another")
        }
        let addresses = port.fixedIPs.map(\.ipAddress)
        guard wanted.allSatisfy(addresses.contains) else {
            throw HostError(
                .refused,
                "endpoint \(name) exists and is another (\(port.id)): it has the address "
                    + addresses.map(\.description).joined(separator: ", "))
        }
        if let mac, mac != port.macAddress {
            throw HostError(
                .refused,
                "endpoint \(name) exists and is another (\(port.id)): it has the MAC address \(port.macAddress)")
        }
        if let groups, Set(groups) != Set(port.securityGroups) {
            let has = port.securityGroups.map(\.description).joined(separator: ", ")
            throw HostError(
                .refused,
                "endpoint \(name) exists and is another (\(port.id)): it has "
                    + (has.isEmpty ? "no security groups" : "the security groups \(has)"))
        }
    }

    private func undo(_ port: Port, after error: any Error) async throws -> Never {
        let host = host
        let failures = await Undo.perform { undo in
            let patient = host.within(undo.deadline.limit)
            await undo.attempt {
                try await Carrying(patient)?.release(port)
                try await patient.api.remove(port.id, as: "endpoint", within: patient.remaining)
            }
        }
        let cause = HostError(error)
        guard let failure = failures.first else { throw cause }
        let advice =
            port.name.isEmpty
            ? "run 'ovn-container endpoint-delete \(port.id)'"
            : "repeat the command, or run 'ovn-container endpoint-delete \(port.id)'"
        throw HostError(
            cause.code, "\(cause.message); the endpoint \(port.id) is left (\(failure)): \(advice)")
    }
}
