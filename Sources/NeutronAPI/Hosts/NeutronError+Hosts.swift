// Refusals of hosts that join, and of hosts that have left.
extension NeutronError {
    /// 401. `reason` is a sentence without a full stop.
    package static func joinRefused(_ reason: String) -> Self {
        Self(status: 401, type: "JoinRefused", message: "\(reason).")
    }

    /// 409: what the host says of itself is another's. `what` is as in `the tunnel address 192.0.2.1`.
    package static func hostExists(_ host: String, _ what: String, of other: String, _ advice: String) -> Self {
        Self(
            status: 409, type: "HostExists",
            message: "Host \(host) cannot join: \(what) is that of host \(other). \(advice)")
    }

    /// 401: a certificate is right, and its host is no longer one of ours.
    package static func hostUnknown(_ name: String) -> Self {
        Self(
            status: 401, type: "HostUnknown",
            message: "Host \(name) has been removed: its certificate is no right any more. Join again with a new token."
        )
    }

    /// 409: a host that containers still need.
    package static func hostInUse(_ host: String, ports: Int, _ examples: [String]) -> Self {
        Self(
            status: 409, type: "HostInUse",
            message: "Host \(host) has \(ports) ports of containers (\(examples.joined(separator: ", "))"
                + (examples.count < ports ? ", …" : "") + "): they and their addresses go only by --force.")
    }

    /// 409: a name means several hosts.
    package static func hostAmbiguous(_ name: String, _ systemIDs: [String]) -> Self {
        Self(
            status: 409, type: "HostAmbiguous",
            message: "\(name) is the name of \(systemIDs.count) hosts: give one of their system ids, "
                + systemIDs.joined(separator: ", ") + ".")
    }

    /// The same refusal with a sentence that says why.
    package func adding(_ sentence: String) -> Self {
        Self(status: status, type: type, message: "\(message): \(sentence)", detail: detail)
    }
}
