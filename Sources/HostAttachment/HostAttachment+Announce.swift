import NetAddress
import HostNetwork

extension HostAttachment {
    /// Tells the network where the addresses of an attachment are now, while its container's end is still on this host and OVN has
    /// installed it: peers that knew them elsewhere would ask nobody for minutes.
    ///
    /// - Throws: ``AttachmentError``.
    package func announce(_ attachment: Attachment) async throws(AttachmentError) {
        guard let mac = attachment.mac else { return }
        let announcement = Announcement(mac: mac, addresses: attachment.addresses.map(\.address))
        do { try await links.announce(announcement, through: attachment.containerInterface) } catch {
            throw AttachmentError(error, during: "announce port \(attachment.portID)")
        }
    }
}
