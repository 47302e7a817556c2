import DockerEngine
import HostAttachment
import Keystone
import NeutronClient
import OVSDB

/// How a command ends when it does not end well: a sentence for stderr and an exit code.
package struct CommandError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What a script can tell apart.
    package enum Status: Int32, Sendable {
        case done = 0
        /// It was refused, or what it needs on this host does not work. Unless the message says otherwise, nothing changed.
        case refused = 1
        /// The command line makes no sense.
        case usage = 2
        /// The central point cannot be reached: nothing changed, or it is unknown and safe to repeat, as the message says.
        case unreachable = 4
    }

    package let status: Status
    /// Lower case, no full stop: what is wrong, with which object, and what to do.
    package let message: String

    package init(_ status: Status, _ message: String) {
        self.status = status
        self.message = message
    }

    package var description: String { message }
}

extension CommandError {
    /// What any error of the rooms below means to who called the command.
    init(_ error: any Error) {
        switch error {
        case let error as CommandError: self = error
        case let error as NeutronClientError: self.init(error)
        case let error as KeystoneError: self.init(error)
        case let error as OVSDBError: self.init(error)
        case let error as AttachmentError:
            self.init(.refused, error.description)
        case let error as DockerError:
            self.init(.refused, error.message)
        default: self.init(.refused, "\(error)")
        }
    }

    private init(_ error: NeutronClientError) {
        switch error.code {
        case .refused, .notFound: self.init(.refused, error.message)
        case .unknownOutcome: self.init(.unreachable, "\(error.message); repeat the command to make sure")
        default: self.init(.unreachable, error.message)
        }
    }

    private init(_ error: KeystoneError) {
        switch error.code {
        case .unreachable, .badReply: self.init(.unreachable, error.message)
        default: self.init(.refused, error.message)
        }
    }

    private init(_ error: OVSDBError) {
        let advice =
            switch error.code {
            case .unreachable, .notSent, .timedOut: "; is Open vSwitch running on this host?"
            case .unknownOutcome: "; repeat the command to make sure"
            default: ""
            }
        self.init(.refused, "open vswitch's database: \(error.message)\(advice)")
    }
}
