import HostNetwork
import Netlink

/// What an attachment starts from.
enum Decision: Equatable {
    /// Nothing is there.
    case fresh
    /// The veth leads into this sandbox: put right what differs, leave what is right alone.
    case repair(host: Link, container: Link)
    /// What is there leads elsewhere or nowhere: take it away and begin afresh. The reason is for the log.
    case replace(because: String)
    /// It must stay as it is.
    case refuse(AttachmentError)

    /// Decides from the endpoint wanted, the row there is, and the interfaces there are.
    ///
    /// A veth ends with the namespace of either end. So one that is there leads into a living sandbox, and a row without one is of a
    /// sandbox that is gone.
    init(_ endpoint: Endpoint, in sandbox: Sandbox, record: Attachment?, state: PlugState) {
        if let host = state.host, let refusal = Self.refusal(host, endpoint) {
            self = .refuse(refusal)
            return
        }
        guard let host = state.host else {
            self = record == nil ? .fresh : .replace(because: "its veth is gone")
            return
        }
        guard let container = state.container else {
            if let record, record.containerID != sandbox.containerID, host.peer != nil {
                self = .refuse(
                    AttachmentError(
                        .inUse,
                        "port \(endpoint.portID) is attached to container \(record.containerID), which lives; delete or detach that first"
                    ))
            } else {
                self = .replace(because: "its veth leads into another sandbox")
            }
            return
        }
        if let name = endpoint.interfaceName, name != container.name {
            self = .replace(because: "it is called \(container.name)")
        } else if let record, record.bridge != endpoint.bridge {
            self = .replace(because: "it is on bridge \(record.bridge)")
        } else {
            self = .repair(host: host, container: container)
        }
    }

    /// Why the interface that has our name is not ours. One without an alias is ours, of a run cut short before it gave it one.
    private static func refusal(_ link: Link, _ endpoint: Endpoint) -> AttachmentError? {
        let alias = InterfaceKeys.prefix + endpoint.portID
        guard link.kind == "veth" else {
            return AttachmentError(
                .refused,
                "interface \(link.name) exists and is not a veth; port \(endpoint.portID) needs that name, rename it")
        }
        guard link.alias.isEmpty || link.alias == alias else {
            return AttachmentError(
                .refused,
                "interface \(link.name) exists with alias '\(link.alias)'; port \(endpoint.portID) needs that name, rename it"
            )
        }
        return nil
    }
}
