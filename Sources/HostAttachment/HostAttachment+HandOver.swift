import Deadlines
package import HostNetwork
import Logging
import Netlink
import OVNModel
import OVSDB
import OVSDBClient

extension HostAttachment {
    /// Plugs an endpoint in whose container's end stays on the host, down, with MAC and MTU set: the engine moves it into the container,
    /// names it and gives it its addresses.
    ///
    /// What is there of the port already is taken away first: a repeated call begins afresh. What fails half-way is undone. OVN is not
    /// waited for: ``waitInstalled(portID:within:)`` does that.
    ///
    /// `container` becomes the row's `vm-id`: the container's id, or another name for it.
    ///
    /// - Returns: the attachment, whose `containerInterface` is the name of the end to move.
    /// - Throws: ``AttachmentError``.
    package func handOver(
        _ endpoint: Endpoint, to container: String, within limit: Duration
    ) async throws(AttachmentError) -> Attachment {
        let purpose = "plug port \(endpoint.portID) in"
        try endpoint.check()
        return try await underLock(of: endpoint.portID, within: limit, purpose) { deadline in
            let bridge = try bridge(endpoint.bridge, in: ovs.replica)
            if try record(of: endpoint, in: ovs.replica) != nil {
                try await remove(portID: endpoint.portID, until: deadline)
            }
            var work = NewAttachment(host: self, endpoint: endpoint, bridge: bridge, purpose: purpose)
            do {
                try await work.handOver(to: container, until: deadline)
            } catch {
                try await work.undo(after: error)
            }
            return try made(endpoint)
        }
    }

    /// Writes down what has become known of an attachment that was handed over: where its sandbox is, which container it is.
    /// What is as it should be is not written. Does nothing where there is no such attachment.
    package func complete(
        portID: String, sandbox: Sandbox.Location? = nil, containerID: String? = nil,
        annotations: [String: String] = [:], within limit: Duration
    ) async throws(AttachmentError) {
        var ids: [String: String] = [:]
        if let sandbox { ids[InterfaceKeys.sandbox] = sandbox.description }
        if let containerID { ids[InterfaceKeys.containerID] = containerID }
        for (key, value) in annotations { ids[InterfaceKeys.prefix + key] = value }
        try await note(ids, ofPort: portID, within: limit)
    }

    /// Writes down that the API has said that the port is this container's. Does nothing where that is known, or where there is no
    /// such attachment.
    package func confirm(portID: String, within limit: Duration) async throws(AttachmentError) {
        try await note([InterfaceKeys.confirmed: "true"], ofPort: portID, within: limit)
    }

    private func note(
        _ ids: [String: String], ofPort portID: String, within limit: Duration
    ) async throws(AttachmentError) {
        guard let row = ovs.replica.first(Self.interfacesByPort, portID), Attachment(row, bridge: "") != nil else {
            return
        }
        let differing = ids.filter { row.externalIDs[$0.key] != $0.value }
        guard !differing.isEmpty else { return }
        do {
            try await ovs.transact(
                [.mutate(OpenVSwitch.Interface.self, row.id, .put(.externalIDs, StringMap(differing)))], within: limit)
        } catch {
            throw AttachmentError(error, during: "note the container of port \(portID)")
        }
    }
}
