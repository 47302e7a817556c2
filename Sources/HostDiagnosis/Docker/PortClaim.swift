package import NeutronAPI

/// A port that the API says is on this host, of which nothing is here and which another host's plugin made.
///
/// It was moved here by somebody who may write `binding:host_id`. Its container may well run: nothing is given back.
package struct PortClaim: Hashable, Sendable {
    package let port: Port
    /// The host that made it.
    package let origin: String

    /// A sentence for the operator.
    package var detail: String {
        "the API says that port \(port.id) is on this host, and host \(origin) made it for a container there: "
            + "set binding:host_id back, or run 'ovn-container endpoint-delete \(port.id)'"
    }
}
