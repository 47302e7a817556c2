import CLinux

/// One request to the kernel, without the sequence number and port, which the socket sets.
///
/// Families add factory methods: ``link``…, ``address``…, ``route``….
package struct NetlinkRequest: Hashable, Sendable {
    /// `RTM_NEWLINK` and the like (rtnetlink(7)).
    package var type: UInt16
    /// `NLM_F_CREATE`, `NLM_F_EXCL` and the like; the socket adds those of a request.
    package var flags: UInt16
    package var payload: [UInt8]
    /// For error messages: `delete interface eth0`.
    package var purpose: String
    /// Errors that mean that the desired state was there already.
    package var tolerated: Set<NetlinkError.Code>
    /// Whether the kernel is asked to answer. Without that it says something only where it fails, and then all
    /// requests beside it have failed with it: the limits of a batch (`NFNL_MSG_BATCH_BEGIN`).
    package var isAcknowledged = true

    package init(
        _ purpose: String, type: Int, flags: Int32 = 0, payload: [UInt8], tolerated: Set<NetlinkError.Code> = []
    ) {
        self.purpose = purpose
        self.type = UInt16(type)
        self.flags = UInt16(flags)
        self.payload = payload
        self.tolerated = tolerated
    }
}

/// How one request of a batch ended.
package enum Outcome: Hashable, Sendable {
    case done
    /// The failure was one of ``NetlinkRequest/tolerated``.
    case tolerated(NetlinkError.Code)
    case failed(NetlinkError)
}
