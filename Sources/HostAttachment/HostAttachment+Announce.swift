import HostNetwork
import NetAddress

extension HostAttachment {
    /// Tells the network where the addresses of an attachment are now, while its container's end is still on this host and OVN has
    /// installed it: peers that knew them elsewhere would not ask again for minutes.
    ///
    /// - Throws: ``AttachmentError``.
    package func announce(_ attachment: Attachment) async throws(AttachmentError) {
        guard let announcement = Announcement(attachment) else { return }
        do { try await links.announce(announcement, through: attachment.containerInterface) } catch {
            throw AttachmentError(error, during: "announce port \(attachment.portID)")
        }
    }

    /// The same from within the sandbox that the container's end was moved into.
    ///
    /// - Throws: ``AttachmentError``; where the sandbox has ended too.
    package func announceInside(_ attachment: Attachment) async throws(AttachmentError) {
        guard let announcement = Announcement(attachment), let sandbox = attachment.sandbox else { return }
        do { try await links.announce(announcement, in: try NetworkNamespace(sandbox)) } catch {
            throw AttachmentError(error, during: "announce port \(attachment.portID)")
        }
    }
}

extension Announcement {
    fileprivate init?(_ attachment: Attachment) {
        guard let mac = attachment.mac else { return nil }
        self.init(mac: mac, addresses: attachment.addresses.map(\.address))
    }
}
