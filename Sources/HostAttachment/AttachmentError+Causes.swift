import Netlink
import OVSDB

extension AttachmentError {
    /// What a failure of a layer below means for whoever asked for `purpose`: `attach port 1234`.
    package init(_ error: any Error, during purpose: String) {
        switch error {
        case let error as AttachmentError: self = error
        case let error as NetlinkError:
            let code: Code = error.code == .timedOut ? .unknown : .network
            self.init(code, "\(purpose): the kernel refused", cause: error.message)
        case let error as OVSDBError where error.isUnreachable:
            self.init(
                .unreachable, "\(purpose): the Open vSwitch database cannot be reached; is ovsdb-server running?",
                cause: error.message)
        case let error as OVSDBError where error.isUnknownOutcome:
            self.init(
                .unknown, "\(purpose): the connection to the Open vSwitch database was lost; repeat the command",
                cause: error.message)
        case let error as OVSDBError:
            self.init(.database, "\(purpose): the Open vSwitch database refused", cause: error.message)
        case is CancellationError: self.init(.cancelled, "\(purpose): cancelled")
        default: self.init(.network, purpose, cause: String(describing: error))
        }
    }
}
