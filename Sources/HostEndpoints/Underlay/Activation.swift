import Deadlines
package import HostSetup
package import NeutronAPI
import NeutronClient

/// Waits until the cloud says that it delivers to endpoints.
///
/// In the overlay mode ovn-controller of this host tells when it has installed an endpoint. Here that is the hypervisor's, whose
/// word arrives as the port's status. The API has no way to be told, so it is asked again and again, less and less often.
package struct Activation: Sendable {
    package let host: ContainerHost

    package init(host: ContainerHost) { self.host = host }

    package func wait(for ports: [Port]) async throws {
        var pause = Duration.milliseconds(50)
        while true {
            let found = try await host.ports(Set(ports.map(\.id)))
            let waiting = ports.filter { found[$0.id]?.status != .active }
            if waiting.isEmpty { return }
            if let gone = waiting.first(where: { found[$0.id] == nil }) {
                throw HostError(.refused, "endpoint \(gone.shownName) was deleted meanwhile")
            }
            guard host.remaining > pause else { throw try await refusal(waiting) }
            try await Task.sleep(for: pause)
            pause = min(pause * 3 / 2, .milliseconds(500))
        }
    }

    private func refusal(_ waiting: [Port]) async throws -> HostError {
        let names = waiting.map(\.shownName).joined(separator: ", ")
        var reason = "the hypervisor has not taken it up"
        if let id = host.settings.vif, let vif = try await host.api.find(id, within: .seconds(2)), vif.status != .active
        {
            reason = "this machine's own port \(id) is \(vif.status.rawValue) too; is it the port of this machine?"
        }
        return HostError(
            .refused, "endpoint \(names) was not ACTIVE within \(host.deadline.limit.inSeconds): \(reason)")
    }
}
