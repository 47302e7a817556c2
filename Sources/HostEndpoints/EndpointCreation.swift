import Deadlines
package import HostSetup
package import NeutronAPI
import NeutronClient

/// Makes an endpoint: its port, and where this machine's port is to carry it, its VLAN.
package struct EndpointCreation: Sendable {
    package let host: ContainerHost

    package init(host: ContainerHost) {
        self.host = host
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

    /// Finishes an endpoint whose making was cut short: nobody carries it. One that another machine carries stays there until a
    /// container here wants it.
    package func finish(_ port: Port) async throws {
        guard let carrying = Carrying(host), port.deviceID.isEmpty,
            port.binding.profile["parent_name"] == nil, try await carrying.trunk(carrying: port) == nil
        else { return }
        _ = try await carrying.ensure(port)
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
