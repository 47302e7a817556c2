package import NeutronAPI

/// Which host's engine a port was made for, as its description says.
package enum PortOrigin {
    private static let words = "made by ovn-docker-plugin on "

    static func description(_ hostID: String) -> String { words + hostID }

    /// Nil where the port does not tell, as one that was made by an older version, or that a user has described.
    package static func host(_ port: Port) -> String? {
        let text = port.standard.description
        return text.hasPrefix(words) ? String(text.dropFirst(words.count)) : nil
    }

    /// Whether a port may have been made here.
    package static func mayBe(_ hostID: String, _ port: Port) -> Bool { host(port).map { $0 == hostID } ?? true }
}
