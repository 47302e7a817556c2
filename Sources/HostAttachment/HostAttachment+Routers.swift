import Deadlines
import HostNetwork
import OVNModel
import OVSDB
import OVSDBClient

extension HostAttachment {
    /// Lets the container of an attachment send router advertisements from now on, or no longer. Does nothing where there is no such
    /// attachment.
    ///
    /// - Throws: ``AttachmentError``.
    package func setMayAdvertise(
        _ mayAdvertise: Bool, portID: String, within limit: Duration
    ) async throws(AttachmentError) {
        try await underLock(of: portID, within: limit, "filter what port \(portID) sends") { deadline in
            guard let row = ovs.replica.first(Self.interfacesByPort, portID),
                let attachment = Self.attachment(row, in: ovs.replica)
            else { return }
            let datapath = try bridge(attachment.bridge, in: ovs.replica).datapath
            // The row first: what it says is what a repair makes.
            if attachment.mayAdvertise != mayAdvertise {
                let change: RowMutation<OpenVSwitch.Interface> =
                    mayAdvertise
                    ? .put(.externalIDs, [InterfaceKeys.mayAdvertise: "true"])
                    : .removeKeys(.externalIDs, [InterfaceKeys.mayAdvertise])
                try await ovs.transact(
                    [.mutate(OpenVSwitch.Interface.self, row.id, change)], within: deadline.remaining)
            }
            try await links.setMayAdvertise(mayAdvertise, on: attachment.hostInterface, datapath)
        }
    }

    /// Lets no router of IPv6 tell the container's end of an attachment anything, in the sandbox that it was moved into.
    ///
    /// - Throws: ``AttachmentError``; also while the engine has not moved it yet.
    package func refuseRouters(_ attachment: Attachment) async throws(AttachmentError) {
        guard let mac = attachment.mac, let sandbox = attachment.sandbox else { return }
        do { try await links.refuseRouters(mac: mac, in: try NetworkNamespace(sandbox)) } catch {
            throw AttachmentError(error, during: "refuse routers on port \(attachment.portID)")
        }
    }
}
