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

/// Which host's engine a port was made for, as its description says.
enum PortOrigin {
    private static let words = "made by ovn-docker-plugin on "

    static func description(_ hostID: String) -> String { words + hostID }

    /// Nil where the port does not tell, as one that was made by an older version, or that a user has described.
    static func host(_ port: Port) -> String? {
        let text = port.standard.description
        return text.hasPrefix(words) ? String(text.dropFirst(words.count)) : nil
    }

    /// Whether a port may have been made here.
    static func mayBe(_ hostID: String, _ port: Port) -> Bool { host(port).map { $0 == hostID } ?? true }
}
